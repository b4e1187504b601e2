"""Logout tokens of providers: only what is proved ends anything (requirement LO-06)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import jwt
import pytest

from authserver.domain.providers import ProviderKind
from tests.federation.fake_keys import FakeKey, rsa_key
from tests.federation.fake_provider import hang
from tests.federation.world import ACT

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.federation.fake_provider import FakeProvider
    from tests.federation.world import FederatedWorld
    from tests.machine.doors import Answer
    from tests.people.browser import Browser

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
SID: Final = "session-there-1"


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


def segment(value: dict[str, object]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def unsigned(fake: FakeProvider) -> str:
    _, payload, _ = fake.logout_token(sid=SID).split(".")
    return f"{segment({'alg': 'none', 'kid': 'key-1', 'typ': 'logout+jwt'})}.{payload}."


def by_our_secret(fake: FakeProvider) -> str:
    """HS256 under the client secret that both sides know."""
    claims = jwt.decode(fake.logout_token(sid=SID), options={"verify_signature": False})
    key = fake.client_secret.ljust(32, "x")
    return jwt.encode(claims, key, "HS256", headers={"kid": "key-1", "typ": "logout+jwt"})


def by_stranger(fake: FakeProvider) -> str:
    stranger = FakeKey("key-1", rsa_key(7))
    claims = jwt.decode(fake.logout_token(sid=SID), options={"verify_signature": False})
    return stranger.sign(claims, {"typ": "logout+jwt"})


def by_unknown_key(fake: FakeProvider) -> str:
    claims = jwt.decode(fake.logout_token(sid=SID), options={"verify_signature": False})
    return FakeKey("key-9", rsa_key(7)).sign(claims, {"typ": "logout+jwt"})


def typed(kind: str) -> Callable[[FakeProvider], str]:
    def make(fake: FakeProvider) -> str:
        claims = jwt.decode(fake.logout_token(sid=SID), options={"verify_signature": False})
        return fake.signed(claims, {"typ": kind})

    return make


def stating(**claims: Any) -> Callable[[FakeProvider], str]:
    return lambda fake: fake.logout_token(**{"sid": SID, **claims})


def at(seconds: float) -> Callable[[FakeProvider], str]:
    return lambda fake: fake.logout_token(sid=SID, iat=int(fake.now() + seconds), exp=None)


def tampered(fake: FakeProvider) -> str:
    header, _, signature = fake.logout_token(sid=SID).split(".")
    claims = {"iss": fake.issuer, "aud": fake.client_id, "sid": SID, "iat": int(fake.now())}
    return f"{header}.{segment({**claims, 'jti': 'x', 'events': {EVENT: {}}})}.{signature}"


FORGED: Final[dict[str, Callable[[FakeProvider], str]]] = {
    "alg none": unsigned,
    "HS256 under the client secret": by_our_secret,
    "another's key of the same name": by_stranger,
    "a key that nobody has": by_unknown_key,
    "another payload": tampered,
    "an ID token's nonce": stating(nonce="n"),
    "an empty nonce": stating(nonce=""),
    "typ of an access token": typed("at+jwt"),
    "typ of a security event": typed("secevent+jwt"),
    "another issuer": stating(iss="https://login.example.net"),
    "no issuer": stating(iss=None),
    "another audience": stating(aud="somebody-else"),
    "our audience among others": stating(aud=["client-at-provider", "somebody-else"]),
    "no audience": stating(aud=None),
    "no event": stating(events=None),
    "another event": stating(events={"http://schemas.openid.net/event/other": {}}),
    "an event that is no object": stating(events={EVENT: True}),
    "events as a list": stating(events=[EVENT]),
    "no iat": stating(iat=None),
    "iat as a text": stating(iat="1800000000"),
    "iat true": stating(iat=True),
    "iat too large": stating(iat=10**400),
    "exp too large": stating(exp=10**310),
    "exp after all time": stating(exp=10**12),
    "nbf true": stating(nbf=True),
    "too old": at(-301),
    "from the future": at(61),
    "over": stating(exp=1),
    "exp as a text": stating(exp="never"),
    "not yet valid": stating(nbf=2_000_000_000),
    "no jti": stating(jti=None),
    "an empty jti": stating(jti=""),
    "jti as a number": stating(jti=7),
    "a jti too long": stating(jti="x" * 256),
    "an empty sid": stating(sid=""),
    "sid as a list": stating(sid=[SID]),
    "nobody": stating(sid=None, sub=None),
    "sub as a number": stating(sid=None, sub=7),
    "an empty sub": stating(sid=None, sub=""),
    "a sub that is none beside a sid": stating(sub=7),
    "an ID token": lambda fake: fake.id_token(sid=SID),
    "an access token": lambda fake: fake.access_token(),
    "no JWT": lambda _: "logout",
    "five parts": lambda fake: fake.logout_token() + ".x.y",
    "another provider's token": lambda fake: fake.logout_token(
        iss="https://other.example.org", sid=SID
    ),
}


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
