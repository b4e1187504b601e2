"""How `authserver scope` shows scopes and operations: lines for people, values for JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from rich.text import Text

from authserver.domain.scope_coverage import has_list

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from authserver.domain.operations import Operation
    from authserver.domain.resources import ResourceKind
    from authserver.domain.scopes import ScopeCatalogue, ScopeInfo

BASES: Final[Mapping[str, str]] = {
    "method": "from the HTTP method",
    "read-by-POST": "a read that is sent by POST",
    "text": "from what Atlassian's documentation says about administrators",
    "path": "from the path",
    "siblings": "from the operations beside it",
    "scope-words": "from what Atlassian says each scope allows",
}
"""In words: from what the scope of a Data Center operation was read."""

_RISK_STYLES: Final = {"read": "green", "write": "yellow", "delete": "red", "admin": "bold red"}
_LABEL_WIDTH: Final = 13


def scope_value(info: ScopeInfo) -> dict[str, str]:
    """A scope for JSON."""
    return {
        "name": info.name,
        "product": info.product,
        "kind": info.kind,
        "risk": info.risk,
        "title": info.title,
    }


def operation_value(scopes: ScopeCatalogue, operation: Operation) -> dict[str, object]:
    """An operation with its lists for JSON; `anonymous` is null where it is not known."""
    return {
        "api": operation.api,
        "method": operation.method,
        "template": operation.template,
        "operation_id": operation.operation_id,
        "tag": operation.tag,
        "effect": operation.effect,
        "anonymous": operation.anonymous,
        "deprecated": operation.deprecated,
        "experimental": operation.experimental,
        "removed": operation.removed,
        "connect_scope": operation.connect_scope,
        "classic": _described(scopes, operation.classic),
        "granular": _described(scopes, operation.granular),
        "lists_from": operation.lists_from,
        "data_center": _described(scopes, filter(None, [operation.data_center])),
        "basis": BASES.get(operation.basis, ""),
    }


def scope_lines(found: Sequence[ScopeInfo]) -> Iterator[Text]:
    """Aligned lines, one per scope, under a heading."""
    if not found:
        return
    name = max(len(each.name) for each in found)
    product = max(len("PRODUCT"), *(len(each.product) for each in found))
    kind = max(len("KIND"), *(len(each.kind) for each in found))
    heading = f"{'NAME':{name}}  {'PRODUCT':{product}}  {'KIND':{kind}}  RISK    TITLE"
    yield Text(heading, style="bold")
    for each in found:
        yield Text.assemble(
            f"{each.name:{name}}  {each.product:{product}}  {each.kind:{kind}}  ",
            (f"{each.risk:6}", _RISK_STYLES[each.risk]),
            f"  {each.title}",
        )


def call_lines(
    scopes: ScopeCatalogue, kind: ResourceKind, operations: Sequence[Operation]
) -> Iterator[Text]:
    """What a call means at one kind of resource, and which scopes cover it."""
    yield Text(kind, style="bold")
    for operation in operations:
        yield from _operation_lines(scopes, operation)
    if len(operations) > 1:
        yield Text("  Several operations have this path: a token has to be good for all of them.")
    yield Text(f"  {_rule(operations)}")
    yield Text()


def _operation_lines(scopes: ScopeCatalogue, operation: Operation) -> Iterator[Text]:
    yield Text(f"  {operation.method} {operation.template}", style="cyan")
    name = ", ".join(filter(None, [operation.operation_id, operation.api, operation.tag]))
    yield _labelled("operation", name)
    yield _labelled("effect", operation.effect)
    yield _labelled("anonymous", _anonymous(operation.anonymous))
    words = [word for word in ("deprecated", "experimental", "removed") if getattr(operation, word)]
    if words:
        yield _labelled("status", ", ".join(words))
    if operation.connect_scope:
        yield _labelled("connect", operation.connect_scope)
    if operation.lists_from:
        yield _labelled("lists", f"Atlassian's own for {operation.lists_from}, taken over")
    yield from _list_lines(scopes, "classic", operation.classic)
    yield from _list_lines(scopes, "granular", operation.granular)
    if operation.data_center:
        yield from _list_lines(scopes, "data center", [operation.data_center])
        yield _labelled("basis", f"our reading, {BASES[operation.basis]}")


def _list_lines(scopes: ScopeCatalogue, label: str, names: Iterable[str]) -> Iterator[Text]:
    described = _described(scopes, names)
    width = max((len(each["name"]) for each in described), default=0)
    for place, each in enumerate(described):
        yield _labelled("" if place else label, f"{each['name']:{width}}  {each['title']}")


def _described(scopes: ScopeCatalogue, names: Iterable[str]) -> list[dict[str, str]]:
    infos = (scopes.find(name) for name in sorted(names))
    return [scope_value(info) for info in infos if info is not None]


def _rule(operations: Sequence[Operation]) -> str:
    if any(operation.removed for operation in operations):
        return "Denied: Atlassian has removed the operation; only a policy can open it."
    if not all(has_list(operation) for operation in operations):
        return "Denied: Atlassian lists no scope for it; only a policy can open it."
    if any(operation.data_center for operation in operations):
        return "Good for it: the Data Center scope or one above it, or all scopes of one list."
    return "Good for it: a token with all scopes of one list; lists are never mixed."


def _anonymous(value: bool | None) -> str:  # noqa: FBT001 - a fact with three values, not a switch
    if value is None:
        return "not known"
    return "Atlassian can answer without a login" if value else "needs a login"


def _labelled(label: str, text: str) -> Text:
    return Text.assemble("    ", (f"{label:{_LABEL_WIDTH}}", "dim"), text)
