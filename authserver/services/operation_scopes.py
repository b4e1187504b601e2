"""Which operations a call means at a site, and whether a token's scopes cover them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.operations import Unmatched
from authserver.domain.scope_coverage import Covered, Missing, covers

if TYPE_CHECKING:
    from authserver.domain.operations import Operation, OperationCatalogue, ProductCatalogue
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.scope_coverage import Verdict

OPTIONS = "OPTIONS"


class OperationScopes:
    """The catalogue, as decisions ask it."""

    def __init__(self, catalogue: OperationCatalogue) -> None:
        """Ask `catalogue`."""
        self._catalogue = catalogue

    def operations(
        self, resource: ProtectedResource, method: str, path: str
    ) -> tuple[Operation, ...] | Unmatched:
        """What `method` on `path` means; `path` in its one spelling, with the site's base path.

        `OPTIONS` means every operation there is on the path.
        """
        return operations_of(self._catalogue.of_kind(resource.kind), resource, method, path)

    def known_below(
        self, resource: ProtectedResource, method: str, path: str, unmatched: Unmatched | None
    ) -> str:
        """Below which path another version of the API has it; empty where that matters nothing."""
        return known_below(
            self._catalogue.of_kind(resource.kind), resource, method, path, unmatched
        )

    def verdict(
        self, granted: frozenset[str], method: str, operations: tuple[Operation, ...]
    ) -> Verdict:
        """Whether `granted` covers the call.

        All of its operations must be covered; to ask what is possible (`OPTIONS`), any one.
        """
        if method != OPTIONS:
            return covers(granted, operations)
        verdicts = [covers(granted, (operation,)) for operation in operations]
        for verdict in verdicts:
            if isinstance(verdict, Covered):
                return verdict
        missing = [verdict for verdict in verdicts if isinstance(verdict, Missing)]
        return min(missing, key=lambda each: len(each.scopes)) if missing else verdicts[0]


def operations_of(
    product: ProductCatalogue, resource: ProtectedResource, method: str, path: str
) -> tuple[Operation, ...] | Unmatched:
    """What a call means at `resource`, whose operations are those of `product`."""
    base = resource.base_path
    if base:
        if not path.startswith(base + "/"):
            return Unmatched.UNKNOWN_PATH
        path = path[len(base) :]
    known = product.at(path) if method == OPTIONS else ()
    return known or product.match(method, path)


def known_below(
    product: ProductCatalogue,
    resource: ProtectedResource,
    method: str,
    path: str,
    unmatched: Unmatched | None,
) -> str:
    """As `OperationScopes.known_below`, among the operations of `product`."""
    if unmatched not in {Unmatched.OTHER_VERSION, Unmatched.OTHER_VERSION_METHOD}:
        return ""
    base = resource.base_path
    return base + product.known_below(method, path[len(base) :])
