"""Providers that do not answer, or not well: what was known serves on, or counts for nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from authserver.domain.errors import StorageUnavailable
from authserver.domain.provider_documents import (
    KEYS_FRESH_SECONDS,
    KEYS_STALE_SECONDS,
)
from authserver.domain.upstream_ports import DocumentRefused, UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem
from tests.services.upstreams import DocumentScene
from tests.upstream.providers import OKTA

EVIL: Final = DocumentRefused("its issuer is another one")


def failure(scene: DocumentScene, kid: str | None = "a") -> UpstreamFailure:
    with pytest.raises(UpstreamFailure) as caught:
        scene.kids(kid)
    return caught.value


@pytest.mark.rule("FE-15")
@pytest.mark.rule("F-24")
def test_in_an_outage_the_keys_serve_on_for_a_day_and_not_longer() -> None:
    scene = DocumentScene()
    scene.kids()
    scene.outage()
    scene.clock.advance(KEYS_STALE_SECONDS)
    assert scene.kids() == ["a"]
    scene.clock.advance(1)
    assert failure(scene).problem is SignInProblem.PROVIDER_UNREACHABLE
    assert "timeout" in failure(scene).detail


@pytest.mark.rule("FE-15")
@pytest.mark.rule("F-24")
def test_in_an_outage_the_provider_is_asked_once_a_minute() -> None:
    scene = DocumentScene()
    scene.kids()
    scene.outage()
    scene.clock.advance(KEYS_FRESH_SECONDS + 1)
    asked, written = scene.server.asked_for_keys(), scene.database.calls["writing"]
    for _ in range(10):
        for kid in ("a", "new"):
            assert scene.kids(kid) == ["a"]
        scene.clock.advance(6)
    assert scene.server.asked_for_keys() == asked + 1
    assert scene.database.calls["writing"] == written + 2, "claimed once, kept once"


@pytest.mark.rule("FE-15")
@pytest.mark.rule("F-26")
def test_a_good_answer_without_a_key_lets_nothing_verify() -> None:
    scene = DocumentScene()
    scene.kids()
    scene.server.kids = ()
    scene.clock.advance(KEYS_FRESH_SECONDS + 1)
    assert scene.kids() == []
    scene.outage()
    scene.clock.advance(3600)
    assert scene.kids() == [], "the keys from before do not come back"
    scene.recovery()
    scene.server.kids = ("c",)
    scene.clock.advance(61)
    assert scene.kids("c") == ["c"]


@pytest.mark.rule("FE-15")
@pytest.mark.rule("F-26")
def test_a_set_that_must_not_be_used_takes_the_old_one_with_it() -> None:
    scene = DocumentScene()
    scene.kids()
    scene.clock.advance(KEYS_FRESH_SECONDS + 1)
    scene.server.trouble = DocumentRefused("it publishes more than 1000 keys")
    found = failure(scene)
    assert found.problem is SignInProblem.ANSWER_UNUSABLE
    assert "more than 1000" in found.detail


@pytest.mark.rule("FE-04")
def test_where_the_metadata_must_not_be_used_the_keys_do_not_count_either() -> None:
    scene = DocumentScene()
    scene.kids()
    scene.server.trouble = EVIL
    scene.clock.advance(86_401)
    scene.worker.refresh_due()
    assert failure(scene).problem is SignInProblem.ANSWER_UNUSABLE
    other = scene.another_worker()
    with pytest.raises(UpstreamFailure):
        scene.kids(worker=other)
    scene.recovery()
    scene.clock.advance(61)
    scene.worker.refresh_due()
    assert scene.kids() == ["a"]


@pytest.mark.rule("F-24")
def test_a_provider_that_never_answered_has_no_keys() -> None:
    scene = DocumentScene()
    scene.outage()
    assert failure(scene).problem is SignInProblem.PROVIDER_UNREACHABLE
    began = scene.clock.monotonic()
    for _ in range(5):
        failure(scene)
    assert scene.server.asked_for_metadata() == 1
    assert scene.server.asked_for_keys() == 0
    assert scene.clock.monotonic() == began, "nobody waits for an answer that came already"


@pytest.mark.rule("F-24")
def test_one_providers_trouble_is_not_anothers() -> None:
    scene = DocumentScene()
    scene.kids()
    other = replace(OKTA, name="other")
    with scene.database.writing() as stores:
        stores.providers.add(other)
    scene.outage()
    with pytest.raises(UpstreamFailure):
        scene.worker.keys(other, "a")
    assert scene.kids() == ["a"]


def test_a_database_that_does_not_answer_is_said_to_be_the_trouble() -> None:
    scene = DocumentScene()
    scene.database.down = True
    with pytest.raises(StorageUnavailable):
        scene.kids()
