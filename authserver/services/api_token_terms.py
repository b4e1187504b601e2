"""How long an API token lives, how many there may be, and the texts that come with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.api_tokens import ApiTokenFilter
from authserver.domain.durations import written_seconds
from authserver.domain.errors import Conflict, InvalidField
from authserver.domain.texts import check_text
from authserver.services.token_policy import LONGEST_UNSAID

if TYPE_CHECKING:
    from authserver.domain.ports import Stores
    from authserver.services.token_policy import Bound, TokenRules

LONGEST_SECONDS: Final = LONGEST_UNSAID
"""No API token lives longer, whatever a policy says (AK-02)."""
USUAL_SECONDS: Final = 90 * 86_400.0
SHORTEST_SECONDS: Final = 60.0
LONGEST_NAME: Final = 100
LONGEST_PURPOSE: Final = 200
LONGEST_TEAM: Final = 254
LONGEST_TICKET: Final = 100


class TokenTexts(NamedTuple):
    """What people say about a token."""

    name: str
    purpose: str
    team: str
    ticket: str


def checked_texts(said: TokenTexts, rules: TokenRules) -> TokenTexts:
    """The texts without surrounding blanks.

    Raises:
        InvalidField: one is missing that is needed, too long, or does not print on one line.
    """
    ticket, team = rules.ticket_wanted_by, rules.team_wanted_by
    if ticket is not None and not said.ticket.strip():
        raise InvalidField("ticket", f"required by {ticket.document}: {ticket.value.reason}")
    if team is not None and not said.team.strip():
        raise InvalidField("team", f"required by {team.document}: {team.value.reason}")
    return TokenTexts(
        name=check_text("name", said.name, longest=LONGEST_NAME, required=False),
        purpose=check_text("purpose", said.purpose, longest=LONGEST_PURPOSE),
        team=check_text("team", said.team, longest=LONGEST_TEAM, required=False),
        ticket=check_text("ticket", said.ticket, longest=LONGEST_TICKET, required=False),
    )


def lifetime(expires_in: float | None, rules: TokenRules, *, usual: float = USUAL_SECONDS) -> float:
    """Seconds from its making to its end; `usual` or what is allowed where nothing is stated.

    Raises:
        InvalidField: for `expires_in`, and names the cap and who set it.
    """
    bound = rules.longest
    longest = min(bound.value, LONGEST_SECONDS)
    if expires_in is None:
        return min(usual, longest)
    if not SHORTEST_SECONDS <= expires_in <= longest:
        raise InvalidField(
            "expires_in",
            f"{written_seconds(SHORTEST_SECONDS)} to {written_seconds(longest)}{_whose(bound)}",
        )
    return expires_in


def check_room(stores: Stores, subject: str, rules: TokenRules, now: float) -> None:
    """Let a subject, whose row is locked, have one more token.

    A token and those that it was rotated into count as one: to change a secret without an outage
    takes nobody a second place.

    Raises:
        Conflict: there are as many as there may be; says what to do.
    """
    bound = rules.most
    count = stores.api_tokens.count_lineages(ApiTokenFilter(subject=subject, live_at=now))
    if count >= bound.value:
        raise Conflict(
            f"{subject} has {count} live API tokens, the most there may be{_whose(bound)}: "
            "revoke one that is not needed any more"
        )


def _whose(bound: Bound) -> str:
    return f" ({bound.document}: {bound.text})"
