"""Logout tokens of providers: only what is proved ends anything (requirement LO-06)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.providers import ProviderKind
from tests.federation.fake_keys import FakeKey, rsa_key
from tests.federation.fake_provider import hang
from tests.federation.forged_logouts import FORGED, SID, typed
from tests.federation.world import ACT

if TYPE_CHECKING:
    from tests.federation.world import FederatedWorld
    from tests.machine.doors import Answer
    from tests.people.browser import Browser


def tell(federated: FederatedWorld, token: str, name: str = "acme") -> Answer:
    """What the endpoint says to a logout token."""
    lane = federated.people.lane
    return lane.post(f"/oauth2/backchannel-logout/{name}", {"logout_token": token})


def arrived(federated: FederatedWorld, *, sid: str = SID, name: str = "acme") -> Browser:
    """A browser in which the provider's person is signed in."""
    browser = federated.people.browser()
    person = replace(federated.fakes[name].person, sid=sid)
    page = federated.sign_in(browser, name, person=person)
    assert page.path == "/account", page.text
    return browser


def is_signed_in(browser: Browser) -> bool:
    """Whether the browser still gets to the account page."""
    return browser.get("/account").path == "/account"


@pytest.mark.rule("LO-06")
@pytest.mark.parametrize("case", FORGED)
def test_a_forged_logout_token_ends_nothing(federated: FederatedWorld, case: str) -> None:
    fake = federated.provider()
    browser = arrived(federated)
    answer = tell(federated, FORGED[case](fake))
    assert answer.error == (400, "invalid_request"), answer.body
    assert answer.description == "the logout token does not count here"
    assert answer.headers["cache-control"] == "no-store"
    assert is_signed_in(browser)
    assert federated.http.strangers == []


@pytest.mark.rule("LO-06")
@pytest.mark.parametrize("kind", ["logout+jwt", "LOGOUT+JWT", "application/logout+jwt", "JWT"])
def test_a_logout_token_ends_the_session_that_it_names(
    federated: FederatedWorld, kind: str
) -> None:
    fake = federated.provider()
    one, other = arrived(federated), arrived(federated, sid="session-there-2")
    answer = tell(federated, typed(kind)(fake))
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["cache-control"] == "no-store"
    assert not is_signed_in(one)
    assert is_signed_in(other)


@pytest.mark.rule("LO-06")
def test_a_logout_token_counts_once(federated: FederatedWorld) -> None:
    fake = federated.provider()
    token = fake.logout_token(sid=SID)
    arrived(federated)
    assert tell(federated, token).status == 200
    again = arrived(federated)
    # Another worker knows it, too.
    lane = federated.people.installation.start_worker().lane
    replayed = lane.post("/oauth2/backchannel-logout/acme", {"logout_token": token})
    assert replayed.error == (400, "invalid_request")
    assert is_signed_in(again)


def test_without_sid_all_sessions_of_the_person_at_that_provider_end(
    federated: FederatedWorld,
) -> None:
    fake = federated.provider()
    federated.provider("other", fake={"issuer": "https://login.example.com"})
    people = [arrived(federated, sid=each) for each in ("", "b")]
    elsewhere = arrived(federated, name="other")
    assert tell(federated, fake.logout_token()).status == 200
    assert [is_signed_in(each) for each in people] == [False, False]
    # The same `sub` at another provider is somebody else.
    assert is_signed_in(elsewhere)


def test_sid_and_sub_must_mean_the_same(federated: FederatedWorld) -> None:
    fake = federated.provider()
    browser = arrived(federated)
    assert tell(federated, fake.logout_token(sid=SID, sub="somebody else")).status == 200
    assert is_signed_in(browser)


def test_a_session_that_is_over_already_is_no_mistake(federated: FederatedWorld) -> None:
    fake = federated.provider()
    assert tell(federated, fake.logout_token(sid=SID)).status == 200


def test_what_was_bound_to_the_session_ends_with_it(federated: FederatedWorld) -> None:
    fake = federated.provider()
    people = federated.people
    browser = people.browser()
    people.authorize(browser, people.web_app)
    url = federated.press(browser)
    person = replace(fake.person, sid=SID)
    browser.get(federated.answer(url, person=person), cross_site=True)
    tokens = people.redeem(people.web_app, people.finish(browser).answer["code"]).json
    assert people.lane.is_active(people.jira, tokens["access_token"])
    assert tell(federated, fake.logout_token(sid=SID)).status == 200
    people.installation.poll()
    assert not people.lane.is_active(people.jira, tokens["access_token"])


def test_the_record_names_the_provider(federated: FederatedWorld) -> None:
    fake = federated.provider()
    arrived(federated)
    tell(federated, fake.logout_token(sid=SID))
    (record,) = federated.people.installation.records("session.ended")
    assert record["actor"] == {"kind": "system", "id": "provider:acme"}
    assert record["details"]["upstream"] == "acme"


@pytest.mark.parametrize("name", ["nobody", "acme/", "ACME", "a%2fb", ".."])
def test_a_provider_that_is_not_there_looks_like_a_token_that_does_not_count(
    federated: FederatedWorld, name: str
) -> None:
    fake = federated.provider()
    token = fake.logout_token(sid=SID)
    answer = tell(federated, token, name)
    assert answer.status in (400, 404)
    assert b"acme" not in answer.body
    if answer.status == 400:
        assert answer.body == tell(federated, "x").body


def test_a_stopped_providers_word_counts_no_more(federated: FederatedWorld) -> None:
    fake = federated.provider()
    federated.container.providers.disable("acme", ACT)
    assert tell(federated, fake.logout_token(sid=SID)).status == 400


def test_the_gate_is_as_strict_as_everywhere(federated: FederatedWorld) -> None:
    fake = federated.provider()
    browser = arrived(federated)
    lane, path = federated.people.lane, "/oauth2/backchannel-logout/acme"
    token = fake.logout_token(sid=SID)
    assert lane.get(path).status == 405
    assert lane.post(path, {}).status == 400
    assert lane.post(path, [("logout_token", token)] * 2).status == 400
    assert lane.post(path, {"logout_token": token}, query="logout_token=x").status == 400
    typeless = {"Content-Type": "application/json"}
    assert lane.post(path, {"logout_token": token}, headers=typeless).status == 415
    assert lane.post(path, {"logout_token": "x" * 21_000}).status == 413
    assert lane.post(path, {"logout_token": "x" * 17_000}).status == 400
    assert is_signed_in(browser)


def test_a_provider_that_cannot_be_asked_for_its_keys_ends_nothing(
    federated: FederatedWorld,
) -> None:
    fake = federated.provider()
    browser = arrived(federated)
    federated.people.clock.advance(120)
    fake.rotate()
    fake.faults["/keys"] = hang()
    asked = len(federated.http.to("/keys"))
    assert tell(federated, fake.logout_token(sid=SID)).status == 400
    assert len(federated.http.to("/keys")) == asked + 1
    assert is_signed_in(browser)


def test_keys_are_not_asked_for_again_and_again_by_forged_tokens(
    federated: FederatedWorld,
) -> None:
    fake = federated.provider()
    arrived(federated)
    before = len(federated.http.to("/keys"))
    for number in range(30):
        claims = {"iss": fake.issuer, "aud": fake.client_id}
        tell(federated, FakeKey(f"kid-{number}", rsa_key(7)).sign(claims))
    assert len(federated.http.to("/keys")) <= before + 1


def test_entra_names_sessions_by_sid_alone(federated: FederatedWorld) -> None:
    fake = federated.provider("acme", ProviderKind.ENTRA)
    browser = arrived(federated)
    assert tell(federated, fake.logout_token(sub="pairwise")).status == 400
    assert tell(federated, fake.logout_token(sub="pairwise", sid=SID)).status == 200
    assert not is_signed_in(browser)
