"""What becomes of users, groups and sessions is on record, by whomever (AU-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.users import UserStatus
from tests.rfc.operating import Operator
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from tests.conftest import MakeWorld
    from tests.people.browser import Browser
    from tests.people.cast import Person
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

ANONYMOUS: Final = {"kind": "anonymous", "id": ""}
NEW: Final = "nine blue whales sing along"
AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64) test"


@pytest.fixture
def watch(world: PeopleWorld) -> Watch:
    return Watch(world.installation)


def user(subject: str) -> dict[str, str]:
    return {"kind": "user", "id": subject}


def from_here(page: Page, browser: Browser) -> dict[str, str]:
    """Where a record of the request behind the page says it came from."""
    return {"peer": browser.peer, "request_id": page.headers["x-request-id"]}


def tried(browser: Browser, username: str, password: str) -> Page:
    """The answer to a name and a password, in a browser that shows the form."""
    browser.get("/login?next=/account")
    return browser.click("sign-in", username=username, password=password, follow=False)


@pytest.mark.rule("AU-03")
def test_what_operators_do_with_users_and_groups_is_recorded(
    world: PeopleWorld, watch: Watch
) -> None:
    operator = Operator(world.installation)
    watch.new()
    subject = operator.told("user", "create", "bob", "--name", "Bob")["user"]["subject"]
    made = watch.one("user.created", actor=operator.actor, object=user(subject), outcome="success")
    assert made["details"]["after"]["username"] == "bob"
    team = {"kind": "group", "id": "team"}
    member = {"subject": subject, "username": "bob"}
    deeds: tuple[tuple[str, dict[str, str], tuple[str, ...]], ...] = (
        ("group.created", team, ("group", "create", "team", "--description", "Us")),
        ("group.member_added", team, ("group", "add", "team", "bob")),
        ("user.updated", user(subject), ("user", "update", "bob", "--name", "Robert")),
        ("group.member_removed", team, ("group", "remove", "team", "bob")),
        ("user.disabled", user(subject), ("user", "disable", "bob")),
        ("user.enabled", user(subject), ("user", "enable", "bob")),
        ("user.password_reset", user(subject), ("user", "reset-password", "bob", "--yes")),
        ("user.deleted", user(subject), ("user", "delete", "bob", "--yes")),
        ("group.deleted", team, ("group", "delete", "team", "--yes")),
    )
    details: dict[str, Any] = {}
    for action, thing, command in deeds:
        operator.told(*command)
        record = watch.one(action, actor=operator.actor, object=thing, outcome="success")
        details[action] = record["details"]
    assert details == {
        "group.created": {"after": {"description": "Us"}},
        "group.member_added": member,
        "user.updated": {"before": {"name": "Bob"}, "after": {"name": "Robert"}},
        "group.member_removed": member,
        "user.disabled": {"username": "bob", "before": "enabled", "after": "disabled"},
        "user.enabled": {"username": "bob", "before": "disabled", "after": "enabled"},
        "user.password_reset": {"username": "bob"},
        "user.deleted": {"username": "bob", "before": "enabled", "after": "deleted"},
        "group.deleted": {"members": []},
    }
    # A command that is refused changes nothing, and nothing claims that it did.
    for command in [command for _, _, command in deeds if command[1] != "create"]:
        operator.refused(*command)
    assert watch.new() == []


@pytest.mark.rule("AU-03")
def test_every_wrong_password_is_recorded_with_its_cause_and_no_name_that_nobody_has(
    world: PeopleWorld, watch: Watch
) -> None:
    gone = world.user("gone", status=UserStatus.DISABLED)
    browser = world.browser()
    ada = world.ada
    tries: tuple[tuple[str, str, str, str], ...] = (
        (ada.username, "wrong", ada.subject, "wrong password"),
        ("my password by mistake", "wrong", "", "no such user"),
        (gone.username, gone.password, gone.subject, "the user is disabled"),
    )
    for username, password, subject, cause in tries:
        page = tried(browser, username, password)
        assert page.status == 403
        record = watch.one(
            "user.sign_in_failed",
            actor=ANONYMOUS,
            outcome="refused",
            object=user(subject),
            reason=cause,
            **from_here(page, browser),
        )
        assert "mistake" not in str(record)


@pytest.mark.rule("AU-03")
def test_the_beginning_of_a_block_of_passwords_is_recorded(make_world: MakeWorld) -> None:
    world = make_world(AUTHSERVER_SIGN_IN_FAILURES_PER_NETWORK="3")
    watch, browser = Watch(world.installation), world.browser()
    for _ in range(2):
        tried(browser, "ada", "wrong")
    watch.new()
    page = tried(browser, "ada", "wrong")
    records = watch.those(
        "user.sign_in_failed",
        "user.throttled",
        actor=ANONYMOUS,
        outcome="refused",
        object=user(world.ada.subject),
        **from_here(page, browser),
    )
    assert records["user.throttled"]["details"] == {"counters": ["account and network"]}
    assert tried(browser, "ada", "wrong").status == 429
    assert watch.new() == []


@pytest.mark.rule("AU-03")
def test_the_life_of_a_session_is_recorded(world: PeopleWorld, watch: Watch) -> None:
    browser, ada = world.browser(), user(world.ada.subject)
    page = tried(browser, "ada", world.ada.password)
    here = from_here(page, browser)
    started = watch.one("session.started", actor=ada, outcome="success", **here)
    session = started["object"]
    assert session["kind"] == "session"
    assert started["details"]["amr"] == ["pwd"]
    assert started["details"]["user_agent"] == AGENT
    world.clock.advance(1)
    world.authorize(browser, world.web_app, prompt="login")
    watch.new()
    page = browser.click("sign-in", username="ada", password=world.ada.password, follow=False)
    here = from_here(page, browser)
    watch.one("session.renewed", actor=ada, outcome="success", object=session, **here)
    other: Person = world.user("bob")
    world.clock.advance(1)
    world.authorize(browser, world.web_app, prompt="login")
    watch.new()
    page = browser.click("sign-in", username="bob", password=other.password, follow=False)
    here = from_here(page, browser)
    records = watch.those(
        "session.ended", "session.started", actor=user(other.subject), outcome="success", **here
    )
    assert records["session.ended"]["object"] == session
    assert records["session.ended"]["details"] == {"subject": world.ada.subject}
    session = records["session.started"]["object"]
    assert session["id"] != started["object"]["id"]
    browser.get("/account")
    page = browser.click("sign-out-button", follow=False)
    here = from_here(page, browser)
    watch.one("session.ended", actor=user(other.subject), outcome="success", object=session, **here)


@pytest.mark.rule("AU-03")
def test_ends_of_sessions_elsewhere_are_recorded(world: PeopleWorld, watch: Watch) -> None:
    ada, operator = user(world.ada.subject), Operator(world.installation)
    browser = world.signed_in()
    for button in ("end-1", "end-others"):
        world.clock.advance(1)
        world.signed_in()
        elsewhere = world.container.sessions.list(world.ada.subject)[0].session_id
        browser.get("/account/sessions")
        watch.new()
        page = browser.click(button, follow=False)
        here = from_here(page, browser)
        thing = {"kind": "session", "id": elsewhere}
        watch.one("session.ended", actor=ada, outcome="success", object=thing, **here)
    (left,) = world.container.sessions.list(world.ada.subject)
    operator.told("session", "end", left.session_id)
    thing = {"kind": "session", "id": left.session_id}
    watch.one("session.ended", actor=operator.actor, outcome="success", object=thing)
    operator.refused("session", "end", left.session_id)
    assert watch.new() == []
    world.signed_in()
    (left,) = world.container.sessions.list(world.ada.subject)
    watch.new()
    operator.told("session", "end-all", "ada", "--yes")
    thing = {"kind": "session", "id": left.session_id}
    watch.one("session.ended", actor=operator.actor, outcome="success", object=thing)


@pytest.mark.rule("AU-03")
def test_a_change_of_password_is_recorded_whether_it_is_taken_or_not(
    world: PeopleWorld, watch: Watch
) -> None:
    ada = user(world.ada.subject)
    world.signed_in()
    world.clock.advance(1)
    browser = world.signed_in()
    own, other = world.container.sessions.list(world.ada.subject)
    watch.new()
    browser.get("/account/password")
    page = browser.click("change-password", current="wrong", new=NEW, repeat=NEW)
    watch.one(
        "user.sign_in_failed",
        actor=ANONYMOUS,
        outcome="refused",
        object=ada,
        reason="wrong password",
        **from_here(page, browser),
    )
    page = browser.click(
        "change-password", current=world.ada.password, new=NEW, repeat=NEW, follow=False
    )
    records = watch.those(
        "session.renewed",
        "session.ended",
        "user.password_changed",
        actor=ada,
        outcome="success",
        **from_here(page, browser),
    )
    assert records["session.renewed"]["object"]["id"] == own.session_id
    assert records["session.ended"]["object"]["id"] == other.session_id
    changed = records["user.password_changed"]
    assert changed["object"] == ada
    assert changed["details"] == {"other_sessions_ended": True, "grants_ended": False}
