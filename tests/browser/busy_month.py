"""A month of calls on record, so that the console has something to count."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tests.storage.calls import call

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authserver.domain.audit import AuditEvent
    from authserver.wiring import Container
    from tests.people.cast import Person

DAY: Final = 86_400.0
HOUR: Final = 3_600.0
DAYS: Final = 30
LEGACY: Final = ("basic", "basic", "anonymous", "session", "oauth1")
REFUSALS: Final = (
    *("insufficient-scope: write:jira-work",) * 5,
    *("basic-blocked",) * 4,
    *("token-invalid: expired",) * 2,
    *("path-ambiguous", "unknown-path", "credential-missing"),
)


def busy_month(
    container: Container, site: str, person: Person, clients: Sequence[str], now: float
) -> None:
    """Put it on record: passwords give way to tokens, and yesterday some calls were refused."""
    for each in (*_passed(site, person, clients, now), *_refused(site, clients, now)):
        details = {**each.details, "method": "GET", "path": "/rest/api/2/search"}
        container.journal.append(replace(each, details=details))
    container.audit.catch_up()


def _passed(site: str, person: Person, clients: Sequence[str], now: float) -> Iterator[AuditEvent]:
    today = math.floor(now / DAY) * DAY
    number = 0
    for day in range(DAYS):
        at = min(today - (DAYS - 1 - day) * DAY + HOUR, now)
        for _turn in range(max(1, 9 - day // 3)):
            number += 1
            way = LEGACY[number % len(LEGACY)]
            yield call(number, at=at, way=way, client_id="", resource=site)
        for turn in range(4 + day // 2):
            number += 1
            client_id = clients[turn * turn % len(clients)]
            subject = person.subject if turn % 3 == 0 else f"client:{client_id}"
            yield call(number, at=at, client_id=client_id, subject=subject, resource=site)


def _refused(site: str, clients: Sequence[str], now: float) -> Iterator[AuditEvent]:
    for number, reason in enumerate(REFUSALS, start=10_000):
        client_id = clients[number % len(clients)]
        subject = f"client:{client_id}"
        yield call(
            number,
            at=now - HOUR,
            reason=reason,
            client_id=client_id,
            subject=subject,
            resource=site,
        )
