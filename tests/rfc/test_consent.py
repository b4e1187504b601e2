"""Consent: when it is asked for, what it says, and what a decision is bound to (group A1)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from authserver.domain.audit import Actor, ActorKind
from authserver.services.administration import Act
from authserver.services.client_profiles import ProfileChanges
from tests.people.world import ISSUER
from tests.rfc.authorizing import rows_of_codes
from tests.rfc.tokens import claims_of
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from tests.people.browser import Browser
    from tests.people.cast import App, Person
    from tests.people.world import PeopleWorld


def is_asked(world: PeopleWorld, browser: Browser, app: App, **parameters: str | None) -> bool:
    """Whether the consent page comes; without it there is a code."""
    page = world.authorize(browser, app, **parameters)
    if page.path == "/consent":
        return True
    assert "code" in page.answer
    return False


def revoke(world: PeopleWorld, app: App, person: Person) -> None:
    act = Act(Actor(ActorKind.USER, person.subject), "r-1", "192.0.2.1")
    assert world.container.consents.revoke(
        person.subject, app.client_id, world.jira.identifier, act
    )


@pytest.mark.rule("AZ-16")
def test_consent_is_asked_for_whatever_is_new_and_only_then(world: PeopleWorld) -> None:
    other = world.app("other-app", "https://other.example.test/callback")
    browser = world.signed_in()
    assert is_asked(world, browser, world.web_app)
    browser.click("allow")
    assert not is_asked(world, browser, world.web_app)
    assert not is_asked(world, browser, world.web_app, scope="READ")
    assert not is_asked(world, browser, world.web_app, state="another", nonce="another")
    assert is_asked(world, browser, world.web_app, scope="openid READ WRITE")
    assert is_asked(world, browser, world.web_app, scope="openid email READ")
    assert is_asked(world, browser, world.web_app, prompt="consent")
    assert is_asked(world, browser, other)
    elsewhere = world.signed_in()
    assert not is_asked(world, elsewhere, world.web_app)


@pytest.mark.rule("AZ-16")
def test_what_is_allowed_for_signing_in_is_not_allowed_at_a_site(world: PeopleWorld) -> None:
    browser = world.signed_in()
    assert is_asked(world, browser, world.web_app, scope="openid")
    browser.click("allow")
    assert not is_asked(world, browser, world.web_app, scope="openid")
    resource = world.jira.identifier
    assert is_asked(world, browser, world.web_app, scope="openid", resource=resource)


@pytest.mark.rule("AZ-16")
def test_a_claim_asked_for_by_name_needs_consent_like_its_scope(world: PeopleWorld) -> None:
    browser = world.signed_in()
    assert is_asked(world, browser, world.web_app, scope="openid")
    browser.click("allow")
    claims = '{"userinfo":{"email":{"essential":true}}}'
    assert is_asked(world, browser, world.web_app, scope="openid", claims=claims)
    assert "email" in browser.page.texts["scopes"]
    assert "new" in browser.page.texts["scopes"]


@pytest.mark.rule("AZ-16")
def test_an_untrusted_client_asks_each_time(world: PeopleWorld) -> None:
    always = world.app(
        "always", "https://always.example.test/cb", profile=ProfileChanges(consent="always")
    )
    browser = world.signed_in()
    cases: list[tuple[App, dict[str, str]]] = [
        (always, {}),
        # Nobody knows which program listens there (RFC 8252 section 8.6).
        (world.native, {"redirect_uri": "http://127.0.0.1:5000/callback"}),
    ]
    for app, parameters in cases:
        for _ in range(2):
            assert is_asked(world, browser, app, **parameters)
            browser.click("allow")
        page = world.authorize(browser, app, prompt="none", **parameters)
        assert page.answer["error"] == "consent_required"
    assert is_asked(world, browser, world.spa)
    browser.click("allow")
    assert not is_asked(world, browser, world.spa)


@pytest.mark.rule("AZ-16")
def test_the_page_says_who_asks_for_what_where_and_for_how_long(world: PeopleWorld) -> None:
    page = world.authorize(world.signed_in(), world.web_app, scope="openid READ WRITE")
    texts = page.texts
    assert texts["client"] == "Web app"
    assert texts["publisher"] == "by Example Apps Ltd"
    assert texts["redirect-host"] == "app.example.test"
    assert texts["site"].startswith("jira-main ")
    assert texts["user"] == "Ada Lovelace ada"
    assert "10 minutes" in texts["lifetime"]
    for words in ("Know who you are", "Read what the account may see", "can read", "can delete"):
        assert words in texts["scopes"]
    assert "offline" not in texts["scopes"]
    page = world.authorize(world.signed_in(), world.web_app, scope="openid offline_access")
    assert "90 days" in page.texts["lifetime"]
    assert "site" not in page.texts


@pytest.mark.rule("AZ-16")
def test_new_scopes_are_marked(world: PeopleWorld) -> None:
    browser = world.signed_in()
    page = world.authorize(browser, world.web_app, scope="openid READ")
    assert 'class="badge new"' not in page.text
    browser.click("allow")
    page = world.authorize(browser, world.web_app, scope="openid READ WRITE")
    assert page.text.count('class="badge new"') == 1


@pytest.mark.rule("AZ-16")
@pytest.mark.rule("SE-09")
def test_what_others_say_of_themselves_stands_there_as_text(world: PeopleWorld) -> None:
    evil = "<script>alert(1)</script>{{7*7}}\"'><img src=x>"
    app = world.app(
        "evil", "https://evil.example.test/cb", name=evil, profile=ProfileChanges(publisher=evil)
    )
    browser = world.browser()
    pages = [world.authorize(browser, app, login_hint=evil, ui_locales=evil, claims_locales=evil)]
    pages.append(world.sign_in(browser))
    assert pages[1].texts["client"] == evil
    for page in pages:
        assert page.status == 200
        assert "<script" not in page.text
        assert "<img src=x" not in page.text
        assert "49" not in page.texts["content"]


@pytest.mark.rule("AZ-16")
def test_what_was_allowed_is_listed_and_taken_back_with_all_it_gave(world: PeopleWorld) -> None:
    browser = world.browser()
    tokens = world.tokens(world.web_app, browser, scope="openid READ offline_access")
    allowed = world.container.consents.list(world.ada.subject)
    assert [(each.client_name, each.publisher) for each in allowed] == [
        ("Web app", "Example Apps Ltd")
    ]
    names = {line.name for group in allowed[0].groups for line in group.lines}
    assert names == {"openid", "READ", "offline_access"}
    assert allowed[0].allowed_at == world.clock.now()
    assert allowed[0].last_used_at == world.clock.now()
    assert world.lane.introspect(world.jira, tokens["access_token"])["active"] is True
    revoke(world, world.web_app, world.ada)
    assert world.lane.introspect(world.jira, tokens["access_token"]) == {"active": False}
    refreshed = world.refresh(world.web_app, tokens["refresh_token"])
    assert refreshed.error == (400, "invalid_grant")
    assert world.container.consents.list(world.ada.subject) == []
    assert is_asked(world, browser, world.web_app, scope="openid READ offline_access")


@pytest.mark.rule("AZ-17")
def test_a_decision_needs_the_token_of_its_page(world: PeopleWorld) -> None:
    victim = world.signed_in()
    world.authorize(victim, world.web_app)
    form = victim.page.forms["consent"]
    attacker = world.signed_in(world.user("mallory"))
    world.authorize(attacker, world.web_app)
    foreign = attacker.page.forms["consent"].fields["csrf"]
    request_id = form.fields["request"]
    for csrf in ({}, {"csrf": ""}, {"csrf": foreign}, {"csrf": form.fields["csrf"][::-1]}):
        fields = {"request": request_id, "decision": "allow", **csrf}
        assert victim.post("/consent", fields).status == 403
    sent = {"request": request_id, "decision": "allow", "csrf": form.fields["csrf"]}
    assert victim.post("/consent", sent, cross_site=True).status == 403
    assert rows_of_codes(world) == 0
    page = victim.post("/consent", sent)
    assert "code" in page.answer


@pytest.mark.rule("AZ-17")
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_at_the_page_allows_nothing(world: PeopleWorld, method: str) -> None:
    browser = world.signed_in()
    page = world.authorize(browser, world.web_app)
    fields = {**page.forms["consent"].fields, "decision": "allow", "approve": "1", "allow": "allow"}
    for path in ("/consent", "/oauth2/authorize/continue"):
        target = f"{ISSUER}{path}?{urlencode(fields)}"
        answer = browser.ask(method, target)
        assert answer.status in {200, 303, 405}
        assert "code=" not in answer.location
    assert rows_of_codes(world) == 0


@pytest.mark.rule("AZ-17")
def test_nothing_but_the_decision_is_read_from_the_form(world: PeopleWorld) -> None:
    browser = world.signed_in()
    page = world.authorize(browser, world.web_app, nonce="the-nonce", scope="openid READ")
    changed: dict[str, str | None] = {
        "scope": "openid READ WRITE offline_access",
        "client_id": "spa",
        "redirect_uri": "https://evil.test/callback",
        "code_challenge": "A" * 43,
        "nonce": "forged",
        "state": "forged",
        "resource": "https://evil.test",
        "sub": "user:somebody",
    }
    sent = {**page.forms["consent"].fields, "decision": "allow", **changed}
    fields = {name: value for name, value in sent.items() if value is not None}
    target = "/consent?" + urlencode({"scope": "WRITE", "redirect_uri": "https://evil.test"})
    page = browser.post(target, fields)
    assert page.location.startswith(world.web_app.redirect_uri + "?")
    assert page.answer["state"] == "state-of-the-app"
    answer = world.redeem(world.web_app, page.answer["code"])
    assert answer.status == 200, answer.body
    assert set(answer.json["scope"].split()) == {"openid", "READ"}
    said = claims_of(answer.json["id_token"])
    assert (said["nonce"], said["sub"]) == ("the-nonce", world.ada.subject)


@pytest.mark.rule("AZ-17")
def test_a_decision_of_another_user_in_the_same_browser_does_not_count(world: PeopleWorld) -> None:
    browser = world.signed_in()
    world.authorize(browser, world.web_app)
    old_form = dict(browser.page.forms["consent"].fields)
    bob = world.user("bob")
    browser.get("/login?request=" + old_form["request"])
    assert world.sign_in(browser, bob).path == "/consent"
    stale = browser.post("/consent", {**old_form, "decision": "allow"})
    assert stale.status == 403
    assert rows_of_codes(world) == 0


def test_an_unknown_decision_decides_nothing(world: PeopleWorld) -> None:
    browser = world.signed_in()
    world.authorize(browser, world.web_app)
    form = browser.page.forms["consent"].fields
    for decision in ("", "yes", "ALLOW", "deny allow"):
        assert browser.post("/consent", {**form, "decision": decision}).path == "/consent"
    assert rows_of_codes(world) == 0


def test_a_refusal_is_told_and_is_the_last_word(world: PeopleWorld) -> None:
    watch = Watch(world.installation)
    browser = world.signed_in()
    world.authorize(browser, world.web_app)
    form = browser.page.forms["consent"].fields
    page = browser.click("deny")
    assert page.answer["error"] == "access_denied"
    again = browser.post("/consent", {**form, "decision": "allow"})
    assert again.answer["error"] == "access_denied"
    assert rows_of_codes(world) == 0
    assert world.container.consents.list(world.ada.subject) == []
    assert [each["action"] for each in watch.new()].count("consent.refused") == 1


@pytest.mark.rule("F-06")
@pytest.mark.parametrize("decision", ["allow", "deny"])
def test_twenty_equal_decisions_at_once_have_one_effect(world: PeopleWorld, decision: str) -> None:
    watch = Watch(world.installation)
    browser = world.signed_in()
    page = world.authorize(browser, world.web_app)
    body = urlencode({**page.forms["consent"].fields, "decision": decision}).encode()

    def send(_: int) -> tuple[int, str]:
        decided = browser.ask("POST", f"{ISSUER}/consent", body)
        assert decided.status == 303, decided.text
        answer = browser.ask("GET", ISSUER + decided.location.removeprefix(ISSUER))
        return answer.status, answer.location

    with ThreadPoolExecutor(20) as threads:
        answers = set(threads.map(send, range(20)))
    assert len(answers) == 1
    ((status, location),) = answers
    assert status == 303
    assert location.startswith(world.web_app.redirect_uri)
    assert rows_of_codes(world) == (1 if decision == "allow" else 0)
    actions = [each["action"] for each in watch.new()]
    assert actions.count("consent.given") == (1 if decision == "allow" else 0)
    assert actions.count("consent.refused") == (0 if decision == "allow" else 1)
    assert actions.count("grant.created") == (1 if decision == "allow" else 0)
