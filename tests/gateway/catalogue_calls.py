"""Calls for each operation of the catalogue: with a full list of scopes, and with one less."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Final

from tests.catalogue.example_paths import common_path, example_path
from tests.domain.matching_model import model_match

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from authserver.domain.operations import Operation

CHAIN: Final = ("READ", "WRITE", "ADMIN", "SYSTEM_ADMIN")
"""Each is as good as those before it."""
SIGN_IN: Final = "POST /rest/auth/1/session"
"""Makes a session of a password: no token is for that."""
A_TOKENFUL: Final = 100
"""Scopes that one token holds without growing too long for a header."""

Scopes = frozenset[str]


@dataclass(frozen=True, slots=True)
class CatalogueCall:
    """A call that means `operations`, made with a token that holds `held`.

    `opens`: the token is good for all of them; `never`: no token whatever is. Where every scope
    of the site would open the operation, nothing is held and the call is made without a token.
    """

    operations: tuple[Operation, ...]
    path: str
    held: Scopes
    opens: bool
    never: bool = False

    @property
    def method(self) -> str:
        """Of the operations: one for all."""
        return self.operations[0].method

    def __str__(self) -> str:
        return f"{self.method} {self.path} with {' '.join(sorted(self.held))}"


def full_lists(operation: Operation) -> list[Scopes]:
    """The alternatives that open an operation, each whole."""
    chain = frozenset({operation.data_center} - {""})
    return [each for each in (operation.classic, operation.granular, chain) if each]


def holds(held: Scopes, wanted: Scopes) -> bool:
    """Whether a token with `held` is good for a list, by the plainest reading."""
    return all(
        any(each in held for each in CHAIN[CHAIN.index(scope) :])
        if scope in CHAIN
        else scope in held
        for scope in wanted
    )


def is_open(held: Scopes, operation: Operation) -> bool:
    """Whether a token with `held` opens an operation."""
    return not is_closed(operation) and any(holds(held, each) for each in full_lists(operation))


def is_closed(operation: Operation) -> bool:
    """Whether no token whatever opens an operation."""
    return operation.removed or operation.name == SIGN_IN or not full_lists(operation)


def catalogue_calls(operations: Collection[Operation], scopes: Scopes) -> Iterator[CatalogueCall]:
    """Calls for every one of a site's operations; `scopes` are all that mean something there."""
    for operation in operations:
        path = example_path(operation)
        if is_closed(operation):
            for each in (*_tokenfuls(scopes), *full_lists(operation)):
                yield CatalogueCall((operation,), path, each, opens=False, never=True)
            continue
        for held in _worth_trying(operation, scopes):
            yield CatalogueCall((operation,), path, held, is_open(held, operation))
    yield from _on_common_paths(operations)


def _tokenfuls(scopes: Scopes) -> list[Scopes]:
    every = sorted(scopes)
    starts = range(0, len(every), A_TOKENFUL)
    return [frozenset(every[start : start + A_TOKENFUL]) for start in starts]


def _worth_trying(operation: Operation, scopes: Scopes) -> Iterable[Scopes]:
    tried: dict[Scopes, None] = {}
    for wanted in full_lists(operation):
        tried[wanted] = None
        for scope in wanted:
            below = CHAIN[: CHAIN.index(scope)][-1:] if scope in CHAIN else ()
            rest = (wanted - {scope}) | frozenset(below)
            tried[rest or _stranger(operation, scopes)] = None
    return tried


def _stranger(operation: Operation, scopes: Scopes) -> Scopes:
    """A scope that alone has nothing to do with an operation, where there is one."""
    wanted = frozenset().union(*full_lists(operation))
    return frozenset(sorted(scopes - wanted - frozenset(CHAIN))[:1])


def _on_common_paths(operations: Collection[Operation]) -> Iterator[CatalogueCall]:
    """Paths that several templates match, with a list of one of them and with lists of all."""
    alike = defaultdict(list)
    for operation in operations:
        alike[operation.method, len(operation.shape)].append(operation)
    paths = {
        (one.method, common_path(one, other))
        for group in alike.values()
        for one, other in combinations(group, 2)
        if _meet(one, other)
    }
    for method, path in sorted(paths):
        matched = model_match(alike[method, path.count("/")], method, path)
        assert isinstance(matched, set)
        meant = tuple(sorted(matched, key=lambda each: each.template))
        if any(is_closed(each) for each in meant):
            yield CatalogueCall(meant, path, _all_of(meant), opens=False, never=True)
            continue
        for held in (_all_of(meant), *(each for one in meant for each in full_lists(one))):
            yield CatalogueCall(meant, path, held, all(is_open(held, each) for each in meant))


def _all_of(operations: Iterable[Operation]) -> Scopes:
    return frozenset().union(*(each for one in operations for each in full_lists(one)))


def _meet(one: Operation, other: Operation) -> bool:
    return all(
        here == there or not here or not there
        for here, there in zip(one.shape, other.shape, strict=True)
    )
