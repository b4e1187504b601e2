"""Rate limits of policies: which count a call, for whom, and what is said of it."""

from __future__ import annotations

import hashlib
import logging
import math
import threading
from typing import TYPE_CHECKING, Final

from authserver.domain.api_tokens import NO_CLIENT_PREFIX
from authserver.domain.policy_calls import LEGACY_WAYS
from authserver.domain.policy_documents import LimitPer
from authserver.domain.rates import KEY_BYTES, Quota, RateState, RatesUnavailable
from authserver.services.decision_ports import RateVerdict
from authserver.services.policy_steps import user_groups
from authserver.services.throttling import network_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from authserver.domain.policy_calls import CallerFacts, CallFacts
    from authserver.domain.policy_documents import RateRule
    from authserver.domain.ports import Clock
    from authserver.domain.rates import CallCounters, Taken, Used
    from authserver.services.decision_ports import CompiledPolicy
    from authserver.services.throttling import ThrottleLimits

UNAVAILABLE: Final = "unavailable"
"""The outcome of calls that could not be counted."""
COUNTED: Final = "counted"
LIMITED: Final = "limited"
OUTCOMES: Final = (
    COUNTED,
    LIMITED,
    UNAVAILABLE,
    "rates-node-instead",
    "rates-shared-alone",
    "rates-store-young",
)
"""Every outcome that is told: the words of metrics."""
STRANGERS: Final = 1024
"""Counters for callers who proved nothing, by network: strangers may share one, and never fill the
store with counters."""
_LOG_SECONDS: Final = 10.0

log = logging.getLogger(__name__)


class RateCounting:
    """Satisfies `services.decision_ports.RateCounter`.

    All rules that concern a call count it together: a call that one of them refuses is counted by
    none. Every site has counts of its own, also for the rules of the default document.
    """

    def __init__(self, *, counters: CallCounters, clock: Clock, networks: ThrottleLimits) -> None:
        """Count with `counters`; `networks` say what one is, for callers who proved nothing."""
        self._counters = counters
        self._clock = clock
        self._networks = networks
        self._tell: Callable[[str], None] = _tell_nobody
        self._lock = threading.Lock()
        self._quiet_until = 0.0
        self._unsaid = 0

    def report_to(self, tell: Callable[[str], None]) -> None:
        """Tell `tell` the outcome of every count, one of `OUTCOMES`."""
        self._tell = tell

    def take(self, policy: CompiledPolicy, facts: CallFacts) -> RateVerdict:
        """Count one call against every limit that it falls under."""
        wanted: dict[bytes, tuple[Quota, RateRule]] = {}
        for rate in policy.rates:
            if rate.matches(facts):
                rule = rate.rule
                for who in self._counted_for(rule, facts):
                    key = _key(policy.location, rule, who)
                    wanted[key] = (Quota(key, rule.calls, rule.seconds), rule)
        if not wanted:
            return RateVerdict()
        try:
            taken = self._counters.take([quota for quota, _ in wanted.values()])
        except RatesUnavailable as error:
            self._tell(UNAVAILABLE)
            self._complain(error)
            return RateVerdict(unavailable=True, detail=str(error))
        self._tell(taken.detail.partition(":")[0] or (LIMITED if taken.is_over else COUNTED))
        return _verdict([rule for _, rule in wanted.values()], taken)

    def _counted_for(self, rule: RateRule, facts: CallFacts) -> Iterable[str]:
        """Whose calls are counted together with this one."""
        caller = facts.caller
        if rule.per is LimitPer.SITE:
            return ("",)
        if caller.way in LEGACY_WAYS:
            # What it says of itself is worth nothing: whoever wants another counter changes it.
            network = network_of(facts.address, self._networks)
            place = int.from_bytes(_digest(network)[:4], "big") % STRANGERS
            return (f"way:{caller.way}:{place}",)
        if rule.per is LimitPer.GROUP:
            return sorted((rule.groups or frozenset()) & user_groups(caller)) or ("",)
        return (_who(rule.per, caller),)

    def _complain(self, error: RatesUnavailable) -> None:
        with self._lock:
            self._unsaid += 1
            now = self._clock.monotonic()
            if now < self._quiet_until:
                return
            self._quiet_until = now + _LOG_SECONDS
            calls, self._unsaid = self._unsaid, 0
        log.error("calls were refused because they cannot be counted (%d): %s", calls, error)


def _who(per: LimitPer, caller: CallerFacts) -> str:
    """Whom a rule counts for; who has none of what it is about is counted for itself."""
    itself = f"subject:{caller.subject}"
    if per is LimitPer.TOKEN:
        return f"token:{caller.count_key}" if caller.count_key else itself
    if per is LimitPer.CLIENT:
        # An API token that names no client is no client of its own: anybody may make more of them.
        is_client = caller.client_id and not caller.client_id.startswith(NO_CLIENT_PREFIX)
        return f"client:{caller.client_id}" if is_client else itself
    return itself


def _verdict(rules: Sequence[RateRule], taken: Taken) -> RateVerdict:
    pairs = list(zip(rules, taken.used, strict=True))
    if taken.is_over:
        # The one that lasts longest: before that no call passes.
        rule, used = max((each for each in pairs if each[1].is_over), key=lambda each: each[1][1])
        state = _state(rule, used)
        return RateVerdict(state, refused=True, detail=taken.detail, text=rule.reason)
    rule, used = min(pairs, key=lambda each: (each[0].calls - each[1].calls, -each[1].room_in))
    return RateVerdict(_state(rule, used), detail=taken.detail)


def _state(rule: RateRule, used: Used) -> RateState:
    remaining = 0 if used.is_over else max(0, rule.calls - used.calls)
    return RateState(
        rule.name, rule.calls, rule.seconds, remaining, max(1, math.ceil(used.room_in))
    )


def _key(location: str, rule: RateRule, who: str) -> bytes:
    return _digest(f"{location}\0{rule.name}\0{rule.per}\0{rule.seconds}\0{who}")


def _digest(text: str) -> bytes:
    # What a key is made of stands in tokens and addresses; the counters are no place for it.
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=KEY_BYTES).digest()


def _tell_nobody(outcome: str) -> None:
    del outcome
