"""Which operations a call means at a site, and whether a token's scopes cover them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.operations import Unmatched
from authserver.domain.scope_coverage import Covered, Missing, covers

if TYPE_CHECKING:
    from authserver.domain.operations import Operation, OperationCatalogue
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
        base = resource.base_path
        if base:
            if not path.startswith(base + "/"):
                return Unmatched.UNKNOWN_PATH
            path = path[len(base) :]
        product = self._catalogue.of_kind(resource.kind)
        if method != OPTIONS:
            return product.match(method, path)
        return product.at(path) or Unmatched.UNKNOWN_PATH

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
