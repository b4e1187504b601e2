"""Keys at a `jwks_uri`: asked for seldom, believed for a while, never a way in."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.authorization_profiles import AuthorizationProfile
from authserver.domain.clients import Client, ClientAuthMethod, ClientStatus
from authserver.domain.errors import InvalidField
from authserver.domain.outbound import OutboundError, OutboundReason, OutboundUnavailable
from authserver.services.remote_keys import (
    CLIENTS_REMEMBERED,
    KEYS_LOOKED_AT,
    RemoteKeyAssertions,
    RemoteKeys,
)
from tests.doubles import FakeClock
from tests.services.collaborators import ListedAssertions, ListedPublicKeys

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.credentials import VerifiedAssertion

URI = "https://app.example.org/jwks"
CLIENT = Client(
    client_id="app",
    name="app",
    auth_method=ClientAuthMethod.PRIVATE_KEY_JWT,
    grant_types=frozenset(),
    scopes=frozenset(),
    resources=frozenset(),
    access_token_seconds=600,
    status=ClientStatus.ENABLED,
    secrets=(),
    jwks=(),
    contact="",
    created_at=0.0,
    profile=AuthorizationProfile(jwks_uri=URI),
)


def jwk(kid: str) -> dict[str, object]:
    return {"kty": "EC", "kid": kid}


class Page:
    """The one address that can be called; `keys` is what it shows, an error what it raises."""

    def __init__(self, *kids: str) -> None:
        self.document: dict[str, object] = {"keys": [jwk(kid) for kid in kids]}
        self.error: OutboundError | None = None
        self.asked: list[tuple[str, int | None, float | None]] = []

    def get_json(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        max_body_bytes: int | None = None,
        total_seconds: float | None = None,
    ) -> dict[str, object]:
        assert headers is None
        self.asked.append((url, max_body_bytes, total_seconds))
        if self.error is not None:
            raise self.error
        return self.document

    def request(self, *_: object, **__: object) -> Any:
        raise AssertionError("only JSON is asked for")

    request_json = request


class EllipticKeys(ListedPublicKeys):
    """Refuses a set with any other key."""

    def normalise(self, jwks: object) -> tuple[Mapping[str, object], ...]:
        keys = super().normalise(jwks)
        if not all(isinstance(key, dict) and key.get("kty") == "EC" for key in keys):
            raise InvalidField("jwks.keys[0].kty", "EC")
        return keys


class Scene:
    def __init__(self, *kids: str) -> None:
        self.clock = FakeClock()
        self.page = Page(*kids)
        self.keys = RemoteKeys(http=self.page, public_keys=EllipticKeys(), clock=self.clock)

    def kids(self, kid: str | None = "a", client: Client = CLIENT) -> list[object]:
        return [each["kid"] for each in self.keys.of(client, kid)]


def test_keys_are_fetched_once_and_kept() -> None:
    scene = Scene("a", "b")
    for _ in range(5):
        assert scene.kids() == ["a", "b"]
    assert scene.page.asked == [(URI, 65_536, 3.0)]


def test_after_five_minutes_the_page_is_read_again() -> None:
    scene = Scene("a")
    scene.kids()
    scene.page.document = {"keys": [jwk("b")]}
    scene.clock.advance(300)
    assert scene.kids() == ["a"]
    scene.clock.advance(1)
    assert scene.kids() == ["b"]


@pytest.mark.rule("CA-10")
def test_a_thousand_unknown_keys_cause_one_fetch_a_minute() -> None:
    scene = Scene("a")
    scene.kids()
    scene.clock.advance(60)
    for number in range(1000):
        assert scene.kids(f"unknown-{number}") == ["a"]
    assert len(scene.page.asked) == 2
    scene.clock.advance(59)
    scene.kids("unknown")
    assert len(scene.page.asked) == 2


def test_a_new_key_is_found_after_a_minute_at_the_latest() -> None:
    scene = Scene("a")
    scene.kids()
    scene.page.document = {"keys": [jwk("a"), jwk("new")]}
    assert scene.kids("new") == ["a"]
    scene.clock.advance(60)
    assert scene.kids("new") == ["a", "new"]


def test_an_assertion_without_a_key_id_causes_no_fetch_while_the_set_is_fresh() -> None:
    scene = Scene("a")
    for _ in range(4):
        assert scene.kids(None) == ["a"]
        scene.clock.advance(61)
    assert len(scene.page.asked) == 1


def test_a_page_that_fails_is_asked_once_a_minute_and_the_old_keys_serve_for_an_hour() -> None:
    scene = Scene("a")
    scene.kids()
    scene.page.error = OutboundUnavailable(OutboundReason.TIMEOUT)
    for _ in range(59):
        scene.clock.advance(60)
        assert scene.kids() == ["a"]
    assert len(scene.page.asked) <= 61
    scene.clock.advance(61)
    assert scene.kids() == []
    scene.page.error = None
    scene.clock.advance(60)
    assert scene.kids() == ["a"]


def test_a_first_fetch_that_fails_is_not_repeated_within_a_minute() -> None:
    scene = Scene("a")
    scene.page.error = OutboundUnavailable(OutboundReason.CONNECT_FAILED)
    assert [scene.kids() for _ in range(10)] == [[]] * 10
    assert len(scene.page.asked) == 1
    scene.page.error = None
    scene.clock.advance(60)
    assert scene.kids() == ["a"]


@pytest.mark.rule("CA-10")
@pytest.mark.parametrize("uri", ["http://app.example.org/jwks", "HTTPS:app", "file:///etc/passwd"])
def test_only_https_is_called(uri: str) -> None:
    scene = Scene("a")
    client = replace(CLIENT, profile=AuthorizationProfile(jwks_uri=uri))
    assert scene.kids(client=client) == []
    assert scene.page.asked == []


@pytest.mark.parametrize(
    "document",
    [{}, {"keys": None}, {"keys": {}}, {"keys": []}, {"keys": ["text", 1, None]}, {"keys": "a"}],
    ids=str,
)
def test_a_page_without_a_usable_key_changes_nothing(document: dict[str, object]) -> None:
    scene = Scene("a")
    scene.kids()
    scene.page.document = document
    scene.clock.advance(400)
    assert scene.kids() == ["a"]


def test_keys_of_other_kinds_do_not_spoil_the_others() -> None:
    scene = Scene()
    scene.page.document = {"keys": [{"kty": "oct", "k": "AAAA"}, jwk("a"), jwk("a"), jwk("b")]}
    assert scene.kids() == ["a", "b"]


def test_a_long_set_is_not_read_to_its_end() -> None:
    scene = Scene(*(f"key-{number}" for number in range(1000)))
    assert len(scene.kids("key-0")) == KEYS_LOOKED_AT


def test_another_uri_is_another_set() -> None:
    scene = Scene("a")
    scene.kids()
    moved = replace(CLIENT, profile=AuthorizationProfile(jwks_uri=URI + "/new"))
    scene.kids(client=moved)
    assert [url for url, *_ in scene.page.asked] == [URI, URI + "/new"]


def test_memory_is_bounded() -> None:
    scene = Scene("a")
    for number in range(CLIENTS_REMEMBERED + 10):
        scene.kids(client=replace(CLIENT, client_id=f"app-{number}"))
    assert len(scene.keys._known) == CLIENTS_REMEMBERED


def test_callers_at_once_share_one_fetch() -> None:
    scene = Scene("a")
    begin = threading.Barrier(8)
    seen: list[list[object]] = []

    def ask() -> None:
        begin.wait()
        seen.append(scene.kids())

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [["a"]] * 8
    assert len(scene.page.asked) == 1


def test_assertions_are_verified_with_the_keys_at_the_uri() -> None:
    scene = Scene("a")
    inner = Seeing()
    verifier = RemoteKeyAssertions(inner, scene.keys)
    inner.kids["text"] = "a"
    inner.claims["text"] = "app"
    assert verifier.claimed_client("text") == "app"
    assert verifier.claimed_key("text") == "a"
    verifier.verify("text", CLIENT, 0.0)
    assert inner.seen == [["a"]]


def test_registered_keys_come_before_a_uri() -> None:
    scene = Scene("a")
    inner = Seeing()
    RemoteKeyAssertions(inner, scene.keys).verify("text", replace(CLIENT, jwks=(jwk("own"),)), 0.0)
    assert inner.seen == [["own"]]
    assert scene.page.asked == []


def test_for_a_disabled_client_nobody_is_called() -> None:
    scene = Scene("a")
    disabled = replace(CLIENT, status=ClientStatus.DISABLED)
    RemoteKeyAssertions(Seeing(), scene.keys).verify("text", disabled, 0.0)
    assert scene.page.asked == []


class Seeing(ListedAssertions):
    """Remembers with which keys it was to verify."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[list[object]] = []

    def verify(self, assertion: str, client: Client, now: float) -> VerifiedAssertion | None:
        self.seen.append([key["kid"] for key in client.jwks])
        return super().verify(assertion, client, now)
