"""Our secrets at identity providers, at the console: taken in, ended, and never shown again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.providers import GroupSource, GroupsRule, ProviderKind
from authserver.services.audit_searches import SearchTerms
from tests.federation.fake_provider import FakeProvider
from tests.federation.world import add_provider

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.people.pages import Page
    from tests.web.admin.conftest import Desk

NEW: Final = "a-new-secret-that-they-made"
END: Final = "/providers/acme/secrets/expire"
DIRECTORY: Final = "/providers/acme/directory-secret"


def live(desk: Desk) -> Sequence[str]:
    """The ids of the secrets that are live, oldest first."""
    now = desk.world.clock.now()
    secrets = desk.world.container.providers.get("acme").secrets
    found = [each for each in secrets if each.is_live(now)]
    return [each.secret_id for each in sorted(found, key=lambda each: each.created_at)]


def add(desk: Desk, value: str = NEW) -> None:
    """A minute after the one before."""
    desk.world.clock.advance(60)
    container = desk.world.container
    container.provider_secrets.add("acme", value, container.operator)


def records(desk: Desk, action: str) -> Sequence[Mapping[str, object]]:
    found = desk.world.container.audit.search(SearchTerms(action=action)).records
    return [each.details for each in found]


@pytest.fixture
def two(desk: Desk) -> Sequence[str]:
    """A provider that we have two secrets at: the first, and one that was made a minute later."""
    add_provider(desk.world.container, FakeProvider(ProviderKind.OIDC), "acme")
    add(desk)
    return live(desk)


def test_all_but_the_newest_secret_end(desk: Desk, two: Sequence[str]) -> None:
    page = desk.get("/providers/acme")
    assert "end-secrets" in page.texts
    page = desk.get(END)
    assert page.forms["provider_secrets_expire"].fields["keep"] == two[1]
    page = desk.browser.submit("provider_secrets_expire")
    assert "Only the secret that you chose stays" in page.texts["done"]
    assert "end-secrets" not in page.texts
    assert live(desk) == [two[1]]
    (record,) = records(desk, "provider.secrets_expired")
    assert (record["kept"], record["ended"], record["via"]) == (two[1], 1, "console")


def test_another_one_may_stay_and_the_rest_may_go_on_for_a_while(
    desk: Desk, two: Sequence[str]
) -> None:
    desk.get(END)
    desk.browser.submit("provider_secrets_expire", {"keep": two[0], "overlap": "30 m"})
    assert live(desk) == two
    desk.world.clock.advance(30 * 60)
    assert live(desk) == [two[0]]


def test_the_secret_that_was_seen_stays_whatever_came_meanwhile(
    desk: Desk, two: Sequence[str]
) -> None:
    desk.get(END)
    form = desk.browser.page.forms["provider_secrets_expire"].fields
    container = desk.world.container
    container.provider_secrets.expire("acme", container.operator)
    add(desk, "yet another one of theirs")
    desk.browser.post("/admin" + END, form)
    assert live(desk) == [two[1]]


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"overlap": "soon"}, "overlap"), ({"overlap": "5000d"}, "overlap"), ({"keep": None}, "keep")],
)
def test_what_is_wrong_ends_no_secret_and_is_said_beside_its_field(
    desk: Desk, two: Sequence[str], changed: Mapping[str, str | None], field: str
) -> None:
    desk.get(END)
    page = desk.browser.submit("provider_secrets_expire", changed)
    assert page.status == 400
    assert page.texts[f"{field}-error"]
    assert live(desk) == two


def test_a_secret_that_is_over_cannot_be_the_one_that_stays(desk: Desk, two: Sequence[str]) -> None:
    desk.get(END)
    container = desk.world.container
    container.provider_secrets.expire("acme", container.operator, keep=two[0])
    page = desk.browser.submit("provider_secrets_expire", {"keep": two[1]})
    assert (page.status, live(desk)) == (400, [two[0]])
    assert "nothing was ended" in page.texts["errors"]


def test_where_there_is_one_secret_nothing_ends(desk: Desk) -> None:
    add_provider(desk.world.container, FakeProvider(ProviderKind.OIDC), "acme")
    assert "end-secrets" not in desk.get("/providers/acme").texts
    desk.get(END)
    page = desk.browser.submit("provider_secrets_expire")
    assert "There is no other live secret" in page.texts["done"]
    assert len(live(desk)) == 1


def test_a_second_click_stores_no_second_secret(desk: Desk) -> None:
    add_provider(desk.world.container, FakeProvider(ProviderKind.OIDC), "acme")
    path = "/admin/providers/acme/secret"
    form = {**desk.browser.get(path).forms["provider_secret"].fields, "secret": NEW}
    first, second = (desk.browser.post(path, form, follow=False) for _ in range(2))
    assert first.status == second.status == 303
    assert first.location == second.location
    assert len(live(desk)) == 2


def test_a_second_click_on_ending_is_answered_as_the_first(desk: Desk, two: Sequence[str]) -> None:
    form = desk.get(END).forms["provider_secrets_expire"].fields
    first, second = (desk.browser.post("/admin" + END, form, follow=False) for _ in range(2))
    assert (first.status, first.location) == (second.status, second.location)
    assert len(records(desk, "provider.secrets_expired")) == 1
    assert live(desk) == [two[1]]


@pytest.fixture
def page_of_directory(desk: Desk) -> Page:
    """What asks for the secret of the directory, at a provider that has none yet."""
    add_provider(
        desk.world.container,
        FakeProvider(ProviderKind.OKTA),
        "acme",
        groups=GroupsRule(source=GroupSource.OKTA_API),
    )
    return desk.get(DIRECTORY)


def test_a_secret_for_the_directory_is_sealed_and_used(desk: Desk, page_of_directory: Page) -> None:
    del page_of_directory
    assert "No secret" in desk.get("/providers/acme").texts["directory-kept"]
    desk.get(DIRECTORY)
    page = desk.browser.submit("provider_directory_secret", {"secret": NEW})
    assert "Groups are read with the new secret" in page.texts["done"]
    assert "is kept" in page.texts["directory-kept"]
    assert NEW not in page.text
    container = desk.world.container
    provider = container.providers.get("acme")
    assert container.provider_credentials.directory_credential(provider) == NEW
    (record,) = records(desk, "provider.secret_added")
    assert (record["directory"], record["via"]) == (True, "console")


def test_a_second_click_keeps_the_directorys_secret_once(
    desk: Desk, page_of_directory: Page
) -> None:
    form = {**page_of_directory.forms["provider_directory_secret"].fields, "secret": NEW}
    first, second = (desk.browser.post("/admin" + DIRECTORY, form, follow=False) for _ in range(2))
    assert (first.status, first.location) == (second.status, second.location)
    assert len(records(desk, "provider.secret_added")) == 1


def test_a_directorys_secret_that_is_refused_is_not_repeated(
    desk: Desk, page_of_directory: Page
) -> None:
    del page_of_directory
    for value in ("", "two\nlines-of-it"):
        page = desk.browser.submit("provider_directory_secret", {"secret": value})
        assert page.status == 400
        assert page.texts["secret-error"]
        assert "lines-of-it" not in page.text
    assert not desk.world.container.providers.get("acme").groups.directory_secret


def test_a_provider_whose_directory_is_not_asked_takes_no_secret_for_it(desk: Desk) -> None:
    add_provider(desk.world.container, FakeProvider(ProviderKind.OIDC), "acme")
    assert "new-directory-secret" not in desk.get("/providers/acme").texts
    desk.get(DIRECTORY)
    page = desk.browser.submit("provider_directory_secret", {"secret": NEW})
    assert page.status == 400
    assert "asks no directory" in page.texts["errors"]
