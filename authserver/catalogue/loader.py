"""The one loader: from the data files to compiled domain values."""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from authserver.catalogue.administration_scopes import administration_scopes
from authserver.catalogue.operation_rows import OperationReader
from authserver.catalogue.rows import CatalogueError
from authserver.catalogue.scope_rows import read_scopes
from authserver.domain.operations import Operation, OperationCatalogue, ProductCatalogue
from authserver.domain.resources import ResourceKind
from authserver.domain.roles import PERMISSIONS
from authserver.domain.scope_coverage import DATA_CENTER_CHAIN
from authserver.domain.scopes import Product, ScopeCatalogue, ScopeInfo, ScopeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from importlib.resources.abc import Traversable

APIS: Final[Mapping[ResourceKind, tuple[str, ...]]] = {
    ResourceKind.JIRA_CLOUD: (
        "jira-platform-v3",
        "jira-platform-v2",
        "jira-software",
        "jira-service-management",
    ),
    ResourceKind.CONFLUENCE_CLOUD: ("confluence-v1", "confluence-v1-removed", "confluence-v2"),
    ResourceKind.JIRA_DC: ("jira-dc", "jsm-dc", "assets-dc"),
    ResourceKind.CONFLUENCE_DC: ("confluence-dc",),
}
"""The APIs that a site of each kind serves. This server's own API is no part of the catalogue: no
gateway stands before it, and no call to it is decided by operations."""

REMOVED_APIS: Final = frozenset({"confluence-v1-removed"})
"""APIs whose operations Atlassian has removed: known, so that a refusal can say so."""

LISTS_TAKEN_OVER: Final[Mapping[str, tuple[str, ...]]] = {
    "jira-dc": ("jira-platform-v2", "jira-software"),
}
"""For a Data Center API the Cloud APIs whose lists count too on the same method and template."""

_PRODUCTS: Final[Mapping[ResourceKind, frozenset[Product]]] = {
    ResourceKind.JIRA_CLOUD: frozenset(
        {Product.JIRA, Product.JIRA_SOFTWARE, Product.JIRA_SERVICE_MANAGEMENT}
    ),
    ResourceKind.CONFLUENCE_CLOUD: frozenset({Product.CONFLUENCE}),
}
_GRANTED_KINDS: Final = frozenset({ScopeKind.CLASSIC, ScopeKind.GRANULAR})


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything known of Atlassian's scopes and operations. Immutable; load it once."""

    scopes: ScopeCatalogue
    operations: OperationCatalogue


def load_catalogue(folder: Traversable | None = None) -> Catalogue:
    """Read and compile the data files, of the package or of another `folder`.

    Raises:
        CatalogueError: a file or a row breaks a rule.
    """
    source = folder or files("authserver.catalogue") / "data"
    scopes = (*read_scopes(source), *administration_scopes())
    reader = OperationReader(source)
    rows: dict[str, tuple[Operation, ...]] = {}
    for kind, apis in APIS.items():
        products = _PRODUCTS.get(kind)
        known = None if products is None else _scopes_of_products(scopes, products)
        for api in apis:
            rows[api] = reader.read(api, known, removed=api in REMOVED_APIS)
    for api, models in LISTS_TAKEN_OVER.items():
        rows[api] = tuple(_with_lists(rows[api], [each for name in models for each in rows[name]]))
    operations = {
        kind: tuple(operation for api in apis for operation in rows[api])
        for kind, apis in APIS.items()
    }
    try:
        return Catalogue(
            ScopeCatalogue(
                scopes,
                {
                    **{kind: _scopes_of(kind, scopes, operations[kind]) for kind in APIS},
                    ResourceKind.AUTHSERVER: PERMISSIONS,
                },
            ),
            OperationCatalogue({kind: ProductCatalogue(kind, operations[kind]) for kind in APIS}),
        )
    except ValueError as error:
        raise CatalogueError("*.txt", 0, "catalogue", str(error)) from error


def _with_lists(
    operations: Iterable[Operation], models: Iterable[Operation]
) -> Iterable[Operation]:
    """`operations` with the scope lists of the models that have the same method and template."""
    by_shape = {(model.method, model.shape): model for model in models}
    for operation in operations:
        model = by_shape.get((operation.method, operation.shape))
        if model is not None and (model.classic or model.granular):
            yield replace(
                operation, classic=model.classic, granular=model.granular, lists_from=model.api
            )
        else:
            yield operation


def _scopes_of_products(
    scopes: Iterable[ScopeInfo], products: frozenset[Product]
) -> dict[str, ScopeKind]:
    return {
        scope.name: scope.kind
        for scope in scopes
        if scope.product in products and scope.kind in _GRANTED_KINDS
    }


def _scopes_of(
    kind: ResourceKind, scopes: Iterable[ScopeInfo], operations: Iterable[Operation]
) -> frozenset[str]:
    """In Cloud what its products define; in Data Center what some operation accepts."""
    products = _PRODUCTS.get(kind)
    if products is not None:
        return frozenset(_scopes_of_products(scopes, products))
    accepted = (operation.classic | operation.granular for operation in operations)
    return frozenset(DATA_CENTER_CHAIN).union(*accepted)
