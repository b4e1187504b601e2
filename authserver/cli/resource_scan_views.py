"""How a look at what is open to everybody looks on a screen and in JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.anonymous_scans import AnonymousVerdict, ScanStop
from authserver.domain.audit_times import written
from authserver.domain.policy_documents import LegacyEffect
from authserver.domain.texts import shown_time

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from authserver.domain.anonymous_scans import AnonymousAnswer, AnonymousScan
    from authserver.domain.policy_documents import LegacyException

COLUMNS: Final = ("answer", "status", "path", "gateway", "rule")
_ORDER: Final = tuple(AnonymousVerdict)
_AT_THE_GATEWAY: Final[Mapping[LegacyEffect, str]] = {
    LegacyEffect.ALLOW: "passes",
    LegacyEffect.OBSERVE: "passes, marked",
    LegacyEffect.BLOCK: "blocked",
}
_WHY: Final[Mapping[ScanStop, str]] = {
    ScanStop.LIMIT: "the limit was reached",
    ScanStop.TIME: "the time was over",
    ScanStop.SITE_DOWN: "the site does not answer",
    ScanStop.TOO_FAST: "the site answered 429: ask more slowly (--per-second)",
    ScanStop.INTERRUPTED: "it was interrupted",
}


def rows(found: AnonymousScan) -> Sequence[Sequence[object]]:
    """One row for each operation that was asked, what matters first."""
    return [
        (
            str(each.verdict),
            each.status or each.problem,
            each.operation.template,
            _AT_THE_GATEWAY[each.effect],
            each.rule,
        )
        for each in _sorted(found)
    ]


def summary(found: AnonymousScan) -> Iterator[str]:
    """What was asked, where, with what result, and what was not asked."""
    counts = ", ".join(f"{number} {verdict}" for verdict, number in found.counts.items())
    where = "as registered" if found.is_own else "as asked for, not as registered"
    yield f"{found.resource} at {found.base_url} ({where}): {len(found.answers)} asked, {counts}"
    if found.left_out and found.stopped is not None:
        yield f"not asked: {found.left_out} more operations, for {_WHY[found.stopped]}"
    for why, number in found.skipped.items():
        yield f"never asked: {number} operations, {why}"
    yield _of_policy(found)
    for each in found.exceptions:
        yield f"exception {each.name}: {_exception(each)}"


def next_steps(found: AnonymousScan) -> Iterator[str]:
    """What to do about it."""
    opened = [each for each in found.answers if each.verdict is AnonymousVerdict.OPEN]
    if not opened:
        yield "nothing answered everybody among what was asked"
    passing = [each for each in opened if each.is_open_at_gateways]
    if passing and found.is_own:
        rules = ", ".join(sorted({each.rule for each in passing}))
        yield f"{len(passing)} of {len(opened)} open ones pass a gateway as well ({rules})"
    if found.effect is not LegacyEffect.BLOCK:
        yield 'close them: anonymous = "block" in [legacy] of the policy; authserver policy apply'
    if any(each.effect is not LegacyEffect.BLOCK for each in found.exceptions):
        yield "see whether each exception is still needed: [[legacy.exception]] of the policy"
    if opened and found.is_own:
        yield "let nobody but the gateway reach this address: a policy closes calls through it only"
    if opened and not found.is_own and not passing:
        yield "the policy blocks what was answered here: this address goes past the gateway"


def scan_value(found: AnonymousScan) -> dict[str, object]:
    """A scan in JSON."""
    return {
        "resource": found.resource,
        "url": found.base_url,
        "as_registered": found.is_own,
        "time": written(found.started_at),
        "asked": len(found.answers),
        "counts": found.counts,
        "stopped": None if found.stopped is None else str(found.stopped),
        "not_asked": {"not reached": found.left_out, **found.skipped},
        "policy": {
            "documents": found.policy,
            "anonymous": str(found.effect),
            "rule": found.rule,
            "exceptions": [_exception_value(each) for each in found.exceptions],
        },
        "answers": [_answer_value(each) for each in _sorted(found)],
        "next": list(next_steps(found)),
    }


def _sorted(found: AnonymousScan) -> list[AnonymousAnswer]:
    return sorted(found.answers, key=lambda each: _ORDER.index(each.verdict))


def _of_policy(found: AnonymousScan) -> str:
    said = f"the policy {found.policy}" if found.policy else "no policy is applied, which"
    does = {"allow": "lets", "observe": "lets", "block": "blocks"}[found.effect]
    rest = {"allow": " pass", "observe": " pass and marks them", "block": ""}[found.effect]
    return f"at a gateway: {said} {does} anonymous calls{rest} ({found.rule})"


def _exception(each: LegacyException) -> str:
    parts = [str(each.effect), f"until {shown_time(each.until)}"]
    if each.paths is not None:
        parts.append(f"paths {' '.join(each.paths) or '-'}")
    if each.networks is not None:
        parts.append(f"networks {' '.join(each.networks) or '-'}")
    return ", ".join(parts)


def _exception_value(each: LegacyException) -> dict[str, object]:
    return {
        "name": each.name,
        "effect": str(each.effect),
        "until": written(each.until),
        "paths": None if each.paths is None else list(each.paths),
        "networks": None if each.networks is None else list(each.networks),
        "reason": each.reason,
    }


def _answer_value(each: AnonymousAnswer) -> dict[str, object]:
    return {
        "answer": str(each.verdict),
        "status": each.status or None,
        "problem": each.problem or None,
        "method": each.operation.method,
        "path": each.operation.template,
        "operation": f"{each.operation.api}:{each.operation.operation_id}",
        "documented_as_public": each.operation.anonymous,
        "gateway": str(each.effect),
        "rule": each.rule,
    }
