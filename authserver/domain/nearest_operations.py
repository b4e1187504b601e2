"""Which known operations look like a call that is none: for explanations, never for decisions."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.operations import Operation, ProductCatalogue

_PARAMETER_LIKENESS: Final = 0.6
_OTHER_METHOD_LOSS: Final = 0.1
_LEAST_LIKENESS: Final = 0.6
_MAX_PATH_CHARACTERS: Final = 1000


class Near(NamedTuple):
    """An operation and how much it is like the call: 1 for the same literals and method."""

    likeness: float
    operation: Operation


def nearest(product: ProductCatalogue, method: str, path: str, limit: int = 3) -> tuple[Near, ...]:
    """At most `limit` operations of `product` that look like `method` on `path`, best first.

    Slow (some milliseconds): compares segment by segment with every operation.
    """
    wanted = [part for part in path[:_MAX_PATH_CHARACTERS].split("/") if part]
    if not wanted:
        return ()
    known: dict[tuple[str, str], float] = {}
    found = []
    for operation in product.operations:
        likeness = _likeness(wanted, operation.shape, known)
        if likeness >= _LEAST_LIKENESS:
            other_method = 0.0 if operation.method == method else _OTHER_METHOD_LOSS
            found.append(Near(likeness - other_method, operation))
    found.sort(key=lambda near: (-near.likeness, near.operation.template, near.operation.method))
    return tuple(found[:limit])


def _likeness(
    wanted: Sequence[str], shape: Sequence[str], known: dict[tuple[str, str], float]
) -> float:
    """Between 0 and 1; `known` remembers comparisons of segments that were made before."""
    total = 0.0
    for segment, part in zip(wanted, shape, strict=False):
        if not part:
            total += _PARAMETER_LIKENESS
            continue
        pair = segment, part
        if pair not in known:
            known[pair] = difflib.SequenceMatcher(None, segment.lower(), part.lower()).ratio()
        total += known[pair]
    return total / max(len(wanted), len(shape))
