"""What users do with their own API tokens, on pages that need no JavaScript."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

import pytest

from authserver.domain.api_tokens import LastUse
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from authserver.domain.api_tokens import ApiToken
    from tests.people.browser import Browser
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

pytestmark = pytest.mark.feature(4)

TOKENS: Final = "/account/tokens"
STALE: Final = 1800.0
ANSWERS: Final = {"purpose": "Nightly <export>", "resources": "jira-main", "scopes": "READ"}


def own(world: PeopleWorld) -> list[ApiToken]:
    return list(world.container.own_api_tokens.list(world.ada.subject).live)


def make(world: PeopleWorld, browser: Browser | None = None, **stated: str) -> tuple[str, str]:
    """A token that ada makes on the pages: its id and its secret."""
    browser = browser or world.signed_in()
    before = {each.token_id for each in own(world)}
    browser.get(f"{TOKENS}/new/end?{urlencode({**ANSWERS, **stated})}")
    page = browser.click("make")
    (made,) = [each for each in own(world) if each.token_id not in before]
    return made.token_id, page.texts["token"]


def works(world: PeopleWorld, value: str) -> bool:
    world.installation.poll()
    return world.lane.is_active(world.jira, value)


def refused(page: Page, status: int) -> None:
    assert page.status == status, page.text
    assert "asv_pat_" not in page.text


def test_a_user_makes_a_token_step_by_step_and_sees_its_secret_once(world: PeopleWorld) -> None:
    browser = world.signed_in()
    watch = Watch(world.installation)
    page = browser.get(TOKENS)
    assert "none" in page.texts
    browser.get(f"{TOKENS}/new")
    page = browser.submit("step", {"purpose": "Nightly <export>", "name": "Export"})
    assert page.path == f"{TOKENS}/new/sites"
    page = browser.submit("step", {"resources": "jira-main"})
    assert page.path == f"{TOKENS}/new/scopes"
    page = browser.submit("step", {"scopes": "READ", "access": "read", "projects": "HR, OPS"})
    assert page.path == f"{TOKENS}/new/end"
    assert "Nightly <export>" in page.texts["content"]
    page = browser.submit("new-token", {"lives": "604800"})
    assert page.status == 200
    value = page.texts["token"]
    assert value.startswith("asv_pat_")
    assert page.headers["cache-control"] == "no-store"
    assert "curl" in page.texts["text-curl"]
    assert "--user ada:" in page.texts["text-basic"]
    assert "requests.get" in page.texts["text-python"]
    assert "login ada" in page.texts["text-diff-netrc"]
    assert "+password" in page.texts["text-diff-netrc"]
    (token,) = own(world)
    assert token.owner == token.subject == world.ada.subject
    assert token.expires_at - token.created_at == 604_800
    (detail,) = token.details or ()
    assert (detail.operations, detail.projects) == (("read",), ("HR", "OPS"))
    me = {"kind": "user", "id": world.ada.subject}
    watch.one("token.created", actor=me, object={"kind": "token", "id": token.token_id})
    assert works(world, value)
    page = browser.get(f"{TOKENS}/{token.token_id}")
    assert "Nightly <export>" in page.texts["content"]
    assert value not in page.text + browser.get(TOKENS).text


def test_the_list_says_when_from_where_and_by_what_a_token_was_used(world: PeopleWorld) -> None:
    token_id, _value = make(world)
    with world.container.database.writing() as stores:
        use = LastUse(world.clock.now() + 60, "203.0.113.9", "exporter/1.2")
        stores.api_tokens.note_use({token_id: use})
    for path in (TOKENS, f"{TOKENS}/{token_id}"):
        content = world.signed_in().get(path).texts["content"]
        assert "203.0.113.9" in content
        assert "exporter/1.2" in content


@pytest.mark.rule("AD-02", "AD-03")
def test_tokens_of_others_are_not_there(world: PeopleWorld) -> None:
    token_id, value = make(world)
    bob = world.signed_in(world.user("bob"))
    other_id, _other = make_as(world, bob)
    assert token_id not in bob.get(TOKENS).text
    for path in (token_id, f"{token_id}/rotate", f"{token_id}/revoke", "no-such-token"):
        refused(bob.get(f"{TOKENS}/{path}"), 404)
    for act, form in (("rotate", "rotate-form"), ("revoke", "revoke-form")):
        bob.get(f"{TOKENS}/{other_id}/{act}")
        fields = bob.page.forms[form].fields
        refused(bob.post(f"{TOKENS}/{token_id}/{act}", fields), 404)
    assert works(world, value)
    bob.get(f"{TOKENS}/new/end?{urlencode(ANSWERS)}")
    fields = {**bob.page.forms["new-token"].fields, "user": "ada", "owner": world.ada.subject}
    assert bob.post(f"{TOKENS}/new/end", fields).status == 200
    assert [each.token_id for each in own(world)] == [token_id]


def make_as(world: PeopleWorld, browser: Browser) -> tuple[str, str]:
    """The same as `make`, for whoever is signed in."""
    browser.get(f"{TOKENS}/new/end?{urlencode(ANSWERS)}")
    value = browser.click("make").texts["token"]
    links = browser.get(TOKENS).text.split(f'"{TOKENS}/')[1:]
    (token_id,) = {each.partition('"')[0].partition("/")[0] for each in links} - {"new", "test"}
    return token_id, value


def test_a_rotated_token_goes_on_for_its_overlap_and_the_new_one_works(world: PeopleWorld) -> None:
    browser = world.signed_in()
    token_id, old = make(world, browser)
    browser.get(f"{TOKENS}/{token_id}/rotate")
    page = browser.click("rotate", overlap="3600")
    new = page.texts["token"]
    assert "old" in page.texts
    assert works(world, old)
    assert works(world, new)
    refused(browser.get(f"{TOKENS}/{token_id}/rotate"), 409)
    world.clock.advance(3600)
    assert not works(world, old)
    assert works(world, new)


def test_a_revoked_token_is_refused_at_once(world: PeopleWorld) -> None:
    browser = world.signed_in()
    token_id, value = make(world, browser)
    browser.get(f"{TOKENS}/{token_id}/revoke")
    page = browser.click("revoke")
    assert (page.path, "done" in page.texts) == (TOKENS, True)
    assert not works(world, value)


@pytest.mark.rule("AD-08", "SE-07")
def test_who_signed_in_long_ago_signs_in_again_before_a_change(world: PeopleWorld) -> None:
    browser = world.signed_in()
    token_id, value = make(world, browser)
    forms = {}
    for act in ("rotate", "revoke"):
        browser.get(f"{TOKENS}/{token_id}/{act}")
        forms[act] = browser.page.forms[f"{act}-form"].fields
    browser.get(f"{TOKENS}/new/end?{urlencode(ANSWERS)}")
    typed = browser.page.forms["new-token"].fields
    for path, fields in (
        (f"{TOKENS}/{token_id}/rotate", forms["rotate"]),
        (f"{TOKENS}/{token_id}/revoke", forms["revoke"]),
        (f"{TOKENS}/new/end", typed),
    ):
        assert browser.post(path, {**fields, "csrf": "x"}).status == 403
        assert browser.post(path, fields, cross_site=True).status == 403
    world.clock.advance(STALE)
    for act, fields in forms.items():
        assert browser.get(f"{TOKENS}/{token_id}/{act}").path == "/login"
        assert browser.post(f"{TOKENS}/{token_id}/{act}", fields).path == "/login"
    assert browser.get(f"{TOKENS}/new").path == "/login"
    page = browser.post(f"{TOKENS}/new/end", typed)
    refused(page, 403)
    assert "prove" in page.texts
    kept = page.forms["new-token"]
    assert kept.fields["purpose"] == ANSWERS["purpose"]
    assert len(own(world)) == 1
    browser.get(f"/login?next={TOKENS}/proved&again=yes")
    assert world.sign_in(browser).path == f"{TOKENS}/proved"
    assert browser.post(f"{TOKENS}/new/end", kept.fields).texts["token"].startswith("asv_pat_")
    assert works(world, value)


WRONG: Final = (
    ({"purpose": ""}, "purpose", "purpose"),
    ({"resources": "elsewhere"}, "resources", "resources"),
    ({"scopes": "ROOT"}, "scopes", "scopes"),
    ({"networks": "everywhere"}, "networks", "scopes"),
    ({"access": "listed", "operations": "no-such-operation"}, "operations", "scopes"),
)


def test_what_is_wrong_is_said_at_its_step_and_nothing_is_lost(world: PeopleWorld) -> None:
    browser = world.signed_in()
    for wrong, field, step in WRONG:
        page = browser.get(f"{TOKENS}/new/end?{urlencode({**ANSWERS, **wrong})}")
        assert page.status == 400
        assert f"{field}-error" in page.texts
        assert step in page.forms["step"].names
        assert page.forms["step"].fields["purpose"] == {**ANSWERS, **wrong}["purpose"]
    assert own(world) == []


POLICY: Final = """
[tokens]
creators = "groups"
creator_groups = ["makers"]
max_lifetime = "7d"
require_ticket = true
reason = "tokens are for the build team"
"""


def test_the_page_says_who_may_before_anything_is_typed(world: PeopleWorld) -> None:
    world.container.groups.create("makers", "", world.container.operator)
    world.container.policies.apply("default", POLICY, world.container.operator)
    browser = world.signed_in()
    assert "no-new" in browser.get(TOKENS).texts
    page = browser.get(f"{TOKENS}/new")
    assert "tokens are for the build team" in page.texts["why"]
    assert "makers" in page.texts["advice"]
    refused(browser.get(f"{TOKENS}/new/end?{urlencode(ANSWERS)}"), 403)


def test_the_last_step_says_what_policy_asks_and_holds_to_it(world: PeopleWorld) -> None:
    container = world.container
    container.groups.create("makers", "", container.operator)
    container.policies.apply("default", POLICY, container.operator)
    container.groups.add("makers", "ada", container.operator)
    browser = world.signed_in()
    page = browser.get(f"{TOKENS}/new/end?{urlencode(ANSWERS)}")
    assert "tokens are for the build team" in page.texts["lives-hint"]
    page = browser.click("make")
    assert page.status == 400
    assert "ticket-error" in page.texts
    fields = {**page.forms["new-token"].fields, "lives": "864000", "ticket": "OPS-1"}
    page = browser.post(f"{TOKENS}/new/end", fields)
    assert "lives-error" in page.texts
    assert browser.submit("new-token", {"lives": "604800"}).texts["token"]


def test_who_has_no_password_makes_tokens_too(world: PeopleWorld) -> None:
    browser = world.signed_in()
    with world.container.database.writing() as stores:
        ada = stores.users.get(world.ada.subject)
        assert ada is not None
        stores.users.save(replace(ada, password_hash=b""))
    _token_id, value = make(world, browser)
    assert works(world, value)


def test_the_pages_speak_german(world: PeopleWorld) -> None:
    browser = world.signed_in()
    for path in ("", "/new", "/new/sites?purpose=x"):
        page = browser.get(TOKENS + path, headers={"Accept-Language": "de"})
        assert '<html lang="de">' in page.text
        assert "Token" in page.title
