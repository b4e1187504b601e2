"""What users allow, and what becomes of it, is on record (AU-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.services.client_profiles import ProfileChanges
from tests.rfc.operating import Operator
from tests.rfc.watch import Watch
from tests.upstream.certificates import TestAuthority
from tests.upstream.servers import LoopbackServer, Visit, answer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import MakeWorld
    from tests.machine.doors import Answer
    from tests.people.browser import Browser
    from tests.people.cast import App
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

PEER: Final = "203.0.113.7"
OFFLINE: Final = "openid READ offline_access"
SYSTEM: Final = {"kind": "system", "id": "logout"}


@pytest.fixture
def watch(world: PeopleWorld) -> Watch:
    return Watch(world.installation)


@pytest.fixture
def ada(world: PeopleWorld) -> dict[str, str]:
    """The user as the actor of records."""
    return {"kind": "user", "id": world.ada.subject}


def app_of(app: App) -> dict[str, str]:
    """An app as the actor of records."""
    return {"kind": "client", "id": app.client_id}


def seen(page: Page, browser: Browser) -> dict[str, str]:
    """Where a record of the request behind the page says it came from."""
    return {"peer": browser.peer, "request_id": page.headers["x-request-id"]}


def heard(answered: Answer, peer: str = PEER) -> dict[str, str]:
    """Where a record of the request behind the answer says it came from."""
    return {"peer": peer, "request_id": answered.headers["x-request-id"]}


def presented(world: PeopleWorld, app: App, path: str = "/oauth2/token", **form: str) -> Answer:
    return world.lane.post(path, form, app.authorization, peer=PEER)


def refreshed(world: PeopleWorld, app: App, value: str) -> Answer:
    return presented(world, app, grant_type="refresh_token", refresh_token=value)


def live_grant(world: PeopleWorld) -> dict[str, str]:
    """The only live grant of the user, as the object of records."""
    (grant,) = Operator(world.installation).told("grant", "list", "--user", "ada")["grants"]
    return {"kind": "grant", "id": grant["grant_id"]}


@pytest.mark.rule("AU-03")
def test_the_answers_of_users_are_recorded(
    world: PeopleWorld, watch: Watch, ada: dict[str, str]
) -> None:
    app, browser = world.web_app, world.signed_in()
    told = {"client_id": app.client_id, "resource": world.jira.identifier}
    watch.new()
    world.authorize(browser, app)
    assert watch.new() == []
    page = browser.click("deny", follow=False)
    refused = watch.one("consent.refused", actor=ada, outcome="refused", **told)
    assert refused["object"] == {"kind": "consent", "id": app.client_id}
    assert {name: refused[name] for name in seen(page, browser)} == seen(page, browser)
    world.authorize(browser, app)
    page = browser.click("allow", follow=False)
    here = seen(page, browser)
    given = watch.one("consent.given", actor=ada, outcome="success", **told, **here)
    assert given["object"] == {"kind": "consent", "id": app.client_id}
    assert given["details"] == refused["details"] == {"scope": "READ openid"}
    page = browser.get(page.location)
    assert "code" in page.answer
    here = seen(page, browser)
    made = watch.one("grant.created", actor=ada, outcome="success", **told, **here)
    assert made["object"] == live_grant(world)
    assert made["details"]["origin"] == "authorization_code"
    assert made["details"]["scope"] == "READ openid"
    browser.get("/account/authorizations")
    page = browser.click("revoke-1", follow=False)
    records = watch.those(
        "consent.revoked",
        "grant.ended",
        actor=ada,
        outcome="success",
        **told,
        **seen(page, browser),
    )
    assert records["grant.ended"]["object"] == made["object"]
    assert records["grant.ended"]["reason"] == "revoked by the user"
    assert records["consent.revoked"]["details"] == {"subject": world.ada.subject, "grants": 1}


@pytest.mark.rule("AU-03")
def test_a_code_is_recorded_at_its_first_use_and_at_every_other(
    world: PeopleWorld, watch: Watch
) -> None:
    app = world.web_app
    code = world.code(world.browser(), app, scope=OFFLINE)
    grant = live_grant(world)
    watch.new()
    common = {"client_id": app.client_id}
    answered = world.redeem(app, code, peer=PEER)
    issued = watch.one(
        "token.issued", actor=app_of(app), outcome="success", **common, **heard(answered)
    )
    assert issued["resource"] == world.jira.identifier
    assert issued["details"]["grant_id"] == grant["id"]
    assert issued["details"]["subject"] == world.ada.subject
    assert (issued["details"]["id_token"], issued["details"]["refresh_token"]) == (True, True)
    answered = world.redeem(app, code, peer=PEER)
    assert answered.error == (400, "invalid_grant")
    records = watch.those(
        "grant.ended",
        "code.reused",
        actor=app_of(app),
        object=grant,
        **common,
        **heard(answered),
    )
    assert records["code.reused"]["outcome"] == "refused"
    assert records["grant.ended"]["outcome"] == "success"
    assert records["grant.ended"]["details"] == {"subject": world.ada.subject}
    for value, thing in ((code, grant), ("unknown", {"kind": "", "id": ""})):
        answered = world.redeem(app, value, peer=PEER)
        refused = watch.one(
            "token.refused", actor=app_of(app), outcome="refused", object=thing, **heard(answered)
        )
        assert refused["reason"].startswith("invalid_grant: ")
        assert refused["details"] == {"grant_type": "authorization_code"}


@pytest.mark.rule("AU-03")
def test_refreshing_and_the_reuse_of_what_was_refreshed_are_recorded(
    world: PeopleWorld, watch: Watch
) -> None:
    app = world.web_app
    first = world.tokens(app, scope=OFFLINE)["refresh_token"]
    grant = live_grant(world)
    watch.new()
    answered = refreshed(world, app, first)
    issued = watch.one("token.issued", actor=app_of(app), outcome="success", **heard(answered))
    assert issued["details"]["grant_type"] == "refresh_token"
    assert issued["details"]["generation"] == 2
    world.clock.advance(31)
    watch.new()
    answered = refreshed(world, app, first)
    assert answered.error == (400, "invalid_grant")
    records = watch.those(
        "grant.ended",
        "refresh.reused",
        actor=app_of(app),
        client_id=app.client_id,
        object=grant,
        **heard(answered),
    )
    assert records["refresh.reused"]["outcome"] == "refused"
    assert records["grant.ended"]["outcome"] == "success"
    answered = refreshed(world, app, first)
    watch.one(
        "token.refused", actor=app_of(app), outcome="refused", object=grant, **heard(answered)
    )


@pytest.mark.rule("AU-03")
def test_ends_of_grants_are_recorded_whoever_wanted_them(
    world: PeopleWorld, watch: Watch, ada: dict[str, str]
) -> None:
    app, operator = world.web_app, Operator(world.installation)
    refresh_token = world.tokens(app, scope=OFFLINE)["refresh_token"]
    common = {"outcome": "success", "client_id": app.client_id}
    grant = live_grant(world)
    watch.new()
    answered = presented(world, app, "/oauth2/revoke", token=refresh_token)
    watch.one("grant.ended", actor=app_of(app), object=grant, **common, **heard(answered))
    world.tokens(app, scope=OFFLINE)
    grant = live_grant(world)
    watch.new()
    operator.told("grant", "revoke", grant["id"])
    watch.one("grant.ended", actor=operator.actor, object=grant, **common)
    operator.refused("grant", "revoke", grant["id"])
    assert watch.new() == []
    browser = world.browser()
    world.tokens(app, browser, scope="openid READ")
    grant = live_grant(world)
    browser.get("/account")
    watch.new()
    page = browser.click("sign-out-button", follow=False)
    records = watch.those(
        "grant.ended", "session.ended", actor=ada, outcome="success", **seen(page, browser)
    )
    assert records["grant.ended"]["object"] == grant
    # Whoever is stopped loses both, and each is on record for itself.
    operator.told("session", "end-all", "ada", "--yes")
    world.tokens(app, scope=OFFLINE)
    watch.new()
    operator.told("user", "disable", "ada")
    records = watch.those(
        "grant.ended", "session.ended", "user.disabled", actor=operator.actor, outcome="success"
    )
    assert records["grant.ended"]["reason"] == "the user was disabled or deleted"


@pytest.mark.rule("AU-03")
def test_it_is_recorded_whether_a_client_heard_of_a_logout(
    make_world: MakeWorld, tmp_path: Path
) -> None:
    authority = TestAuthority(tmp_path)

    def says_yes(visit: Visit) -> bool:
        visit.say(answer(b"", kind="text/plain"))
        return False

    with LoopbackServer(says_yes, tls=authority.server_for("127.0.0.1")) as server:
        world = make_world(
            AUTHSERVER_OUTBOUND_CLIENT_ORIGINS=server.origin,
            AUTHSERVER_OUTBOUND_CA_FILE=str(authority.ca_file),
        )
        browser, watch = world.browser(), Watch(world.installation)
        for client_id, origin in (("hears", server.origin), ("deaf", "https://127.0.0.1")):
            profile = ProfileChanges(backchannel_logout_uri=f"{origin}/told")
            app = world.app(client_id, f"https://{client_id}.example.test/cb", profile=profile)
            world.tokens(app, browser, scope="openid")
        (session,) = world.container.sessions.list(world.ada.subject)
        browser.get("/account")
        browser.click("sign-out-button")
        watch.new()
        assert world.container.logout_deliveries.deliver(lambda: True) == 1
    thing = {"kind": "session", "id": session.session_id}
    records = watch.those("logout.told", "logout.not_told", actor=SYSTEM, object=thing)
    told, not_told = records["logout.told"], records["logout.not_told"]
    assert (told["client_id"], told["outcome"], told["reason"]) == ("hears", "success", "")
    assert (not_told["client_id"], not_told["outcome"]) == ("deaf", "failed")
    assert not_told["reason"]
    assert told["details"] == {"subject": world.ada.subject, "attempts": 1}
