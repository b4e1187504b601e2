"""Paths that a template, or two templates at once, match."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from authserver.domain.operations import Operation


def example_path(operation: Operation) -> str:
    """A path of the operation's template, with values that no literal segment has."""
    return "/" + "/".join(part or "X-1" for part in operation.shape)


def common_path(one: Operation, other: Operation) -> str:
    """A path that both templates match: a literal wherever either has one."""
    parts = zip(one.shape, other.shape, strict=True)
    return "/" + "/".join(here or there or "X-1" for here, there in parts)
