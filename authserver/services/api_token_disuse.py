"""API tokens that nobody uses: told of, disabled, and at last revoked, as policy says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus
from authserver.domain.audit import Actor, ActorKind
from authserver.domain.durations import written_seconds
from authserver.domain.pages import Page, Place
from authserver.services.administration import Act
from authserver.services.api_token_power import stopped_in
from authserver.services.token_rules_in_force import RulesInForce, staleness_is_asked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from authserver.domain.api_tokens import ApiToken
    from authserver.services.administration import Administration
    from authserver.services.token_notices import TokenNotices

BATCH: Final = 200
NOTICE_SECONDS: Final = 7 * 86_400.0
"""How long before it is disabled a token's readers are told; half of the time if that is less."""
UNUSED: Final = "unused for "
"""How the reason of whatever this disables begins."""
SYSTEM: Final = Act(Actor(ActorKind.SYSTEM, "housekeeping"))


@dataclass(frozen=True, slots=True)
class DisuseCounts:
    """What one round did."""

    told: int = 0
    disabled: int = 0
    revoked: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """A token that is disabled or revoked at `stops_at` (seconds since the epoch), and why."""

    token: ApiToken
    stops_at: float
    reason: str


class ApiTokenDisuse:
    """Looks for tokens that nobody uses."""

    def __init__(self, *, administration: Administration, notices: TokenNotices) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._notices = notices

    def unused(self, seconds: float) -> Iterator[ApiToken]:
        """Enabled tokens that nobody has used, made or enabled for so long, by id."""
        now = self._administration.clock.now()
        chosen = ApiTokenFilter(
            status=ApiTokenStatus.ENABLED, unused_since=now - seconds, live_at=now
        )
        for page in self._pages(chosen, lambda: True):
            yield from (each for each in page if idle_since(each) < now - seconds)

    def page(self, seconds: float, after: Place | None, limit: int) -> Page[ApiToken]:
        """Some of `unused`, by id. It may hold fewer than there are: so many are looked at.

        Raises:
            InvalidField: `after` is another list's.
        """
        now = self._administration.clock.now()
        chosen = ApiTokenFilter(
            status=ApiTokenStatus.ENABLED, unused_since=now - seconds, live_at=now
        )
        last = "" if after is None else str(after.fitting(str)[0])
        with self._administration.database.reading() as stores:
            looked_at = stores.api_tokens.page(chosen, after=last, limit=limit)
        # Those that were enabled a moment ago are not unused for so long.
        found = [each for each in looked_at if idle_since(each) < now - seconds]
        is_last = len(looked_at) < limit
        return Page(found, None if is_last else Place((looked_at[-1].token_id,)))

    def act_by_policy(self, go_on: Callable[[], bool]) -> DisuseCounts:
        """Tell of, disable and revoke what policies say. `go_on` is asked before each batch.

        Nothing is disabled by a rule that is younger than the notice.

        Raises:
            StorageUnavailable: the rest is done next time.
        """
        with self._administration.database.reading() as stores:
            if not staleness_is_asked(stores):
                return DisuseCounts()
        now = self._administration.clock.now()
        told = disabled = revoked = 0
        enabled = ApiTokenFilter(status=ApiTokenStatus.ENABLED, live_at=now)
        for page in self._pages(enabled, go_on):
            stale = self._stale(page, now)
            told += self._tell([each for each in stale if now < each.stops_at])
            disabled += self._stop(
                [each for each in stale if now >= each.stops_at], ApiTokenStatus.DISABLED
            )
        stopped = ApiTokenFilter(status=ApiTokenStatus.DISABLED, live_at=now)
        for page in self._pages(stopped, go_on):
            revoked += self._stop(self._unwanted(page, now), ApiTokenStatus.REVOKED)
        return DisuseCounts(told, disabled, revoked)

    def _stale(self, page: Sequence[ApiToken], now: float) -> list[Due]:
        """Those whose readers are to be told, or that are to be disabled."""
        found = []
        with self._administration.database.reading() as stores:
            rules = RulesInForce(stores)
            for token in page:
                bound = rules.of(token.resources).stale_after
                if bound is None or token.successor_id:
                    continue
                notice = min(NOTICE_SECONDS, bound.value / 2)
                stops_at = max(idle_since(token) + bound.value, rules.since(bound) + notice)
                if now >= stops_at - notice:
                    reason = f"{UNUSED}{written_seconds(bound.value)}, as policy says"
                    found.append(Due(token, stops_at, reason))
        return found

    def _unwanted(self, page: Sequence[ApiToken], now: float) -> list[Due]:
        """Those that were disabled for it so long ago that nobody will miss them."""
        found = []
        with self._administration.database.reading() as stores:
            rules = RulesInForce(stores)
            for token in page:
                bound = rules.of(token.resources).delete_after
                if bound is None or not token.reason.startswith(UNUSED):
                    continue
                ends_at = token.status_changed_at + bound.value
                if now >= ends_at:
                    found.append(Due(token, ends_at, f"{token.reason}; nobody wanted it back"))
        return found

    def _tell(self, due: Sequence[Due]) -> int:
        if not due:
            return 0
        with self._administration.database.writing() as stores:
            counts = [
                self._notices.tell_of_disuse_in(stores, each.token, stops_at=each.stops_at)
                for each in due
            ]
        return sum(bool(each.put_in) for each in counts)

    def _stop(self, due: Sequence[Due], to: ApiTokenStatus) -> int:
        """In one transaction, and so with one wait until every worker knows."""
        if not due:
            return 0
        stopped = 0
        with self._administration.changing([], takes_power=True) as stores:
            now = self._administration.clock.now()
            # All of them are locked before the authority is: see `storage.transactions`.
            held = [stores.api_tokens.get(each.token.token_id) for each in due]
            for each, current in zip(due, held, strict=True):
                # Somebody may have used or changed it a moment ago.
                if current is not None and _sign_of_life(current) == _sign_of_life(each.token):
                    stopped_in(stores, current, to, SYSTEM, at=now, reason=each.reason)
                    stopped += 1
        return stopped

    def _pages(
        self, chosen: ApiTokenFilter, go_on: Callable[[], bool]
    ) -> Iterator[Sequence[ApiToken]]:
        after = ""
        while go_on():
            with self._administration.database.reading() as stores:
                page = stores.api_tokens.page(chosen, after=after, limit=BATCH)
            yield page
            if len(page) < BATCH:
                return
            after = page[-1].token_id


def idle_since(token: ApiToken) -> float:
    """The last sign of life of a token: its making, a use, or that somebody enabled it."""
    used_at = 0.0 if token.last_use is None else token.last_use.at
    return max(token.created_at, used_at, token.status_changed_at)


def _sign_of_life(token: ApiToken) -> tuple[ApiTokenStatus, float]:
    return token.status, idle_since(token)
