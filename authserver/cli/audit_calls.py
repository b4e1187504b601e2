"""`authserver audit calls`: how often who called what, hour by hour."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import click

from authserver.cli.audit_journals import AS_STORED, JSON, catch_up
from authserver.cli.context import Context, pass_context
from authserver.domain.audit_times import written
from authserver.domain.errors import InvalidField
from authserver.domain.pages import PAGE_MAX, Place
from authserver.services.counted_calls import OUTCOMES, WAY_NAMES, CallTerms
from authserver.services.long_lists import Piece

if TYPE_CHECKING:
    from authserver.services.audit import AuditService
    from authserver.services.counted_calls import CallsFound, CountedCalls, NamedCount

COLUMNS: Final = ("hour", "calls", "way", "outcome", "site", "client", "user", "reason")
_CURSOR: Final = re.compile(r"(-?[0-9]{1,15})\.([0-9a-f]{1,64})", re.ASCII)


class CallParts(Protocol):
    """What this command asks of the container."""

    @property
    def audit(self) -> AuditService:
        """Where the records are looked after."""
        ...

    @property
    def counted_calls(self) -> CountedCalls:
        """The counts."""
        ...


@click.command("calls", short_help="Show how often who called what, hour by hour.")
@click.option("--since", default="", metavar="TIME", help="From its hour on.")
@click.option("--until", default="", metavar="TIME", help="Before then; its hour counts.")
@click.option(
    "--way",
    type=click.Choice(WAY_NAMES),
    default=None,
    help="How callers said who they are; legacy: each way that proved nothing.",
)
@click.option("--resource", default="", help="A site's name or identifier.")
@click.option("--client", default="", help="The client's id; - for calls of none.")
@click.option("--user", default="", help="A user's name or subject; - for calls of none.")
@click.option("--outcome", type=click.Choice(OUTCOMES), default=None, help="How it ended.")
@click.option("--reason", default="", help="A reason, such as unknown-path.")
@click.option("--oldest-first", is_flag=True, help="Begin with the oldest hour.")
@click.option(
    "--limit", type=click.IntRange(1, PAGE_MAX), default=50, show_default=True, help="At most."
)
@click.option("--cursor", default="", help="next_cursor of the page before.")
@AS_STORED
@JSON
@pass_context
def calls(
    context: Context,
    /,
    *,
    oldest_first: bool,
    limit: int,
    cursor: str,
    as_stored: bool,
    as_json: bool,
    **terms: str | None,
) -> None:
    """Show counted calls, those of the newest hour first.

    An hour counts as a whole, also when --since or --until lie within. What a row counts is found
    by authserver audit search --action call with the same hour, client and site.
    """
    parts = cast("CallParts", context.container())
    after = _place(cursor) if cursor else None
    catch_up(parts.audit, as_stored=as_stored)
    stated = CallTerms(**{name: value for name, value in terms.items() if value})
    piece = Piece(after, limit, descending=not oldest_first, counts=True)
    found = parts.counted_calls.find(stated, piece)
    if as_json:
        context.console.json(_value(found))
        return
    if not found.page.items:
        context.console.note("no call fits")
        return
    context.console.table(COLUMNS, [_cells(each) for each in found.page.items])
    more = "" if found.total.is_whole else "more than "
    context.console.note(f"{more}{found.total.calls} calls fit")
    if found.page.next_place is not None:
        context.console.note(f"more: --cursor {_cursor(found.page.next_place)}")


def _cells(named: NamedCount) -> list[object]:
    key = named.count.key
    return [
        written(key.hour),
        named.count.calls,
        key.way,
        key.outcome,
        named.site or key.resource,
        key.client_id or None,
        named.username or key.subject or None,
        key.reason or None,
    ]


def _value(found: CallsFound) -> dict[str, Any]:
    place = found.page.next_place
    return {
        "counts": [
            {
                "hour": written(each.count.key.hour),
                **{name: getattr(each.count.key, name) for name in each.count.key._fields[1:]},
                "username": each.username,
                "calls": each.count.calls,
            }
            for each in found.page.items
        ],
        "calls": found.total.calls,
        "complete": found.total.is_whole,
        "next_cursor": None if place is None else _cursor(place),
    }


def _cursor(place: Place) -> str:
    hour, key = place.values
    return f"{hour:.0f}.{key}"


def _place(cursor: str) -> Place:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise InvalidField("cursor", "the value of next_cursor from the page before")
    return Place((float(found[1]), found[2]))
