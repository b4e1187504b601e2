"""In front of a whole site a partition closes the API, for tokens and browsers, and no page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.gateways import SessionCookies
from authserver.gateway.site_configuration import Mode
from tests.gateway.call_load import ISSUE
from tests.gateway.relay import NONE, Fault, Relay
from tests.gateway.relayed_bed import RelayedBed
from tests.gateway.shapes import Shape
from tests.gateway.test_partition import ALLOW, CREDENTIAL, NO_DECISIONS, says
from tests.gateway.undecided import assert_nothing_passes

if TYPE_CHECKING:
    from collections.abc import Iterator

SESSION = {"Cookie": "JSESSIONID=session-of-tokafor", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture(scope="module")
def bed(relayed_bed: RelayedBed, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RelayedBed]:
    """Sessions may go on; the server is the one of the other bed."""
    shape = Shape(mode=Mode.IN_FRONT, session_cookies=SessionCookies.ALLOW)
    with Relay(relayed_bed.server.port) as relay:
        bed = RelayedBed(
            tmp_path_factory.mktemp("in-front"), shape, relayed_bed.server, "site-in-front"
        )
        bed.relay = relay
        with bed:
            yield bed


@pytest.mark.rule("F-38")
@pytest.mark.parametrize(
    "fault",
    [
        *(Fault(answer=said) for said in NO_DECISIONS.values()),
        pytest.param(Fault(drop_questions=True), marks=pytest.mark.slow),
        Fault(reset=True),
        Fault(cut=40),
    ],
    ids=[*NO_DECISIONS, "lost", "reset", "cut"],
)
def test_without_a_decision_no_call_passes_and_pages_do(bed: RelayedBed, fault: Fault) -> None:
    token = bed.token("READ")
    bed.relay.fault = fault
    try:
        assert_nothing_passes(bed, token)
        assert_nothing_passes(bed, "", SESSION)
        assert bed.request("GET", "/secure/Dashboard.jspa", headers=SESSION).status_code == 200
    finally:
        bed.relay.fault = NONE
    bed.wait_for_service(token)
    assert bed.request("GET", ISSUE, headers=SESSION).status_code == 200


@pytest.mark.rule("F-38")
def test_a_permission_of_one_kind_is_none_of_the_other(bed: RelayedBed) -> None:
    token = bed.token("READ")
    of_session = says(b"200 OK", b"X-Decision-Id: 0123456789abcdef\r\nX-Upstream-Session: pass\r\n")
    try:
        bed.relay.fault = Fault(answer=says(b"200 OK", ALLOW + CREDENTIAL))
        assert_nothing_passes(bed, "", SESSION)
        bed.relay.fault = Fault(answer=of_session)
        assert_nothing_passes(bed, token)
    finally:
        bed.relay.fault = NONE
    bed.wait_for_service(token)
