"""What a provider's server says is kept, and its trouble is on record once."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.audit import ActorKind
from authserver.domain.outbound import OutboundReason, OutboundUnavailable
from authserver.domain.provider_documents import DocumentKind, ProviderMetadata
from authserver.domain.providers import ProviderStatus
from authserver.domain.upstream_ports import DocumentRefused, UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem
from tests.services.upstreams import DOWN, DocumentScene, jwk
from tests.upstream.providers import OKTA, OKTA_METADATA

if TYPE_CHECKING:
    from authserver.domain.provider_documents import ProviderDocument

EVIL: Final = DocumentRefused("its issuer is https://evil.example")
DAY: Final = 86_400.0


def stored(scene: DocumentScene, kind: DocumentKind) -> ProviderDocument:
    document = scene.stored(kind)
    assert document is not None
    return document


def metadata_failure(scene: DocumentScene) -> UpstreamFailure:
    with pytest.raises(UpstreamFailure) as caught:
        scene.worker.metadata(scene.provider)
    return caught.value


def test_metadata_are_kept_for_a_day() -> None:
    scene = DocumentScene()
    for hours in (0, 1, 22):
        scene.clock.advance(hours * 3600)
        assert scene.worker.metadata(OKTA) == OKTA_METADATA
    assert scene.server.asked_for_metadata() == 1
    scene.server.metadata = replace(OKTA_METADATA, sends_issuer=True)
    scene.clock.advance(2 * 3600)
    assert scene.worker.metadata(OKTA).sends_issuer
    assert scene.server.asked_for_metadata() == 2


@pytest.mark.rule("F-24")
def test_metadata_serve_on_in_an_outage_for_a_week() -> None:
    scene = DocumentScene()
    scene.worker.metadata(OKTA)
    scene.outage()
    scene.clock.advance(7 * DAY)
    assert scene.worker.metadata(OKTA) == OKTA_METADATA
    scene.clock.advance(1)
    assert metadata_failure(scene).problem is SignInProblem.PROVIDER_UNREACHABLE


@pytest.mark.rule("FE-04")
def test_metadata_that_must_not_be_used_count_at_once_for_nothing() -> None:
    scene = DocumentScene()
    scene.worker.metadata(OKTA)
    scene.clock.advance(DAY + 1)
    scene.server.trouble = EVIL
    found = metadata_failure(scene)
    assert found.problem is SignInProblem.ANSWER_UNUSABLE
    assert "evil.example" in found.detail
    scene.recovery()
    assert metadata_failure(scene).problem is SignInProblem.ANSWER_UNUSABLE
    scene.clock.advance(60)
    assert scene.worker.metadata(OKTA) == OKTA_METADATA


@pytest.mark.rule("FE-04")
def test_kept_metadata_of_another_issuer_do_not_count() -> None:
    scene = DocumentScene()
    with scene.database.writing() as stores:
        other = replace(OKTA_METADATA, issuer="https://other.example")
        scene.worker.store_checked(stores, OKTA, other, [jwk("a")], scene.clock.now())
    assert metadata_failure(scene).problem is SignInProblem.ANSWER_UNUSABLE


@pytest.mark.rule("FE-04")
def test_an_unusable_provider_is_on_record_once_and_usable_again_once() -> None:
    scene = DocumentScene()
    scene.worker.refresh_due()
    scene.server.trouble = EVIL
    scene.clock.advance(DAY + 1)
    for _ in range(5):
        scene.worker.refresh_due()
        scene.clock.advance(61)
    assert scene.recorded() == [("provider.unusable", "metadata")]
    (event,) = scene.database.audit
    assert (event.object_kind, event.object_id) == ("provider", "okta")
    assert event.actor.kind is ActorKind.SYSTEM
    assert event.details["problem"] == EVIL.problem
    scene.recovery()
    for _ in range(3):
        scene.worker.refresh_due()
        scene.clock.advance(61)
    assert [action for action, _ in scene.recorded()] == ["provider.unusable", "provider.usable"]


@pytest.mark.rule("F-26")
def test_a_provider_that_empties_its_keys_is_on_record() -> None:
    scene = DocumentScene()
    scene.worker.refresh_due()
    scene.server.kids = ()
    for _ in range(5):
        scene.clock.advance(900)
        scene.worker.refresh_due()
    assert scene.recorded() == [("provider.unusable", "keys")]
    scene.server.kids = ("b",)
    scene.clock.advance(61)
    scene.worker.refresh_due()
    assert scene.recorded()[1:] == [("provider.usable", "keys")]


@pytest.mark.rule("F-24")
def test_an_outage_is_on_record_when_nothing_serves_on() -> None:
    scene = DocumentScene()
    scene.worker.refresh_due()
    scene.outage()
    for _ in range(23):
        scene.clock.advance(3600)
        scene.worker.refresh_due()
    assert scene.recorded() == []
    for _ in range(7 * 24):
        scene.clock.advance(3600)
        scene.worker.refresh_due()
    assert scene.recorded() == [("provider.unusable", "keys")]
    scene.recovery()
    for _ in range(3):
        scene.clock.advance(61)
        scene.worker.refresh_due()
    assert [action for action, _ in scene.recorded()] == ["provider.unusable", "provider.usable"]


def test_a_provider_that_never_answered_is_on_record() -> None:
    scene = DocumentScene()
    scene.outage()
    scene.worker.refresh_due()
    assert scene.recorded() == [("provider.unusable", "metadata")]


def test_an_administrators_check_makes_a_provider_usable_again() -> None:
    scene = DocumentScene()
    scene.server.trouble = EVIL
    scene.worker.refresh_due()
    with scene.database.writing() as stores:
        now = scene.clock.now()
        scene.worker.store_checked(stores, OKTA, OKTA_METADATA, [jwk("a")], now)
    assert [action for action, _ in scene.recorded()] == ["provider.unusable", "provider.usable"]
    assert scene.worker.metadata(OKTA) == OKTA_METADATA


def test_a_long_problem_is_cut() -> None:
    scene = DocumentScene()
    scene.server.trouble = DocumentRefused("x" * 10_000)
    scene.worker.refresh_due()
    assert len(stored(scene, DocumentKind.METADATA).problem) == 500


def test_a_short_outage_changes_nothing_but_the_note_of_it() -> None:
    scene = DocumentScene()
    scene.worker.refresh_due()
    before = stored(scene, DocumentKind.KEYS)
    scene.outage(OutboundUnavailable(OutboundReason.CONNECT_FAILED, "refused"))
    scene.clock.advance(700)
    scene.worker.refresh_due()
    after = stored(scene, DocumentKind.KEYS)
    assert (after.body, after.fetched_at) == (before.body, before.fetched_at)
    assert after.problem == "connect_failed: refused"
    assert not after.is_refused
    scene.recovery()
    scene.clock.advance(61)
    scene.worker.refresh_due()
    assert stored(scene, DocumentKind.KEYS).problem == ""
    assert scene.recorded() == []


@pytest.mark.parametrize(
    "changes",
    [
        {"discovery_url": "https://dev.okta.example/elsewhere"},
        {"endpoint_hosts": frozenset({"login.example"})},
        {"status": ProviderStatus.REMOVED},
    ],
    ids=str,
)
def test_what_comes_from_where_the_provider_is_no_more_is_not_kept(
    changes: dict[str, Any],
) -> None:
    scene = DocumentScene()
    asked_with = scene.provider
    scene.server.meanwhile = lambda: scene.save(**changes)
    with pytest.raises(UpstreamFailure):
        scene.worker.metadata(asked_with, seconds=1.0)
    assert scene.stored(DocumentKind.METADATA) is None


def test_keys_from_an_address_that_changed_meanwhile_are_not_kept() -> None:
    scene = DocumentScene()
    scene.worker.metadata(OKTA)
    moved = replace(OKTA_METADATA, jwks_uri=OKTA_METADATA.jwks_uri + "2")

    def check() -> None:
        with scene.database.writing() as stores:
            now = scene.clock.now()
            scene.worker.store_checked(stores, OKTA, moved, [jwk("checked")], now)

    scene.server.meanwhile = check
    assert scene.kids("checked") == ["checked"]


@pytest.mark.parametrize("trouble", [None, DOWN])
def test_what_an_administrators_check_read_meanwhile_stays(trouble: Exception | None) -> None:
    scene = DocumentScene()
    assert scene.kids() == ["a"]
    scene.clock.advance(61)

    def check() -> None:
        with scene.database.writing() as stores:
            now = scene.clock.now()
            scene.worker.store_checked(stores, OKTA, OKTA_METADATA, [jwk("checked")], now)
        # What comes now is older than that, or nothing.
        scene.server.trouble = trouble

    scene.server.meanwhile = check
    assert scene.kids("checked") == ["checked"]
    assert scene.kids("a") == ["checked"]
    scene.server.trouble = None
    scene.clock.advance(61)
    assert scene.kids("anew") == ["a"]


def test_what_is_kept_says_what_was_read() -> None:
    scene = DocumentScene()
    scene.worker.refresh_due()
    metadata = ProviderMetadata(**json.loads(stored(scene, DocumentKind.METADATA).body))
    assert metadata == OKTA_METADATA
    assert json.loads(stored(scene, DocumentKind.KEYS).body) == {"keys": [jwk("a")]}
