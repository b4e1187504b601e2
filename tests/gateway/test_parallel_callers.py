"""Fifty callers at once, each with a token of its own: nobody gets what is another's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
import requests

from authserver.domain.hand_over import HandOverKind
from authserver.services.clients import ClientDraft
from tests.gateway.shapes import Shape
from tests.instances import Caller

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gateway.bed import GatewayBed
    from tests.gateway.conftest import GatewayBeds

CALLERS = 50
CALLS_EACH = 8
MYSELF = "/rest/api/2/myself"
ISSUE = "/rest/api/2/issue/DEMO-1"


@dataclass(frozen=True, slots=True)
class Person:
    """A client, its account at the site (none for every fifth), and whether it may write."""

    caller: Caller
    account: str
    writes: bool
    token: str


@pytest.mark.slow
@pytest.mark.rule("FA-11")
@pytest.mark.trap(9)
def test_fifty_callers_each_get_their_own_answer(gateway_beds: GatewayBeds, tmp_path: Path) -> None:
    bed = gateway_beds.of(Shape(HandOverKind.IDENTITY_HEADER))
    people = _people(bed, tmp_path)
    with bed.watching() as seen, ThreadPoolExecutor(CALLERS) as pool:
        decisions = list(pool.map(lambda person: _calls(bed, person), people))
    by_decision = {note.headers["x-decision-id"]: note for note in seen.notes}
    assert len(by_decision) == len(seen.notes), "two calls with one decision"
    assert by_decision.keys() == {each for allowed in decisions for each in allowed}
    for person, allowed in zip(people, decisions, strict=True):
        assert {by_decision[each].account for each in allowed} <= {person.account}
        assert all(by_decision[each].smells == () for each in allowed)


def _calls(bed: GatewayBed, person: Person) -> set[str]:
    """Make a person's calls on one connection; the decisions that let one pass."""
    allowed = set()
    with requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {person.token}"
        for _ in range(CALLS_EACH):
            read = session.get(f"{bed.url}{MYSELF}", timeout=30)
            write = session.put(f"{bed.url}{ISSUE}", json={}, timeout=30)
            if not person.account:
                assert read.status_code == 403
                assert f"client:{person.caller.client_id}" in read.json()["error_description"]
                continue
            assert read.json()["name"] == person.account
            assert write.status_code == (204 if person.writes else 403)
            allowed |= {read.headers["X-Decision-Id"]}
            allowed |= {write.headers["X-Decision-Id"]} if person.writes else set()
    return allowed


def _people(bed: GatewayBed, folder: Path) -> list[Person]:
    callers: list[tuple[Caller, bool]] = []
    with bed.server.container() as container:
        for number in range(CALLERS):
            writes = number % 3 == 0
            draft = ClientDraft(
                f"person-{number}",
                client_id=f"person-{number}",
                scopes=("WRITE" if writes else "READ",),
                resources=(bed.site.name,),
            )
            made = container.clients.create(draft, container.operator)
            assert made.secret is not None
            callers.append((Caller(draft.client_id or "", made.secret.value), writes))
    accounts = {
        caller.client_id: "" if number % 5 == 4 else f"account-of-{number}"
        for number, (caller, _) in enumerate(callers)
    }
    file = folder / "accounts.csv"
    lines = [f"{client_id},{account}" for client_id, account in accounts.items() if account]
    file.write_text("\n".join(["client_id,account", *lines, ""]))
    bed.server.cli("account", "import", bed.site.name, str(file))
    return [
        Person(caller, accounts[caller.client_id], writes, bed.server.token(caller))
        for caller, writes in callers
    ]
