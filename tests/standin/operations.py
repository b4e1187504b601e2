"""Which operations a site has: the catalogue's, looked up by the path that is acted on."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from authserver.catalogue.loader import load_catalogue

if TYPE_CHECKING:
    from authserver.domain.operations import Operation
    from authserver.domain.resources import ResourceKind

_VERSION: Final = re.compile(r"[0-9]+(\.[0-9]+)*")


@dataclass(frozen=True, slots=True)
class Found:
    """What a path is good for: the operations by method, and the segments of the path."""

    operations: dict[str, Operation]
    segments: tuple[str, ...]

    def of(self, method: str) -> Operation | None:
        """The operation of a method; HEAD is a GET without the body."""
        return self.operations.get("GET" if method == "HEAD" else method)

    @property
    def allowed(self) -> str:
        """The value of an Allow header."""
        methods = set(self.operations) | {"OPTIONS"}
        return ", ".join(sorted(methods | ({"HEAD"} if "GET" in methods else set())))


class SiteOperations:
    """The operations of one kind of site under a context path.

    The lookup is ours and simpler than the product's own: the template with the most literals
    wins, a slash at the end does not matter, `latest` is the newest version.
    """

    def __init__(self, kind: ResourceKind, context_path: str) -> None:
        self.find = lru_cache(maxsize=4096)(self._find)
        self._context_path = context_path
        self._by_depth: dict[int, dict[tuple[str, ...], dict[str, Operation]]] = defaultdict(dict)
        self._newest: dict[str, str] = {}
        for operation in _operations(kind):
            shapes = self._by_depth[len(operation.shape)]
            shapes.setdefault(operation.shape, {})[operation.method] = operation
            name, version = operation.shape[1:3] if len(operation.shape) > 2 else ("", "")
            if _VERSION.fullmatch(version) and _number(version) > _number(
                self._newest.get(name, "0")
            ):
                self._newest[name] = version

    def _find(self, path: str) -> Found | None:
        """What is at a path; `None` where nothing is."""
        if not path.startswith(f"{self._context_path}/"):
            return None
        segments = tuple(path.removeprefix(self._context_path).rstrip("/").split("/")[1:])
        if segments[2:3] == ("latest",) and segments[1] in self._newest:
            segments = (*segments[:2], self._newest[segments[1]], *segments[3:])
        return self._at(segments)

    def _at(self, segments: tuple[str, ...]) -> Found | None:
        matching = [
            (sum(map(bool, shape)), operations)
            for shape, operations in self._by_depth.get(len(segments), {}).items()
            if all(part in ("", segment) for part, segment in zip(shape, segments, strict=True))
        ]
        together: dict[str, Operation] = {}
        for _, operations in sorted(matching, key=lambda each: each[0]):
            together |= operations
        return Found(together, segments) if together else None


def _number(version: str) -> list[int]:
    return [int(part) for part in version.split(".")]


@cache
def _operations(kind: ResourceKind) -> tuple[Operation, ...]:
    return load_catalogue().operations.of_kind(kind).operations
