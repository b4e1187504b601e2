"""Which operations selectors mean, in the plainest form."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from authserver.domain.operations import Operation


def allows(selectors: Iterable[str], operations: Sequence[Operation]) -> bool:
    """All that the call means; a call that means nothing known is allowed by no list."""
    return len(operations) > 0 and not [
        each for each in operations if not any(means(one, each) for one in selectors)
    ]


def touches(selectors: Iterable[str], operations: Sequence[Operation]) -> bool:
    """Any that the call means; what is not known is taken for something that writes."""
    if not operations:
        return "write" in selectors
    return any(means(one, each) for one in selectors for each in operations)


def means(selector: str, operation: Operation) -> bool:
    """Whether a selector means an operation: all the ways of saying it, written out."""
    ways = [
        operation.effect.value,
        operation.operation_id,
        f"{operation.api}:{operation.operation_id}",
        f"{operation.method} {operation.template}",
    ]
    if operation.tag:
        ways.append(f"tag:{operation.tag}")
    return selector in ways
