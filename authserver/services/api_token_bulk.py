"""Stopping many API tokens at once, in an incident, and letting them work again after it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from authserver.domain.api_token_conditions import (
    INCIDENT_REASON,
    TokenField,
)
from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus
from authserver.domain.audit import AuditEvent, Outcome
from authserver.domain.errors import Conflict, InvalidField, NotFound
from authserver.domain.texts import check_text
from authserver.services.administrators import guard_subject
from authserver.services.api_token_language import read_condition
from authserver.services.api_token_lookup import changed
from authserver.services.api_token_power import LONGEST_REASON
from authserver.services.api_token_records import record
from authserver.services.api_token_sets import digest_of, mark_of, marks_of, read_marks
from authserver.services.api_token_verdicts import ALL_API_TOKENS
from authserver.services.token_mail_ends import cancel_all
from authserver.services.user_lookup import SUBJECT_PREFIX, existing

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from authserver.domain.api_token_conditions import Comparison, Condition
    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import SecretMaker, Stores
    from authserver.services.administration import Act, Administration

PAGE: Final = 1000
TRIES: Final = 8
"""How often an act begins anew because there are more tokens than a moment before."""
MOST_NAMED: Final = 20
"""Tokens that a difference names; the others are counted."""
_CLIENT_SUBJECT: Final = "client:"
_ENABLED, _DISABLED = ApiTokenStatus.ENABLED, ApiTokenStatus.DISABLED
_PENDING, _REVOKED = ApiTokenStatus.PENDING, ApiTokenStatus.REVOKED
_FROM: Final[Mapping[ApiTokenStatus, frozenset[ApiTokenStatus]]] = {
    _REVOKED: frozenset({_ENABLED, _DISABLED, _PENDING}),
    _DISABLED: frozenset({_ENABLED, _PENDING}),
    _ENABLED: frozenset({_DISABLED}),
}
"""What each act changes: also what nobody has picked up, or somebody could a minute later."""
_ACTIONS: Final[Mapping[ApiTokenStatus, str]] = {
    _REVOKED: "token.revoked",
    _DISABLED: "token.disabled",
    _ENABLED: "token.enabled",
}


@dataclass(frozen=True, slots=True)
class BulkPlan:
    """Which tokens a bulk act is about, seen `at` (seconds since the epoch).

    `digest` tells their set from every other one, `marks` says of each whether it was in it
    (`services.api_token_sets`).
    """

    to: ApiTokenStatus
    condition: Condition
    count: int
    digest: str
    marks: str
    at: float


@dataclass(frozen=True, slots=True)
class BulkDifference:
    """What a plan means that an earlier one did not, and the other way round.

    `added` and `ended` are the first of those, with their numbers beside. `ended` were revoked,
    disabled or enabled meanwhile; `other_count` is how many are gone for any other reason: they
    expired, or the condition holds of them no more.
    """

    added: Sequence[ApiToken]
    added_count: int
    ended: Sequence[ApiToken]
    ended_count: int
    other_count: int


class OtherTokens(Conflict):
    """A condition means other tokens by now than those that were seen; nothing was changed."""


class _MeansMore(Exception):
    """There are more tokens that are meant than when the act began: it is undone."""


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What a bulk act did; `incident` is in every record of it."""

    incident: str
    to: ApiTokenStatus
    tokens: Sequence[ApiToken]


class ApiTokenBulk:
    """Revokes, disables and enables whatever a condition means.

    The number of statements does not depend on the number of tokens, and all of it is one
    transaction: either every one of them is changed, or none is.
    """

    def __init__(self, *, administration: Administration, secret_maker: SecretMaker) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._secret_maker = secret_maker

    def condition(self, where: str) -> Condition:
        """What a text asks of tokens (`services.api_token_language`).

        Raises:
            InvalidField: names the place in the text, and what would be right there.
        """
        now = self._administration.clock.now()
        with self._administration.database.reading() as stores:
            return read_condition(where, now, lambda each: _resolved(stores, each))

    def plan(self, where: str, to: ApiTokenStatus) -> BulkPlan:
        """What an act would change.

        Raises:
            InvalidField: as in `condition`.
        """
        condition = self.condition(where)
        now = self._administration.clock.now()
        with self._administration.database.reading() as stores:
            ids = stores.api_tokens.ids(_meant(condition, now), _FROM[to])
        return BulkPlan(to, condition, len(ids), digest_of(ids), marks_of(ids), now)

    def difference(self, plan: BulkPlan, marks: str, since: float) -> BulkDifference:
        """How a plan differs from one that was seen at `since`; `marks` are those of that one."""
        seen = read_marks(marks)
        with self._administration.database.reading() as stores:
            ids = stores.api_tokens.ids(_meant(plan.condition, plan.at), _FROM[plan.to])
            meant = {mark_of(each): each for each in ids}
            added = [token_id for mark, token_id in meant.items() if mark not in seen]
            gone = seen.difference(meant)
            lately = ApiTokenFilter(where=plan.condition, changed_since=since)
            changed_since = stores.api_tokens.page(lately, limit=PAGE) if gone else ()
            ended = [each for each in changed_since if mark_of(each.token_id) in gone]
            found = [stores.api_tokens.get(each) for each in added[:MOST_NAMED]]
        return BulkDifference(
            added=[each for each in found if each is not None],
            added_count=len(added),
            ended=ended[:MOST_NAMED],
            ended_count=len(ended),
            other_count=len(gone) - len(ended),
        )

    def listed(self, plan: BulkPlan) -> Iterator[ApiToken]:
        """The tokens of a plan as they are now, by id, page by page."""
        now = self._administration.clock.now()
        after = ""
        while True:
            with self._administration.database.reading() as stores:
                page = stores.api_tokens.page(_meant(plan.condition, now), after=after, limit=PAGE)
            yield from (each for each in page if each.status in _FROM[plan.to])
            if len(page) < PAGE:
                return
            after = page[-1].token_id

    def act(
        self, plan: BulkPlan, act: Act, *, reason: str = "", where: str = "", seen: str = ""
    ) -> BulkResult:
        """Change every token that the condition means now; `where` is its text, for the record.

        `seen` is the digest of the plan that somebody agreed to: then exactly those are changed, or
        none. When this returns, no worker accepts one of those that were stopped.

        Raises:
            InvalidField: for `reason`.
            OtherTokens: it would change others than those that were seen.
            Forbidden: a token to enable belongs to somebody who administers, whom the act may not
                touch.
        """
        why = check_text("reason", reason, longest=LONGEST_REASON, required=False)
        incident = self._secret_maker.identifier()
        act = replace(act, request_id=act.request_id or incident, reason=why)
        for _ in range(TRIES - 1):
            with suppress(_MeansMore):
                return self._acted(plan, act, incident, where, seen)
        return self._acted(plan, act, incident, where, seen, insists=False)

    def _acted(
        self,
        plan: BulkPlan,
        act: Act,
        incident: str,
        where: str,
        seen: str,
        *,
        insists: bool = True,
    ) -> BulkResult:
        """Do it once. Raises _MeansMore: somebody just made further tokens of these."""
        why = act.reason
        takes_power = plan.to is not _ENABLED
        with self._administration.changing([], takes_power=takes_power) as stores:
            now = self._administration.clock.now()
            tokens = _changed_in(stores, plan, now, _reason(incident, why))
            if insists and takes_power and _ids(stores, plan, now):
                # Whoever rotates a token holds it until its successor is there, which the statement
                # that waited for the token knows nothing of. Not a second statement: it would begin
                # the order of the locks again.
                raise _MeansMore
            if seen and digest_of(each.token_id for each in tokens) != seen:
                raise OtherTokens("the condition means other tokens by now: look again")
            if plan.to is _ENABLED:
                for owner in sorted({each.owner for each in tokens}):
                    guard_subject(stores, act, owner)
            if plan.to is _REVOKED and tokens:
                cancel_all(stores, (each.token_id for each in tokens))
            stores.authority.advance([changed(ALL_API_TOKENS, now)])
            stores.audit.add(
                AuditEvent(
                    at=now,
                    action="token.bulk_changed",
                    outcome=Outcome.SUCCESS,
                    actor=act.actor,
                    object_kind="incident",
                    object_id=incident,
                    reason=why,
                    request_id=act.request_id,
                    peer=act.peer,
                    details={
                        "where": where,
                        "to": str(plan.to),
                        "count": len(tokens),
                        **act.way,
                    },
                )
            )
            for each in tokens:
                details = {"incident": incident, "after": str(each.status)}
                record(stores, act, _ACTIONS[plan.to], each, at=now, details=details, reason=why)
        return BulkResult(incident, plan.to, tokens)


def _changed_in(stores: Stores, plan: BulkPlan, now: float, reason: str) -> Sequence[ApiToken]:
    return stores.api_tokens.set_status(
        _meant(plan.condition, now),
        among=_FROM[plan.to],
        to=plan.to,
        at=now,
        reason=reason,
        # Those that nobody has picked up wait for that again.
        without_secret=_PENDING if plan.to is _ENABLED else None,
    )


def _ids(stores: Stores, plan: BulkPlan, now: float) -> Sequence[str]:
    return stores.api_tokens.ids(_meant(plan.condition, now), _FROM[plan.to])


def _meant(condition: Condition, now: float) -> ApiTokenFilter:
    return ApiTokenFilter(where=condition, live_at=now)


def _reason(incident: str, why: str) -> str:
    return f"{INCIDENT_REASON}{incident}: {why}" if why else f"{INCIDENT_REASON}{incident}"


def _resolved(stores: Stores, comparison: Comparison) -> Comparison:
    """A comparison with the subject of whoever is named in it."""
    if comparison.field not in {TokenField.OWNER, TokenField.SUBJECT}:
        return comparison
    name = str(comparison.value)
    # Also somebody who was deleted: a subject is taken as it is.
    if name.startswith((SUBJECT_PREFIX, _CLIENT_SUBJECT)):
        return comparison
    with suppress(NotFound):
        return replace(comparison, value=existing(stores, name).subject)
    if comparison.field is TokenField.SUBJECT and stores.clients.get(name) is not None:
        return replace(comparison, value=_CLIENT_SUBJECT + name)
    raise InvalidField(
        "where", f"after {comparison.field} the name of a user here, or a subject (user:...)"
    )
