"""Calls to providers share their time, and whoever waits for one keeps no other request waiting."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest

from authserver.crypto.foreign_keys import ForeignKeySets
from authserver.domain.outbound import OutboundReason, OutboundUnavailable
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.upstream.oidc_budget import BudgetedCalls
from authserver.upstream.oidc_server import OidcServers
from tests.upstream.providers import ENTRA, OBJECT, OKTA, OKTA_METADATA, TENANT, okta_document
from tests.upstream.scripted_http import ScriptedHttp, said

if TYPE_CHECKING:
    from collections.abc import Iterator


class Aside:
    """Counts how often a thread went aside, and whether it is."""

    def __init__(self) -> None:
        self.count = 0
        self.depth = 0

    @contextmanager
    def __call__(self) -> Iterator[None]:
        self.count += 1
        self.depth += 1
        assert self.depth == 1, "aside already"
        try:
            yield
        finally:
            self.depth -= 1


class WatchedHttp(ScriptedHttp):
    """Knows whether its callers are aside."""

    aside: Aside

    def request(self, *arguments: Any, **more: Any) -> Any:
        assert self.aside.depth == 1, "a call that keeps another request waiting"
        return super().request(*arguments, **more)


def watched(*answers: object) -> tuple[OidcServers, WatchedHttp]:
    http = WatchedHttp([said(answer) for answer in answers])
    http.aside = Aside()
    servers = OidcServers(
        http=http, clock=http.clock, keys=ForeignKeySets(), aside=http.aside.__call__
    )
    return servers, http


TOKENS = {"access_token": "at", "id_token": "a.b.c", "token_type": "Bearer"}


@pytest.mark.rule("FE-14")
@pytest.mark.rule("F-24")
def test_every_call_is_made_aside() -> None:
    servers, http = watched(okta_document())
    servers.discover(OKTA)
    http.answers = [said({"keys": []})]
    servers.keys(OKTA_METADATA.jwks_uri)
    http.answers = [said(TOKENS)]
    servers.redeem(
        OKTA,
        OKTA_METADATA,
        code="c",
        verifier="v",
        redirect_uri="https://auth.example.org/cb",
        credential="s",
        seconds=1.0,
    )
    http.answers = [said({"sub": "x"})]
    servers.userinfo(OKTA_METADATA, "at", seconds=1.0)
    http.answers = [said(TOKENS), said({"value": []})]
    servers.graph_groups(ENTRA, TENANT, OBJECT, "s", seconds=1.0)
    http.answers = [said([])]
    assert servers.okta_groups(OKTA, "00u1", "s", seconds=1.0) == []
    assert http.aside.count == len(http.sent) == 7
    assert http.aside.depth == 0


def test_whoever_was_aside_comes_back_after_a_failure() -> None:
    servers, http = watched({})
    http.answers = [OutboundUnavailable(OutboundReason.TIMEOUT)]
    with pytest.raises(UpstreamFailure):
        servers.userinfo(OKTA_METADATA, "at", seconds=1.0)
    assert http.aside.depth == 0


@pytest.mark.rule("FE-14")
def test_calls_of_one_act_share_its_time() -> None:
    _, http = watched({})
    http.takes = 2.0
    calls = BudgetedCalls(http, http.clock, http.aside, 4.5)
    for left in (4.5, 2.5, 0.5):
        calls.get_json("https://dev.okta.example/x")
        assert http.sent[-1].seconds == pytest.approx(left)
    with pytest.raises(OutboundUnavailable):
        calls.get_json("https://dev.okta.example/x")
    assert len(http.sent) == 3
