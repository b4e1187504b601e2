"""Whether the scopes of a token cover an operation, and if not, what is missing.

An operation may carry up to three lists: Atlassian's classic scopes, Atlassian's granular scopes,
and for Data Center one scope of its chain, which is our reading. A token that holds all of one list
is good; lists are never mixed, and no Cloud scope implies another.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from authserver.domain.operations import Operation, Unmatched
from authserver.domain.scopes import ScopeKind, format_scope

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA_CENTER_CHAIN: Final = ("READ", "WRITE", "ADMIN", "SYSTEM_ADMIN")
"""Scopes of Jira and Confluence Data Center: each implies those before it."""

SUFFICIENT: Final[Mapping[str, frozenset[str]]] = {
    scope: frozenset(DATA_CENTER_CHAIN[place:]) for place, scope in enumerate(DATA_CENTER_CHAIN)
}
"""For each scope of the chain, those that are as good: itself and everything above it."""


class Uncoverable(StrEnum):
    """Why no scope whatever makes a call pass. Values that `Unmatched` has too mean the same."""

    PATH_NOT_CANONICAL = "path-not-canonical"
    UNKNOWN_PATH = "unknown-path"
    UNKNOWN_METHOD = "unknown-method"
    OTHER_VERSION = "other-version"
    OTHER_VERSION_METHOD = "other-version-method"
    NO_SCOPE_LIST = "no-scope-list"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Covered:
    """The token holds a full list of every operation that the call means."""


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What a token lacks for one operation: `scopes` (sorted) of its list `kind`."""

    operation: Operation
    kind: ScopeKind
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    """The token lacks scopes: one shortfall for each operation that is not covered."""

    shortfalls: tuple[Shortfall, ...]

    @property
    def scopes(self) -> tuple[str, ...]:
        """Every missing scope once, sorted: with these added the call would be covered."""
        return tuple(sorted({name for each in self.shortfalls for name in each.scopes}))

    @property
    def scope(self) -> str:
        """The missing scopes as a `scope` value, for `insufficient_scope` (RFC 6750 section 3)."""
        return format_scope(self.scopes)


@dataclass(frozen=True, slots=True)
class NeverCovered:
    """No scope opens the call; only a policy can."""

    reason: Uncoverable


Verdict: TypeAlias = Covered | Missing | NeverCovered

_COVERED: Final = Covered()


def covers(granted: frozenset[str], matched: tuple[Operation, ...] | Unmatched) -> Verdict:
    """The verdict on a token with the scopes `granted` for what a catalogue has matched.

    Every matched operation has to be covered. What is missing is named from the list with the
    fewest missing scopes. Among equals classic comes first, then granular, then Data Center; but
    Data Center first for who has a scope of its chain, or none at all.
    """
    if isinstance(matched, Unmatched):
        return NeverCovered(Uncoverable(matched.value))
    short = [operation for operation in matched if not _is_covered(granted, operation)]
    if not short:
        return _COVERED
    for operation in short:
        if operation.removed:
            return NeverCovered(Uncoverable.REMOVED)
        if not has_list(operation):
            return NeverCovered(Uncoverable.NO_SCOPE_LIST)
    return Missing(tuple(_shortfall(granted, operation) for operation in short))


def has_list(operation: Operation) -> bool:
    """Whether any scope list is known for `operation`."""
    return bool(operation.classic or operation.granular or operation.data_center)


def _is_covered(granted: frozenset[str], operation: Operation) -> bool:
    if operation.removed:
        return False
    if operation.classic and operation.classic <= granted:
        return True
    if operation.granular and operation.granular <= granted:
        return True
    needed = operation.data_center
    return bool(needed) and not SUFFICIENT[needed].isdisjoint(granted)


def _shortfall(granted: frozenset[str], operation: Operation) -> Shortfall:
    chain = (ScopeKind.DATA_CENTER, frozenset(filter(None, [operation.data_center])))
    cloud = ((ScopeKind.CLASSIC, operation.classic), (ScopeKind.GRANULAR, operation.granular))
    speaks_chain = not granted or not granted.isdisjoint(DATA_CENTER_CHAIN)
    lists = (chain, *cloud) if speaks_chain else (*cloud, chain)
    kind, names = min(
        ((kind, names - granted) for kind, names in lists if names),
        key=lambda candidate: len(candidate[1]),
    )
    return Shortfall(operation, kind, tuple(sorted(names)))
