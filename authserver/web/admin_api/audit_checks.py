"""`/audit/verification`, `/audit/unknown-paths`, `/checkpoints`: looking at the whole record."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.errors import Conflict
from authserver.domain.roles import Area, to_read, to_write
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.audit_checks import (
    SealedShown,
    UnknownPathQuery,
    UnknownPathsShown,
    VerificationQuery,
    VerificationShown,
    sealed_shown,
    unknown_paths_shown,
    verification_shown,
)

if TYPE_CHECKING:
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid

READ: Final = to_read(Area.AUDIT)
MOST_REFUSALS: Final = 50_000
"""Looked at for one report; the newest."""


def verify_records(asked: Asked[NothingSaid, VerificationQuery]) -> Answered:
    """Check the chain, as far as the time goes."""
    audit = asked.services.audit
    audit.catch_up()
    try:
        found = audit.verify(within_seconds=float(asked.query.within_seconds))
    except OSError as error:
        raise Conflict("the anchor of this server cannot be read") from error
    return Answered(verification_shown(found))


def list_unknown_paths(asked: Asked[NothingSaid, UnknownPathQuery]) -> Answered:
    """Routes that plugins or new versions brought."""
    query = asked.query
    asked.services.audit.catch_up()
    found = asked.services.unknown_paths.report(
        resource=query.resource, days=query.days, most=MOST_REFUSALS
    )
    return Answered(unknown_paths_shown(found, query.limit))


def seal_records(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Sign how far the chain has come."""
    audit = asked.services.audit
    audit.catch_up()
    return Answered(sealed_shown(audit.seal_now()))


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/audit/verification", "verifyRecords", "Check records, seals and checkpoints"),
        *(READ, verify_records),
        about="From the first one, each place where something is wrong. Nothing is changed.",
        query=VerificationQuery,
        answer=VerificationShown,
        refusals=frozenset({409}),
    ),
    Endpoint(
        *("GET", "/audit/unknown-paths", "listUnknownPaths"),
        *("List routes that no operation is known for", READ, list_unknown_paths),
        about=f"Of the newest {MOST_REFUSALS} calls that were refused for it (`unknown-path`).",
        query=UnknownPathQuery,
        answer=UnknownPathsShown,
    ),
    Endpoint(
        *("POST", "/checkpoints", "sealRecords", "Seal what is recorded and sign a checkpoint"),
        *(to_write(Area.KEYS), seal_records),
        about="Now, rather than by itself later. No record is changed.",
        answer=SealedShown,
    ),
)
