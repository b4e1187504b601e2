"""Operations of Atlassian's REST APIs, and which of them a method and a path mean."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from authserver.domain.resources import ResourceKind

# No possessive quantifiers: before Python 3.11.5 they let groups match what they must not. Without
# them it is linear as well, for no two parts can match the same character.
_CANONICAL_PATH: Final = re.compile(
    r"(?:/(?!\.\.?(?:/|\Z))"
    r"(?:[A-Za-z0-9._~!$&'()*+,=:@-]"
    r"|%(?![01]|2[5DEF]|3[0-9B]|4[1-9A-F]|5[0-9ACF]|6[1-9A-F]|7[0-9AEF])[0-9A-F]{2})+)+"
)
EXTENSIONS: Final = (".atom", ".htm", ".html", ".json", ".txt", ".xml")
"""What Atlassian's REST framework cuts off the end of a path, and reads as the wanted format."""
_VERSION: Final = re.compile(r"[0-9]+(?:\.[0-9]+)*")
_VERSIONED: Final = re.compile(r"/rest/([^/]+)/([0-9][^/]*)(/.+)")
"""Name, version and the rest of a path; sites know versions such as `2.0.alpha1` as well."""
_NAMED: Final = 0b111
"""The literal positions of `rest`, an API's name and its version."""
_REMEMBERED: Final = 4096
_LONGEST_REMEMBERED: Final = 256
"""Characters of a path: what was asked for longer ones is not kept."""


class Effect(StrEnum):
    """Whether an operation changes something. Not always what its HTTP method suggests."""

    READ = "read"
    WRITE = "write"


class Unmatched(StrEnum):
    """Why a call is no known operation."""

    PATH_NOT_CANONICAL = "path-not-canonical"
    UNKNOWN_PATH = "unknown-path"
    UNKNOWN_METHOD = "unknown-method"
    OTHER_VERSION = "other-version"
    """Another version of the API has the operation: the site may do the same for this call."""
    OTHER_VERSION_METHOD = "other-version-method"
    """Another version of the API has the path, but not with this method."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: a method on a path template, and the scopes that are asked for it.

    `classic` and `granular` are alternatives, each complete in itself; an empty one is no list.
    `data_center` is the scope of Data Center's chain by our reading, empty in Cloud, and `basis`
    says from what it was read; `lists_from` names the API whose lists were taken over. `anonymous`
    is `None` where it is not known. `removed`: Atlassian has taken the operation away.
    """

    api: str
    method: str
    template: str
    operation_id: str
    effect: Effect
    classic: frozenset[str] = frozenset()
    granular: frozenset[str] = frozenset()
    data_center: str = ""
    basis: str = ""
    lists_from: str = ""
    anonymous: bool | None = None
    deprecated: bool = False
    experimental: bool = False
    removed: bool = False
    tag: str = ""
    connect_scope: str = ""
    name: str = field(init=False, repr=False, compare=False)
    """Method and template: unique among the operations of a product."""

    def __post_init__(self) -> None:
        """Policies and records ask for the name at every call."""
        object.__setattr__(self, "name", f"{self.method} {self.template}")

    @property
    def shape(self) -> tuple[str, ...]:
        """The template's segments with every parameter as an empty string.

        Two templates with one shape are the same template: parameter names are only labels.
        """
        return template_shape(self.template)


def template_shape(template: str) -> tuple[str, ...]:
    """The segments of `template`, parameters (`{name}`) as empty strings."""
    return tuple("" if part.startswith("{") else part for part in template.split("/")[1:])


def is_canonical(path: str) -> bool:
    """Whether `path` can be read in one way only.

    As sent on the wire and normalized (RFC 3986 section 6.2.2): no empty, `.` or `..` segment, no
    trailing slash, no path parameter (`;`), upper-case escapes, and none of an unreserved
    character, a control character, a slash, a backslash, a semicolon or a percent sign.
    """
    return _CANONICAL_PATH.fullmatch(path) is not None


class _Node:
    """A place in the tree of templates. Written while compiling, only read afterwards."""

    __slots__ = ("literal_positions", "literals", "operations", "parameter")

    def __init__(self, literal_positions: int) -> None:
        """`literal_positions`: bit i is set where segment i of the way here is a literal."""
        self.literals: dict[str, _Node] = {}
        self.parameter: _Node | None = None
        self.operations: dict[str, Operation] = {}
        self.literal_positions = literal_positions


class ProductCatalogue:
    """The operations of one kind of protected resource, compiled for matching. Immutable."""

    def __init__(self, kind: ResourceKind, operations: Iterable[Operation]) -> None:
        """Compile `operations`.

        Raises:
            ValueError: two operations have the same method and shape.
        """
        self.kind = kind
        self.operations = tuple(operations)
        self._root = _Node(0)
        self._depth = 0
        for operation in self.operations:
            self._add(operation)
        self._versions: dict[str, list[str]] = {}
        """Of every API that has numbered versions, the newest first."""
        self._alias_latest()
        self._remembered = lru_cache(_REMEMBERED)(self._match)

    def _add(self, operation: Operation) -> None:
        node = self._root
        shape = operation.shape
        for index, part in enumerate(shape):
            if part:
                child = node.literals.get(part)
                if child is None:
                    child = node.literals[part] = _Node(node.literal_positions | 1 << index)
            else:
                child = node.parameter
                if child is None:
                    child = node.parameter = _Node(node.literal_positions)
            node = child
        if operation.method in node.operations:
            raise ValueError(
                f"{self.kind}: {operation.method} {operation.template} is there twice, in "
                f"{node.operations[operation.method].api} and {operation.api}"
            )
        node.operations[operation.method] = operation
        self._depth = max(self._depth, len(shape))

    def _alias_latest(self) -> None:
        """Let `/rest/<name>/latest` mean the newest numbered version of that name."""
        rest = self._root.literals.get("rest")
        for api, module in rest.literals.items() if rest else ():
            versions = [name for name in module.literals if _VERSION.fullmatch(name)]
            versions.sort(key=lambda name: [int(part) for part in name.split(".")], reverse=True)
            self._versions[api] = versions
            if versions and "latest" not in module.literals:
                module.literals["latest"] = module.literals[versions[0]]

    def match(self, method: str, path: str) -> tuple[Operation, ...] | Unmatched:
        """The operations that `method` on `path` means: a call must be good for all of them.

        Usually one. `path` is what follows the resource's context path, without the query.
        A template whose literals stand everywhere another's stand wins over it; where neither
        wins, both are given. `HEAD` counts as `GET`. Case matters in methods and paths. A path that
        ends in an extension means what it means without it as well, or that alone.
        """
        method = "GET" if method == "HEAD" else method
        if len(path) > _LONGEST_REMEMBERED:
            return self._match(method, path)
        return self._remembered(method, path)

    def _match(self, method: str, path: str) -> tuple[Operation, ...] | Unmatched:
        found = self._match_in_its_version(method, path)
        if found not in {Unmatched.UNKNOWN_PATH, Unmatched.UNKNOWN_METHOD}:
            return found
        others = [each for _, each in self._in_other_versions(path)]
        if any(method in methods for methods in others):
            return Unmatched.OTHER_VERSION
        if not others or found is Unmatched.UNKNOWN_METHOD:
            return found
        # OPTIONS asks about every method.
        return Unmatched.OTHER_VERSION if method == "OPTIONS" else Unmatched.OTHER_VERSION_METHOD

    def known_below(self, method: str, path: str) -> str:
        """Where another version of its API has `path`, as `/rest/api/2`; empty for nowhere."""
        method = "GET" if method == "HEAD" else method
        found = sorted(self._in_other_versions(path), key=lambda each: method not in each[1])
        return found[0][0] if found else ""

    def _in_other_versions(self, path: str) -> list[tuple[str, set[str]]]:
        """Where other versions of the API have `path`, the newest first, and its methods there."""
        called = _VERSIONED.fullmatch(path)
        if called is None:
            return []
        api, version, tail = called.groups()
        tails = [tail]
        if tail.endswith(EXTENSIONS):
            tails.append(tail[: tail.rindex(".")].removesuffix("/"))
        found = []
        for other in self._versions.get(api, ()):
            below = f"/rest/{api}/{other}"
            methods = {
                method
                for each in tails
                for node in self._nodes(below + each)
                if node.literal_positions & _NAMED == _NAMED
                for method in node.operations
            }
            if methods and other != version:
                found.append((below, methods))
        return found

    def _match_in_its_version(self, method: str, path: str) -> tuple[Operation, ...] | Unmatched:
        meant = self._match_literally(method, path)
        if not path.endswith(EXTENSIONS):
            return meant
        also = self._match_literally(method, path[: path.rindex(".")].removesuffix("/"))
        if isinstance(meant, Unmatched):
            # Unknown calls may be open where this operation is not, and the site would do it.
            return meant if isinstance(also, Unmatched) else also
        if isinstance(also, Unmatched):
            return also
        return (*meant, *(each for each in also if each not in meant))

    def _match_literally(self, method: str, path: str) -> tuple[Operation, ...] | Unmatched:
        if _CANONICAL_PATH.fullmatch(path) is None:
            return Unmatched.PATH_NOT_CANONICAL
        return _most_literal(self._nodes(path), method)

    def at(self, path: str) -> tuple[Operation, ...]:
        """Every operation on `path`, whatever its method: what an `OPTIONS` request asks about."""
        if _CANONICAL_PATH.fullmatch(path) is None:
            return ()
        return tuple(each for node in self._nodes(path) for each in node.operations.values())

    def _nodes(self, path: str) -> list[_Node]:
        """The places in the tree that `path` leads to."""
        segments = path.split("/")
        if len(segments) > self._depth + 1:
            return []
        nodes = [self._root]
        for segment in segments[1:]:
            reached = []
            for node in nodes:
                child = node.literals.get(segment)
                if child is not None:
                    reached.append(child)
                child = node.parameter
                if child is not None:
                    reached.append(child)
            nodes = reached
        return nodes


def _most_literal(nodes: list[_Node], method: str) -> tuple[Operation, ...] | Unmatched:
    """The operations for `method` at those of `nodes` that no other one beats."""
    able = [node for node in nodes if method in node.operations]
    if len(able) == 1:
        return (able[0].operations[method],)
    if not able:
        known = any(node.operations for node in nodes)
        return Unmatched.UNKNOWN_METHOD if known else Unmatched.UNKNOWN_PATH
    return tuple(
        node.operations[method]
        for node in able
        if not any(
            other is not node
            and other.literal_positions | node.literal_positions == other.literal_positions
            for other in able
        )
    )


class OperationCatalogue:
    """The compiled operations of every kind of protected resource."""

    def __init__(self, products: Mapping[ResourceKind, ProductCatalogue]) -> None:
        """Keep one compiled catalogue per kind."""
        self._products = dict(products)

    def of_kind(self, kind: ResourceKind) -> ProductCatalogue:
        """The operations that a protected resource of `kind` can be asked for."""
        return self._products[kind]
