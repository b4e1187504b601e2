"""The files of operations, one per REST API.

A row is `METHOD template operation-id words | classic scopes | granular scopes`, in Data Center
`METHOD template operation-id words | scope by basis`. The words are those of `_FLAGS` and
`connect=NAME`. A file may instead be `like` another one, `without` some of its rows.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING, Final

from authserver.catalogue.rows import CatalogueError, Row, read_rows
from authserver.domain.operations import Effect, Operation
from authserver.domain.scope_coverage import DATA_CENTER_CHAIN
from authserver.domain.scopes import ScopeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from importlib.resources.abc import Traversable

METHODS: Final = ("GET", "POST", "PUT", "PATCH", "DELETE")
BASES: Final = ("method", "read-by-POST", "text", "path", "siblings", "scope-words")
"""From what the scope of a Data Center operation was read; the reference page explains each."""

_TEMPLATE: Final = re.compile(r"(?:/(?:[A-Za-z0-9._~-]+|\{[A-Za-z][A-Za-z0-9_-]*\}))+")
_OPERATION_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_.]*")
_CONNECT_SCOPE: Final = re.compile(r"connect=([A-Z][A-Z_]*)")
_LIKE: Final = re.compile(r"like ([a-z0-9-]+) with (/\S+/) as (/\S+/)")
_FLAGS: Final = ("reads", "writes", "anonymous", "deprecated", "experimental")
_CLOUD_LISTS: Final = 2
_MIN_HEAD_WORDS: Final = 3


class OperationReader:
    """Reads the operations of one API after another; equal scope lists become one object."""

    def __init__(self, folder: Traversable) -> None:
        """`folder` holds a file `<api>.txt` for every API."""
        self._folder = folder
        self._lists: dict[str, frozenset[str]] = {"": frozenset()}
        self._read: dict[str, tuple[Operation, ...]] = {}

    def read(
        self, api: str, scopes: Mapping[str, ScopeKind] | None, *, removed: bool = False
    ) -> tuple[Operation, ...]:
        """The operations in the file of `api`, in its order.

        `scopes` are those that its lists may name; `None`: it is an API of Data Center.

        Raises:
            CatalogueError: at the first row that breaks a rule.
        """
        rows = read_rows(self._folder, f"{api}.txt")
        _expect_api(rows, api)
        first = next(rows, None)
        if first is None:
            raise CatalogueError(f"{api}.txt", 0, "file", "at least one operation")
        if first.text.startswith("like "):
            found = self._copied(api, first, rows)
        else:
            found = self._own(api, chain([first], rows), scopes)
        if removed:
            found = [replace(each, removed=True) for each in found]
        self._read[api] = tuple(found)
        return self._read[api]

    def _copied(self, api: str, first: Row, rows: Iterator[Row]) -> list[Operation]:
        like = _LIKE.fullmatch(first.text)
        if like is None or like[1] not in self._read:
            raise first.error("like", "like <an API read before> with /prefix/ as /prefix/")
        model, old, new = like[1], like[2], like[3]
        copies = {
            (each.method, new + each.template[len(old) :]): each
            for each in self._read[model]
            if each.template.startswith(old)
        }
        for row in rows:
            word, _, rest = row.text.partition(" ")
            method, _, template = rest.partition(" ")
            if word != "without" or copies.pop((method, template), None) is None:
                raise row.error("without", "without METHOD template, of an operation in the copy")
        return [replace(each, api=api, template=template) for (_, template), each in copies.items()]

    def _own(
        self, api: str, rows: Iterable[Row], scopes: Mapping[str, ScopeKind] | None
    ) -> list[Operation]:
        operations: dict[tuple[str, tuple[str, ...]], Operation] = {}
        tag = ""
        for row in rows:
            section = row.section()
            if section:
                tag = section
                continue
            head, *lists = (part.strip() for part in row.text.split("|"))
            operation = _head(row, head, api, tag)
            key = (operation.method, operation.shape)
            if key in operations:
                raise row.error("template", "a method and template that are not in the file yet")
            operations[key] = (
                _with_data_center_scope(row, lists, operation)
                if scopes is None
                else self._with_cloud_lists(row, lists, operation, scopes)
            )
        return list(operations.values())

    def _with_cloud_lists(
        self, row: Row, lists: list[str], operation: Operation, scopes: Mapping[str, ScopeKind]
    ) -> Operation:
        if len(lists) != _CLOUD_LISTS:
            raise row.error("row", "operation | classic scopes | granular scopes")
        classic, granular = (self._scopes(row, text) for text in lists)
        for name in classic:
            if scopes.get(name) is not ScopeKind.CLASSIC:
                raise row.error("classic scopes", f"classic scopes of the site, not {name!r}")
        for name in granular:
            # Three of Atlassian's granular lists name a classic scope besides.
            if scopes.get(name) not in (ScopeKind.GRANULAR, ScopeKind.CLASSIC):
                raise row.error("granular scopes", f"granular scopes of the site, not {name!r}")
        return replace(
            operation, anonymous=bool(operation.anonymous), classic=classic, granular=granular
        )

    def _scopes(self, row: Row, text: str) -> frozenset[str]:
        known = self._lists.get(text)
        if known is None:
            names = text.split(" ")
            known = frozenset(names)
            if len(known) != len(names) or "" in known:
                raise row.error("scopes", "every scope once, single spaces between")
            self._lists[text] = known
        return known


def _with_data_center_scope(row: Row, lists: list[str], operation: Operation) -> Operation:
    if len(lists) != 1:
        raise row.error("row", "operation | scope by basis")
    scope, _, basis = lists[0].partition(" by ")
    if scope not in DATA_CENTER_CHAIN:
        raise row.one_of("scope", DATA_CENTER_CHAIN)
    if basis not in BASES:
        raise row.one_of("basis", BASES)
    return replace(operation, data_center=scope, basis=basis)


def _expect_api(rows: Iterator[Row], api: str) -> None:
    first = next(rows, None)
    if first is None:
        raise CatalogueError(f"{api}.txt", 0, "api", f"api {api}")
    if first.text != f"api {api}":
        raise first.error("api", f"api {api}")


def _head(row: Row, text: str, api: str, tag: str) -> Operation:
    words = text.split(" ")
    if len(words) < _MIN_HEAD_WORDS:
        raise row.error("operation", "METHOD template operation-id words")
    method, template, operation_id, *flags = words
    if method not in METHODS:
        raise row.one_of("method", METHODS)
    if _TEMPLATE.fullmatch(template) is None:
        raise row.error("template", "a path of literal segments and {parameters}")
    if _OPERATION_ID.fullmatch(operation_id) is None:
        raise row.error("operation id", "letters, digits, _ and .")
    connect = _CONNECT_SCOPE.fullmatch(flags[-1]) if flags else None
    if connect:
        flags.pop()
    if not set(flags) <= set(_FLAGS) or len(set(flags)) != len(flags):
        raise row.error("words", f"each once: {', '.join(_FLAGS)}; connect=NAME at the end")
    return Operation(
        api=api,
        method=method,
        template=template,
        operation_id=operation_id,
        effect=_effect(row, method, flags),
        anonymous="anonymous" in flags or None,
        deprecated="deprecated" in flags,
        experimental="experimental" in flags,
        tag=tag,
        connect_scope=connect[1] if connect else "",
    )


def _effect(row: Row, method: str, flags: list[str]) -> Effect:
    by_method = Effect.READ if method == "GET" else Effect.WRITE
    said = [effect for effect in Effect if f"{effect}s" in flags]
    if by_method in said:
        raise row.error("words", f"no {by_method}s: {method} says it already")
    return said[0] if said else by_method
