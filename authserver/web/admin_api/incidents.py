"""`/incidents`: every API token that a condition means, at once."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final

from authserver.domain.api_tokens import ApiTokenStatus
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.tokens import IncidentShown, NewIncident
from authserver.web.admin_api.tokens import WRITE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery

MOST_SHOWN: Final = 1000
_TO: Final[Mapping[str, ApiTokenStatus]] = {
    "revoke": ApiTokenStatus.REVOKED,
    "disable": ApiTokenStatus.DISABLED,
    "enable": ApiTokenStatus.ENABLED,
}


def act_on_tokens(asked: Asked[NewIncident, NoQuery]) -> Answered:
    """Change them all, or say what would change."""
    said, bulk = asked.said, asked.services.api_token_bulk
    plan = bulk.plan(said.where, _TO[said.action])
    if said.dry_run:
        count, incident = plan.count, None
        tokens = [each.token_id for each in islice(bulk.listed(plan), MOST_SHOWN)]
    else:
        done = bulk.act(plan, asked.act, reason=said.reason, where=said.where)
        count, incident = len(done.tokens), done.incident
        tokens = [each.token_id for each in done.tokens[:MOST_SHOWN]]
    return Answered(
        IncidentShown(
            incident=incident,
            dry_run=said.dry_run,
            action=said.action,
            count=count,
            tokens=tokens,
        )
    )


ENDPOINTS: Final = (
    Endpoint(
        *("POST", "/incidents", "actOnTokens", "Revoke, disable or enable many tokens", WRITE),
        act_on_tokens,
        about="All of them in one transaction, before the answer. Look first with `dry_run`. "
        "An Idempotency-Key is not needed: who asks again changes nothing more.",
        said=NewIncident,
        answer=IncidentShown,
    ),
)
