"""When introspection asks about a token that is not ours, and when it never does."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from authserver.domain.external_tokens import ExternalProblem, ForeignMention
from authserver.services.introspection import Introspection, TokenProblem, UnfitToken

if TYPE_CHECKING:
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.tokens import AccessToken
    from tests.services.world import World

REFUSED = UnfitToken(
    ExternalProblem.CLAIM_TYPE, None, ForeignMention("okta", "their-app", "AT.1"), "scp"
)


@dataclass
class Asked:
    """Remembers what it was asked."""

    verdict: UnfitToken = REFUSED
    values: list[str] = field(default_factory=list)

    def judge(
        self, token_value: str, resource: ProtectedResource, now: float
    ) -> AccessToken | UnfitToken:
        self.values.append(token_value)
        return self.verdict


@pytest.fixture
def site(world: World) -> ProtectedResource:
    resource = world.add_resource().resource
    world.add_client()
    world.add_keys()
    return resource


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def introspection(world: World, asked: Asked) -> Introspection:
    worker = world.worker
    return Introspection(
        directory=worker.directory, tokens=worker.introspection._tokens, foreign=asked
    )


def own_token(world: World) -> str:
    client = world.clients.get("ci-reader")
    return world.worker.issuance.client_credentials(client, "READ", (), world.call()).value


def test_tokens_of_ours_are_nobody_else_s_business(
    world: World, site: ProtectedResource, introspection: Introspection, asked: Asked
) -> None:
    token, call = own_token(world), world.call()
    assert introspection.active_token(token, site, call) is not None
    world.clock.advance(10_000)
    late = introspection.judge(token, site, world.clock.now())
    assert isinstance(late, UnfitToken)
    assert late.problem is TokenProblem.EXPIRED
    assert asked.values == []


def test_what_is_not_ours_is_asked_about_once_and_for_sites_only(
    world: World, site: ProtectedResource, introspection: Introspection, asked: Asked
) -> None:
    verdict = introspection.judge("theirs", site, world.clock.now())
    assert verdict is REFUSED
    assert verdict.reason == "claim_type: scp"
    assert asked.values == ["theirs"]
    anywhere = introspection.judge_anywhere("theirs", world.clock.now())
    assert isinstance(anywhere, UnfitToken)
    assert (anywhere.problem, anywhere.foreign) == (TokenProblem.UNREADABLE, None)
    assert asked.values == ["theirs"]


def test_operators_read_why_a_provider_s_token_is_inactive(
    world: World,
    site: ProtectedResource,
    introspection: Introspection,
    asked: Asked,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, "authserver.services.introspection"):
        assert introspection.active_token("theirs", site, world.call()) is None
        told = "token of provider okta, client their-app, refused: claim_type: scp"
        assert f"introspection r-7: {told}" in caplog.text
        assert "theirs" not in caplog.text.replace(told, "")
        caplog.clear()
        asked.verdict = UnfitToken(TokenProblem.UNREADABLE, None)
        assert introspection.active_token("theirs", site, world.call()) is None
        assert caplog.text == ""


def test_where_nobody_else_is_known_nothing_else_is_readable(
    world: World, site: ProtectedResource
) -> None:
    verdict = world.worker.introspection.judge("a.b.c", site, world.clock.now())
    assert isinstance(verdict, UnfitToken)
    assert verdict.problem is TokenProblem.UNREADABLE
