"""The policy for outgoing calls cannot switch a protection off; errors say what they may."""

from __future__ import annotations

from ipaddress import ip_network

import pytest

from authserver.domain.errors import DomainError, InvalidField
from authserver.domain.outbound import (
    RANGES,
    OutboundAnswerInvalid,
    OutboundPolicy,
    OutboundReason,
    OutboundRefused,
    OutboundUnavailable,
)


@pytest.mark.rule("FE-14")
def test_the_limits_are_those_of_the_requirement() -> None:
    policy = OutboundPolicy()
    assert policy.connect_seconds == 2
    assert policy.total_seconds == 5
    assert policy.max_body_bytes == 1024 * 1024
    assert policy.ports == {443}
    assert policy.private_origins == frozenset()
    assert policy.private_networks == ()
    assert policy.get_retries == 0


@pytest.mark.parametrize("name", sorted(RANGES))
def test_a_figure_out_of_range_is_refused_by_name(name: str) -> None:
    lowest, highest = RANGES[name]
    for good in (lowest, highest):
        OutboundPolicy(**{name: good})  # type: ignore[arg-type]  # the table holds figures only
    for bad in (lowest - 1, highest + 1, float("nan"), float("inf")):
        with pytest.raises(InvalidField) as caught:
            OutboundPolicy(**{name: bad})  # type: ignore[arg-type]  # the table holds figures only
        assert caught.value.field == name


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_a_port_that_does_not_exist_is_refused(port: int) -> None:
    with pytest.raises(InvalidField):
        OutboundPolicy(ports=frozenset({443, port}))


@pytest.mark.rule("HT-05")
@pytest.mark.parametrize("network", ["0.0.0.0/0", "0.0.0.0/7", "::/0", "8000::/1", "fc00::/6"])
def test_a_network_that_opens_half_the_world_is_refused(network: str) -> None:
    with pytest.raises(InvalidField):
        OutboundPolicy(private_networks=(ip_network(network),))


def test_an_error_reads_as_reason_origin_and_detail() -> None:
    error = OutboundUnavailable(OutboundReason.TIMEOUT, "no answer", origin="https://idp.example")
    assert str(error) == "timeout (https://idp.example): no answer"
    assert str(OutboundRefused(OutboundReason.URL_REFUSED)) == "url_refused"
    assert isinstance(error, DomainError)
    assert OutboundAnswerInvalid(OutboundReason.STATUS, status=404).status == 404
