"""What every step of a policy is, and what several of them need.

A step may remember verdicts. Then the verdict is a function of its arguments alone, and those are
everything it sees: no answer can change by being remembered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Generic, Protocol, TypeVar

from authserver.domain.operation_selectors import WRITE, selected
from authserver.domain.policy_calls import LEGACY_WAYS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authserver.domain.operations import Operation, ProductCatalogue
    from authserver.domain.policy_calls import CallerFacts, CallFacts, PolicyRefusal

Of = TypeVar("Of")
Names = tuple[str, ...]
"""The operations that a call means, by name; none where nobody knows the path."""

REMEMBERED: Final = 4096
"""Verdicts that one step keeps: the callers, networks and operations of a busy hour."""
BUILT_IN: Final = "built-in"
"""The document of what no document says."""
CREDENTIAL: Final = "token"
"""The document of a limit that the credential brings along."""
NO_GROUPS: Final[frozenset[str]] = frozenset()
_LISTED: Final = 5


class Step(Protocol):
    """One question that a policy asks of every call."""

    name: str
    is_asked: bool
    """Whether it can refuse anything: what asks nothing is left out of the hot path."""

    def judge(self, facts: CallFacts) -> PolicyRefusal | None:
        """Why this call does not pass; `None` where nothing is in its way."""
        ...

    def passed(self, facts: CallFacts) -> str:
        """For a call that passes: what was asked of it, for people; empty for nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Placed(Generic[Of]):
    """A section or rule, and the document it stands in, with its version (`default@3`)."""

    document: str
    value: Of


@dataclass(frozen=True, slots=True)
class Callers:
    """Whom a rule concerns: who is in one of the lists that are there; everybody without any."""

    groups: frozenset[str] | None
    clients: frozenset[str] | None
    tokens: frozenset[str] | None = None

    @property
    def is_everybody(self) -> bool:
        """Whether nobody is named."""
        return self.groups is None and self.clients is None and self.tokens is None

    def include(self, groups: frozenset[str], client_id: str | None, tokens: Names) -> bool:
        """Whether the rule concerns a caller; nothing but lists it is in counts for nobody."""
        return (
            (self.groups is not None and not self.groups.isdisjoint(groups))
            or (self.clients is not None and client_id in self.clients)
            or (self.tokens is not None and not self.tokens.isdisjoint(tokens))
            or self.is_everybody
        )


@dataclass(frozen=True, slots=True)
class OperationSet:
    """Operations of one product that selectors mean, by name."""

    names: frozenset[str]
    has_unknown: bool
    """Whether calls that are no known operation count as meant where that refuses them: they do
    with everything that writes, for nobody knows what they do."""

    @classmethod
    def of(cls, selectors: Iterable[str], product: ProductCatalogue | None) -> OperationSet:
        """What the selectors mean at `product`."""
        chosen = tuple(selectors)
        names = frozenset[str]() if product is None else selected(chosen, product)
        return cls(names, WRITE in chosen)

    def allow(self, names: Names) -> bool:
        """Whether every operation of a call is among them; not for a call that means none."""
        return bool(names) and self.names.issuperset(names)

    def touch(self, names: Names) -> bool:
        """Whether any operation of a call is among them."""
        return not self.names.isdisjoint(names) if names else self.has_unknown


def names_of(operations: Iterable[Operation]) -> Names:
    """The names of what a call means."""
    return tuple([each.name for each in operations])


def user_groups(caller: CallerFacts) -> frozenset[str]:
    """The groups that count: services have none, nor has who proved nothing."""
    return NO_GROUPS if caller.is_service or caller.way in LEGACY_WAYS else caller.groups


def token_names(caller: CallerFacts) -> Names:
    """What rules may call an API token: its id, and that of the first of those it was rotated from.

    Whoever rotates a token would be rid of the rules about it otherwise.
    """
    return (caller.token_id, caller.count_key) if caller.token_id else ()


def listed(names: Iterable[str], joint: str = "or") -> str:
    """`a, b or c`, sorted, and only so many of them."""
    words = sorted(names)
    if len(words) > _LISTED:
        words = [*words[:_LISTED], f"{len(words) - _LISTED} more"]
    return f" {joint} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))
