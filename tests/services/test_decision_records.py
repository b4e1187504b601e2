"""What is on record of a decision: whose call it was, and never a secret."""

from __future__ import annotations

import pytest

from tests.services.deciding import ISSUE, Desk


def test_whose_call_it_was_is_on_record_whatever_was_wrong_with_it(desk: Desk) -> None:
    authorization = f"Bearer {desk.token('WRITE')}"
    targets = ("/rest/x/../y", f"{ISSUE}?_method=PUT", "/rest/unknown", ISSUE)
    for target in targets:
        desk.ask("POST", target, authorization)
        record = desk.world.journal.events[-1]
        assert (record.client_id, record.actor.identifier) == ("ci-reader", "ci-reader")
    desk.world.clock.advance(3600)
    for target in targets:
        desk.ask("POST", target, authorization)
        record = desk.world.journal.events[-1]
        assert (record.client_id, record.actor.identifier) == ("ci-reader", "")


@pytest.mark.parametrize(
    "secret", ["asv_cs_c2VjcmV0c2VjcmV0c2VjcmV0", "eyJhbGciOiJFUzI1NiJ9.e30.c2ln", "token=c2VjcmV0"]
)
def test_a_secret_in_a_path_is_not_put_on_record(desk: Desk, secret: str) -> None:
    for path in (f"{ISSUE}/{secret}", f"{ISSUE};{secret}"):
        desk.ask("GET", path, f"Bearer {desk.token('READ')}")
        assert secret not in str(desk.world.journal.events[-1])


@pytest.mark.parametrize(
    "written",
    [
        "%61sv_cs_c2VjcmV0c2VjcmV0",
        "as%2576_cs_c2VjcmV0c2VjcmV0",
        "%252565yJhbGciOiJc2VjcmV0.e30.c2Vj",
        "%00asv_cs_c2VjcmV0c2VjcmV0",
        "%ffasv%5fcs_c2VjcmV0c2VjcmV0",
        "jsessionid=c2VjcmV0",
        "%6ASESSIONID%3dc2VjcmV0",
    ],
)
def test_nor_is_one_in_a_target_that_cannot_be_read(desk: Desk, written: str) -> None:
    for path in (f"{ISSUE};{written}", f"{ISSUE}%3B{written}/x", f"{ISSUE}//;{written}?a=b"):
        desk.ask("GET", path)
        told = desk.world.journal.events[-1].details["path"]
        assert isinstance(told, str)
        assert told.startswith(ISSUE)
        assert "c2Vj" not in told
        assert "[redacted]" in told
        assert told.isprintable()


@pytest.mark.parametrize("path", ["/rest/x/%2e%2e/y", "/rest;a=b", "/rest/%00", "/rest/a%2525zz"])
def test_a_target_that_cannot_be_read_and_has_no_secret_is_put_on_record_as_it_came(
    desk: Desk, path: str
) -> None:
    desk.ask("GET", path)
    assert desk.world.journal.events[-1].details["path"] == path
