"""What an app may prove whom it wants to sign out by: an ID token of ours, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.identity_tokens import StatementType
from tests.rfc.leaving import BACK, add_shop, ask, claims_of, forged, id_token, is_alive

if TYPE_CHECKING:
    from tests.people.browser import Browser
    from tests.people.cast import App
    from tests.people.world import PeopleWorld

YEAR: Final = 366 * 86_400


@pytest.fixture
def app(world: PeopleWorld) -> App:
    return add_shop(world)


@pytest.fixture
def browser(world: PeopleWorld) -> Browser:
    return world.browser()


@pytest.fixture
def hint(world: PeopleWorld, browser: Browser, app: App) -> str:
    return id_token(world, browser, app)


@pytest.mark.rule("LO-02", "LO-03")
def test_a_hint_of_another_session_of_the_same_user_is_asked_about(
    world: PeopleWorld, browser: Browser, hint: str
) -> None:
    other = world.signed_in()
    page = ask(other, id_token_hint=hint, post_logout_redirect_uri=BACK)
    assert page.status == 200
    assert "question" in page.texts
    assert is_alive(other)
    assert is_alive(browser)
    ask(other, id_token_hint=hint, post_logout_redirect_uri=BACK)
    assert hint not in other.page.text
    assert other.click("sign-out").location == BACK
    assert not is_alive(other)
    assert is_alive(browser)


@pytest.mark.rule("LO-03")
def test_a_hint_of_another_user_is_asked_about(world: PeopleWorld, hint: str) -> None:
    bob = world.user("bob")
    other = world.signed_in(bob)
    page = ask(other, id_token_hint=hint, post_logout_redirect_uri=BACK)
    assert "question" in page.texts
    assert is_alive(other)


@pytest.mark.rule("LO-03")
@pytest.mark.parametrize(
    "change",
    [
        {"sid": None},
        {"sid": "another-session-of-hers"},
        {"sub": "user:somebody-else"},
    ],
    ids=str,
)
def test_a_hint_that_does_not_name_user_and_session_is_asked_about(
    world: PeopleWorld, browser: Browser, hint: str, change: dict[str, Any]
) -> None:
    claims = {**claims_of(world, hint), **change}
    named = {name: value for name, value in claims.items() if value is not None}
    page = ask(browser, id_token_hint=forged(world, **named), post_logout_redirect_uri=BACK)
    assert page.location == ""
    assert "question" in page.texts
    assert is_alive(browser)


@pytest.mark.rule("LO-03")
@pytest.mark.parametrize("kind", [each for each in StatementType if each != "JWT"])
def test_other_statements_of_ours_are_no_hint(
    world: PeopleWorld, browser: Browser, hint: str, kind: StatementType
) -> None:
    wrong = forged(world, kind, **claims_of(world, hint))
    assert_no_hint(browser, wrong)


@pytest.mark.rule("LO-03")
def test_what_is_no_id_token_of_ours_for_the_client_is_no_hint(
    world: PeopleWorld, browser: Browser, app: App
) -> None:
    tokens = world.tokens(app, browser, scope="openid READ")
    hint = str(tokens["id_token"])
    head, body, signature = hint.split(".")
    for wrong in (
        tokens["access_token"],
        "x",
        "a.b.c",
        hint[:-4] + ("AAAA" if not hint.endswith("AAAA") else "BBBB"),
        f"{head}.{body}.",
        f"eyJhbGciOiJub25lIn0.{body}.",
        f"{head}.{body[:-2]}xx.{signature}",
        "\u202e" + hint,
        hint + "=",
        "x" * 6000,
    ):
        assert_no_hint(browser, wrong)
    page = ask(browser, id_token_hint=hint, client_id="web-app", post_logout_redirect_uri=BACK)
    assert page.status == 400
    assert is_alive(browser)


@pytest.mark.rule("LO-03")
def test_an_ancient_id_token_is_no_hint(world: PeopleWorld, browser: Browser, hint: str) -> None:
    world.clock.advance(5 * YEAR)
    page = ask(browser, id_token_hint=hint, post_logout_redirect_uri=BACK)
    assert page.location == ""
    assert "invalid id_token_hint" in page.texts["problem"]


@pytest.mark.rule("LO-03")
def test_an_id_token_for_a_client_that_was_stopped_is_no_hint(
    world: PeopleWorld, browser: Browser, hint: str, app: App
) -> None:
    world.container.clients.disable(app.client_id, world.container.operator)
    page = ask(browser, id_token_hint=hint, post_logout_redirect_uri=BACK)
    assert page.status == 400
    assert is_alive(browser)


def assert_no_hint(browser: Browser, wrong: str) -> None:
    page = ask(browser, id_token_hint=wrong, post_logout_redirect_uri=BACK)
    assert (page.status, page.location) == (400, ""), wrong
    assert "invalid id_token_hint" in page.texts["problem"]
    assert is_alive(browser)
