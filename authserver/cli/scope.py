"""`authserver scope`: what scopes there are, and what a call to Atlassian's APIs needs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final, NoReturn

import click
from rich.console import Console

from authserver.catalogue.loader import load_catalogue
from authserver.cli.scope_views import call_lines, operation_value, scope_lines, scope_value
from authserver.domain.nearest_operations import nearest
from authserver.domain.operations import Unmatched
from authserver.domain.resources import SITE_KINDS, ResourceKind
from authserver.domain.scopes import Product, ScopeKind, close_matches

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.text import Text

    from authserver.catalogue.loader import Catalogue
    from authserver.domain.operations import Operation

NOT_FOUND: Final = 1

_MOST_SIMILAR: Final = 5
_RESOURCE_KINDS: Final = click.Choice([each.value for each in ResourceKind])
_SITE_KINDS: Final = click.Choice([each.value for each in SITE_KINDS])
_CALL: Final = re.compile(r"([A-Za-z]+) +(?:https?://[^/?#\s]+)?(/[^?#\s]*)(?:[?#]\S*)?")

_OTHER_VERSIONS: Final = frozenset({Unmatched.OTHER_VERSION, Unmatched.OTHER_VERSION_METHOD})


@click.group()
def scope() -> None:
    """Explain scopes and what a call needs.

    Exit codes: 0 done, 1 nothing found, 2 wrong usage.
    """


@scope.command("list")
@click.option(
    "--product", type=click.Choice([each.value for each in Product]), help="Scopes of one product."
)
@click.option(
    "--kind", type=click.Choice([each.value for each in ScopeKind]), help="Scopes of one family."
)
@click.option(
    "--resource-kind",
    type=_RESOURCE_KINDS,
    help="Scopes that make sense for one kind of protected resource.",
)
@click.option("--search", metavar="TEXT", default="", help="Text in the name or the title.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def list_scopes(
    *,
    product: str | None,
    kind: str | None,
    resource_kind: str | None,
    search: str,
    as_json: bool,
) -> None:
    """List scopes with product, family, risk and title."""
    catalogue = load_catalogue()
    within = catalogue.scopes.of_kind(ResourceKind(resource_kind)) if resource_kind else None
    found = [
        each
        for each in catalogue.scopes
        if product in (None, each.product)
        and kind in (None, each.kind)
        and (within is None or each.name in within)
        and search.lower() in f"{each.name} {each.title}".lower()
    ]
    if as_json:
        _print_json({"scopes": [scope_value(each) for each in found]})
    else:
        _print_lines(scope_lines(found))
    if not found:
        _nothing(_no_scope(catalogue, search))


@scope.command("explain")
@click.argument("call", nargs=-1, required=True, metavar='"METHOD /path"')
@click.option(
    "--resource-kind",
    type=_SITE_KINDS,
    help="Look at one kind of protected resource only.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def explain(*, call: tuple[str, ...], resource_kind: str | None, as_json: bool) -> None:
    """Show the operation a call means and the scopes it needs.

    The path is what follows the site's context path; a query is ignored.
    """
    method, path = _method_and_path(" ".join(call))
    catalogue = load_catalogue()
    kinds = (ResourceKind(resource_kind),) if resource_kind else SITE_KINDS
    matches = {kind: catalogue.operations.of_kind(kind).match(method, path) for kind in kinds}
    known = {kind: match for kind, match in matches.items() if not isinstance(match, Unmatched)}
    reasons = {kind: match for kind, match in matches.items() if isinstance(match, Unmatched)}
    similar = [] if known else _similar(catalogue, kinds, method, path)
    if as_json:
        _print_json(
            {
                "method": method,
                "path": path,
                "matches": {
                    kind: [operation_value(catalogue.scopes, each) for each in operations]
                    for kind, operations in known.items()
                },
                "unmatched": reasons,
                "nearest": [
                    {"resource_kind": kind, "method": near.method, "template": near.template}
                    for kind, near in similar
                ],
            }
        )
    else:
        for kind, operations in known.items():
            _print_lines(call_lines(catalogue.scopes, kind, operations))
    if not known:
        versions = {
            below
            for kind, reason in reasons.items()
            if reason in _OTHER_VERSIONS
            and (below := catalogue.operations.of_kind(kind).known_below(method, path))
        }
        why = _why(reasons.values(), sorted(versions))
        _nothing(
            f"{method} {path}: {why}. Such a call is denied.",
            *(f"  nearest in {kind}: {near.method} {near.template}" for kind, near in similar),
        )


def _similar(
    catalogue: Catalogue, kinds: Iterable[ResourceKind], method: str, path: str
) -> list[tuple[ResourceKind, Operation]]:
    found = [
        (kind, near)
        for kind in kinds
        for near in nearest(catalogue.operations.of_kind(kind), method, path)
    ]
    found.sort(key=lambda each: -each[1].likeness)
    return [(kind, near.operation) for kind, near in found[:_MOST_SIMILAR]]


def _method_and_path(call: str) -> tuple[str, str]:
    found = _CALL.fullmatch(call.strip())
    if found is None:
        raise click.BadParameter(
            'a method and a path, as in "POST /rest/api/3/issue"', param_hint="call"
        )
    return found[1].upper(), found[2]


def _why(reasons: Iterable[Unmatched], versions: Iterable[str]) -> str:
    seen = set(reasons)
    if Unmatched.PATH_NOT_CANONICAL in seen:
        return (
            "the path can be read in more than one way (empty or dot segment, slash at the end, "
            "';', needless or forbidden escape)"
        )
    known = " or ".join(f"{each}/..." for each in versions)
    if Unmatched.OTHER_VERSION in seen:
        return f"it is known at another version of the API, as {known}"
    if Unmatched.UNKNOWN_METHOD in seen:
        return "the path is known, but not with this method"
    if Unmatched.OTHER_VERSION_METHOD in seen:
        return f"the path is known as {known}, but not with this method"
    return "no operation has this path"


def _no_scope(catalogue: Catalogue, search: str) -> str:
    names = close_matches(search, (each.name for each in catalogue.scopes))
    return "no scope found" + (f"; did you mean {', '.join(names)}?" if names else "")


def _print_json(value: object) -> None:
    click.echo(json.dumps(value, indent=2))


def _print_lines(lines: Iterable[Text]) -> None:
    console = Console(highlight=False, soft_wrap=True)
    for line in lines:
        console.print(line)


def _nothing(*lines: str) -> NoReturn:
    for line in lines:
        click.echo(line, err=True)
    raise SystemExit(NOT_FOUND)
