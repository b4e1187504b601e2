"""Telling owners and teams of tokens that one bulk act stopped: one mail for each reader."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.api_token_conditions import (
    INCIDENT_REASON,
    Comparison,
    Relation,
    TokenField,
)
from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus
from authserver.domain.mail import MailDraft, MailKind
from authserver.domain.users import canonical
from authserver.services.token_readers import readers_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import Stores
    from authserver.services.token_readers import Reader, Readers

PAGE: Final = 1000
MOST_LISTED: Final = 20
"""Tokens that a mail names; the others are counted."""


class Incident(NamedTuple):
    """One bulk act that stopped tokens, and how."""

    incident_id: str
    status: ApiTokenStatus

    @property
    def key(self) -> str:
        """What tells its mails from others."""
        return f"{MailKind.TOKENS_STOPPED}:{self.incident_id}:{self.status}"


class IncidentNews(NamedTuple):
    """Who has to be told of which tokens, and how many readers have no usable address."""

    letters: Sequence[tuple[Reader, Sequence[ApiToken]]]
    skipped: int


def incident_of(token: ApiToken) -> Incident | None:
    """The bulk act that stopped a token; `None` where it was no bulk act."""
    if not token.reason.startswith(INCIDENT_REASON):
        return None
    incident_id = token.reason.removeprefix(INCIDENT_REASON).partition(":")[0]
    return Incident(incident_id, token.status)


def news_of(stores: Stores, incident: Incident) -> IncidentNews:
    """What there is to tell of an incident, and whom; `stores` for reading.

    Not of rotated tokens, whose successors stand beside them, nor of such that nobody ever picked
    up.
    """
    known: dict[tuple[str, str], Readers] = {}
    letters: dict[str, tuple[Reader, list[ApiToken]]] = {}
    for token in _tokens(stores, incident):
        if token.successor_id or token.secret is None:
            continue
        whose = (token.owner, token.team)
        if whose not in known:
            known[whose] = readers_of(stores, token)
        for reader in known[whose].found:
            letters.setdefault(canonical(reader.address), (reader, []))[1].append(token)
    return IncidentNews([*letters.values()], sum(each.skipped for each in known.values()))


def letter_about(incident: Incident, reader: Reader, tokens: Sequence[ApiToken]) -> MailDraft:
    """The one mail of a reader about several tokens."""
    listed = tokens[:MOST_LISTED]
    return MailDraft(
        key=f"{incident.key}:{reader.address}",
        kind=MailKind.TOKENS_STOPPED,
        to=reader.address,
        locale=reader.locale,
        words={
            "reader": reader.name,
            "for_team": reader.for_team,
            "tokens": [f"{each.name or each.purpose} ({each.token_id})" for each in listed],
            "count": len(tokens),
            "more": len(tokens) - len(listed),
            "stopped_at": tokens[0].status_changed_at,
            "is_for_ever": incident.status is ApiTokenStatus.REVOKED,
            "reason": tokens[0].reason,
        },
    )


def _tokens(stores: Stores, incident: Incident) -> Iterator[ApiToken]:
    where = Comparison(TokenField.INCIDENT, Relation.IS, incident.incident_id)
    chosen = ApiTokenFilter(status=incident.status, where=where)
    after = ""
    while page := stores.api_tokens.page(chosen, after=after, limit=PAGE):
        yield from page
        after = page[-1].token_id
