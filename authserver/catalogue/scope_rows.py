"""The file of scopes: one row per scope, `name risk title`, in sections `[product kind]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.catalogue.rows import CatalogueError, Row, read_rows
from authserver.domain.scopes import Product, Risk, ScopeInfo, ScopeKind, is_scope_token

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

SCOPES_FILE: Final = "scopes.txt"
MAX_TITLE_CHARACTERS: Final = 72
_PARTS: Final = 3


def read_scopes(folder: Traversable) -> tuple[ScopeInfo, ...]:
    """Every scope of the file, in its order.

    Raises:
        CatalogueError: at the first row that breaks a rule.
    """
    scopes: dict[str, ScopeInfo] = {}
    titles: set[str] = set()
    family: tuple[Product, ScopeKind] | None = None
    for row in read_rows(folder, SCOPES_FILE):
        section = row.section()
        if section:
            family = _family(row, section)
            continue
        if family is None:
            raise row.error("section", "[product kind] before the first scope")
        scope = _scope(row, *family)
        if scope.name in scopes:
            raise row.error("name", "a name that is not in the file yet")
        if scope.title in titles:
            raise row.error("title", "a title that no other scope has")
        scopes[scope.name] = scope
        titles.add(scope.title)
    if not scopes:
        raise CatalogueError(SCOPES_FILE, 0, "file", "at least one scope")
    return tuple(scopes.values())


def _family(row: Row, section: str) -> tuple[Product, ScopeKind]:
    product, _, kind = section.partition(" ")
    return row.choice("product", product, Product), row.choice("kind", kind, ScopeKind)


def _scope(row: Row, product: Product, kind: ScopeKind) -> ScopeInfo:
    parts = row.text.split(" ", _PARTS - 1)
    if len(parts) != _PARTS:
        raise row.error("scope", "name, risk and title")
    name, risk, title = parts
    if not is_scope_token(name):
        raise row.error("name", "a scope token of RFC 6749 section 3.3")
    if len(title) > MAX_TITLE_CHARACTERS or not title.isprintable() or not title[0].isupper():
        raise row.error("title", f"a capital letter and at most {MAX_TITLE_CHARACTERS} characters")
    return ScopeInfo(name, product, kind, title, row.choice("risk", risk, Risk))
