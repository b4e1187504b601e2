"""Which scopes lie within which: equality, and Data Center's chain."""

from __future__ import annotations

from authserver.domain.scope_coverage import SUFFICIENT

NOTHING: frozenset[str] = frozenset()


def beyond(requested: frozenset[str], allowed: frozenset[str]) -> frozenset[str]:
    """Those of `requested` that `allowed` does not reach; empty when all are within.

    No Cloud scope implies another. Of Data Center's chain each scope reaches those below it, so a
    client that may have WRITE may ask for a READ token.
    """
    if requested <= allowed:
        return NOTHING
    return frozenset(
        scope for scope in requested - allowed if not SUFFICIENT.get(scope, NOTHING) & allowed
    )


def common(some: frozenset[str], others: frozenset[str]) -> frozenset[str]:
    """What both sets reach: those of each that lie within the other one.

    Of WRITE and READ that is READ, which neither a plain intersection nor a union would say. Of
    `others` only what `some` does not reach by itself is added.
    """
    kept = some - beyond(some, others)
    return kept | beyond(others - beyond(others, some), kept)
