"""What the administrator may open, and how it has to be written."""

from __future__ import annotations

import pytest

from authserver.domain.errors import InvalidField
from authserver.domain.outbound import OutboundPolicy, OutboundReason, OutboundUnavailable
from authserver.upstream.http_budget import Deadline
from authserver.upstream.http_guard import TargetGuard
from tests.doubles import FakeClock
from tests.upstream.resolvers import ScriptedResolver


def guard(*origins: str) -> TargetGuard:
    policy = OutboundPolicy(private_origins=frozenset(origins))
    return TargetGuard(policy, ScriptedResolver())


@pytest.mark.parametrize(
    "origin",
    [
        "jira.example",
        "https://",
        "https://jira.example/",
        "https://jira.example/jira",
        "https://jira.example?x",
        "https://user@jira.example",
        "https://jira.example:0443",
        "https://jira.example:443/",
        "http://jira.example:080",
        "ftp://jira.example",
        "https://127.1",
        "https://*.example",
        "*",
        "",
    ],
)
def test_a_private_origin_that_is_not_an_origin_is_refused_by_name(origin: str) -> None:
    with pytest.raises(InvalidField) as caught:
        guard(origin)
    assert caught.value.field == "private_origins"


@pytest.mark.parametrize(
    "origin",
    [
        "https://jira.example",
        "HTTP://Jira:8080",
        "http://127.0.0.1:8080",
        "http://[::1]:1",
        "https://jira.example:443",
    ],
)
def test_a_private_origin_is_scheme_host_and_port(origin: str) -> None:
    assert guard(origin).target(origin + "/x").path_and_query == "/x"


def test_a_lookup_that_takes_too_long_is_a_failure_of_dns() -> None:
    class LateResolver:
        def resolve(self, host: str, port: int, *, timeout_seconds: float) -> list[str]:
            assert timeout_seconds == 2.0
            raise TimeoutError

    late = TargetGuard(OutboundPolicy(), LateResolver())
    with pytest.raises(OutboundUnavailable) as caught:
        late.addresses(late.target("https://idp.example"), Deadline(FakeClock(), 5))
    assert (caught.value.reason, caught.value.detail) == (
        OutboundReason.DNS_FAILED,
        "the lookup took too long",
    )
