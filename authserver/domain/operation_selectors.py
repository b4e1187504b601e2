"""Selectors of operations: the words in which limits and policies say which operations they mean.

`read` and `write` (what the operation does, whatever its method), `tag:<tag>` (as Atlassian groups
the operations of Cloud), `<operation id>` in every API of the product, `<api>:<operation id>` in
one, and `<METHOD> <template>`, where names of parameters are only labels.
"""

from __future__ import annotations

import difflib
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField
from authserver.domain.operations import Effect, template_shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from authserver.domain.operations import Operation, ProductCatalogue

READ: Final = "read"
WRITE: Final = "write"
TAG: Final = "tag:"
FORMS: Final = (
    "read, write, tag:<tag>, an operation id, <api>:<operation id>, or <METHOD> <template>"
)
_CLOSE: Final = 3


class Selection:
    """Some selectors, read. What no selector means is not in it; none mean nothing."""

    __slots__ = ("_effects", "_names", "_shapes", "_tags")

    def __init__(self, selectors: Iterable[str]) -> None:
        """Total: a selector that nobody understands means nothing."""
        self._effects: set[str] = set()
        self._tags: set[str] = set()
        self._names: set[str] = set()
        self._shapes: set[tuple[str, tuple[str, ...]]] = set()
        for selector in selectors:
            method, blank, template = selector.partition(" ")
            if selector in {READ, WRITE}:
                self._effects.add(selector)
            elif selector.startswith(TAG):
                self._tags.add(selector.removeprefix(TAG))
            elif blank and template.startswith("/"):
                # Labels of parameters go along with the selector, into tokens and the database.
                if template.isascii() and template.isprintable():
                    self._shapes.add((method, template_shape(template)))
            else:
                self._names.add(selector)

    def includes(self, operation: Operation) -> bool:
        """Whether one of the selectors means `operation`."""
        return (
            operation.effect in self._effects
            or operation.operation_id in self._names
            or (bool(operation.tag) and operation.tag in self._tags)
            or (bool(self._names) and f"{operation.api}:{operation.operation_id}" in self._names)
            or (
                bool(self._shapes)
                and (operation.method, _shape_of(operation.template)) in self._shapes
            )
        )

    @property
    def means_writing(self) -> bool:
        """Whether all that writes is meant, and so what nobody knows as well."""
        return Effect.WRITE in self._effects


@lru_cache(maxsize=1024)
def selection(selectors: tuple[str, ...]) -> Selection:
    """The same, remembered."""
    return Selection(selectors)


@lru_cache(maxsize=4096)
def selected(selectors: tuple[str, ...], product: ProductCatalogue) -> frozenset[str]:
    """The names of the operations of `product` that the selectors mean."""
    chosen = selection(selectors)
    return frozenset(each.name for each in product.operations if chosen.includes(each))


def is_within(
    narrow: Sequence[str] | None, wide: Sequence[str] | None, product: ProductCatalogue
) -> bool:
    """Whether whatever `narrow` allows at `product` is allowed by `wide` too; `None`: no limit."""
    if wide is None:
        return True
    if narrow is None:
        return False
    return selected(tuple(narrow), product) <= selected(tuple(wide), product)


def check_selectors(selectors: Iterable[str], product: ProductCatalogue, field: str) -> None:
    """Refuse selectors that mean nothing at `product`, with some that are like them.

    Raises:
        InvalidField: one means no operation.
    """
    for selector in selectors:
        if not selected((selector,), product):
            close = close_selectors(selector, product)
            advice = f"; close to it: {', '.join(close)}" if close else ""
            raise InvalidField(field, f"{FORMS}, as {product.kind} knows it{advice}")


def close_selectors(selector: str, product: ProductCatalogue) -> tuple[str, ...]:
    """At most three selectors that mean something at `product` and are written like this one.

    Slow (some ten milliseconds): compares with every one of the same form.
    """
    form = _form_of(selector)
    known = {each.lower(): each for each in _written(product) if _form_of(each) == form}
    found = difflib.get_close_matches(selector.lower(), known, n=_CLOSE, cutoff=0.6)
    return tuple(known[each] for each in found)


def _form_of(selector: str) -> str:
    if selector.startswith(TAG):
        return TAG
    return next((mark for mark in (" ", ":") if mark in selector), "")


def _written(product: ProductCatalogue) -> Iterator[str]:
    yield from (READ, WRITE)
    for each in product.operations:
        yield each.operation_id
        yield each.name
        yield f"{each.api}:{each.operation_id}"
        if each.tag:
            yield f"{TAG}{each.tag}"


@lru_cache(maxsize=8192)
def _shape_of(template: str) -> tuple[str, ...]:
    return template_shape(template)
