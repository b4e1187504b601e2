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
