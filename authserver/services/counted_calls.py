"""Counted calls for whoever looks for them: asked for as people put it, shown with names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Outcome
from authserver.domain.audit_times import moment
from authserver.domain.call_counts import LEGACY, WAYS, CallSearch, CallTotal, hour_of
from authserver.domain.errors import InvalidField
from authserver.domain.pages import Page

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.call_counts import CallCount
    from authserver.domain.ports import Clock, Database, Stores
    from authserver.services.long_lists import Piece

NOBODY: Final = "-"
"""Instead of a client or a user: calls of which none is known. Nobody is called that."""
ALL_LEGACY: Final = "legacy"
"""Instead of a way: each with which nobody proved anything to us."""
WAY_NAMES: Final = (ALL_LEGACY, *sorted(map(str, WAYS)))
OUTCOMES: Final = (Outcome.SUCCESS.value, Outcome.REFUSED.value)
"""How calls end."""
MOST_ADDED: Final = 2_000
"""So many counts are added up for a total; of more it is said that there are more."""


@dataclass(frozen=True, slots=True)
class CallTerms:
    """Texts as typed; an empty one does not narrow.

    `since` and `until` are times with a zone or ages (`15m`): every hour that they leave a part of
    counts, as a whole. `resource` is a site's name or identifier, `user` a name or a subject;
    `client` and `user` can be `NOBODY`. `reason` is a `DenyReason`'s value.
    """

    since: str = ""
    until: str = ""
    way: str = ""
    resource: str = ""
    client: str = ""
    user: str = ""
    outcome: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class NamedCount:
    """Calls of one kind in one hour.

    `username` and `site` are what the user and the site are called here, empty where they are
    not known.
    """

    count: CallCount
    username: str
    site: str


@dataclass(frozen=True, slots=True)
class CallsFound:
    """Some of the counts that fit, and how many calls all of them are.

    Where nobody asked for the total, it is at least what the page comes to.
    """

    page: Page[NamedCount]
    total: CallTotal


class CountedCalls:
    """Looks counts up."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._clock = clock

    def find(self, terms: CallTerms, piece: Piece) -> CallsFound:
        """Counts by hour; with `piece.counts` the calls are added up.

        Raises:
            InvalidField: a term cannot be read (it is named), or an odd piece.
            StorageUnavailable: the database cannot answer.
        """
        with self._database.reading() as stores:
            sites = {each.identifier: each.name for each in stores.resources.list()}
            wanted = _search(stores, terms, sites, self._clock.now())
            found = stores.call_counts.page(
                wanted, descending=piece.descending, after=piece.after, limit=piece.limit
            )
            if piece.counts:
                total = stores.call_counts.total(wanted, at_most=MOST_ADDED)
            else:
                total = CallTotal(sum(each.calls for each in found.items), is_whole=False)
            names = stores.users.names(each.key.subject for each in found.items)
        named = [
            NamedCount(each, names.get(each.key.subject, ""), sites.get(each.key.resource, ""))
            for each in found.items
        ]
        return CallsFound(Page(named, found.next_place), total)


def _search(stores: Stores, terms: CallTerms, sites: Mapping[str, str], now: float) -> CallSearch:
    identifiers = {name: identifier for identifier, name in sites.items()}
    return CallSearch(
        since=hour_of(moment(terms.since, now, "since")) if terms.since else None,
        until=moment(terms.until, now, "until") if terms.until else None,
        resource=identifiers.get(terms.resource, terms.resource) or None,
        ways=_ways(terms.way),
        outcome=_one_of(OUTCOMES, terms.outcome, "outcome"),
        reason=terms.reason or None,
        client_id=_known(terms.client),
        subject=_known(_subject(stores, terms.user)),
    )


def _ways(name: str) -> frozenset[str] | None:
    if name == ALL_LEGACY:
        return LEGACY
    way = _one_of(WAY_NAMES, name, "way")
    return None if way is None else frozenset({way})


def _one_of(allowed: tuple[str, ...], value: str, field: str) -> str | None:
    if not value:
        return None
    if value not in allowed:
        raise InvalidField(field, "one of " + ", ".join(allowed))
    return value


def _known(value: str) -> str | None:
    return "" if value == NOBODY else value or None


def _subject(stores: Stores, handle: str) -> str:
    """Whom a name means; a subject, and what nobody is called, as it is."""
    user = stores.users.get_by_username(handle) if handle else None
    return handle if user is None else user.subject
