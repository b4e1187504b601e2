"""`/audit/calls`: counted calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.call_counts import CallTotal
from authserver.domain.roles import Area, to_read
from authserver.services.counted_calls import CallTerms
from authserver.services.long_lists import Piece
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.calls import CallQuery, CountPage, count_shown
from authserver.web.admin_api.pages import page_of

if TYPE_CHECKING:
    from authserver.domain.pages import Page, Place
    from authserver.services.counted_calls import NamedCount
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NothingSaid

_OF_THE_PAGE: Final = {"limit", "cursor", "sort"}


def list_calls(asked: Asked[NothingSaid, CallQuery]) -> Answered:
    """One page of counts."""
    query, services = asked.query, asked.services
    stated = query.model_fields_set - _OF_THE_PAGE
    terms = CallTerms(**{each: getattr(query, each) for each in stated})
    powers = asked.act.powers
    is_named = powers is None or to_read(Area.PEOPLE) in powers
    descending, total = query.sort.startswith("-"), CallTotal(0)

    def fetch(after: Place | None, limit: int) -> Page[NamedCount]:
        nonlocal total
        if after is None:
            # What was answered a moment ago may still stand in this node's journal alone.
            services.audit.catch_up()
        piece = Piece(after, limit, descending, counts=True)
        found = services.counted_calls.find(terms, piece)
        total = found.total
        return found.page

    items, following = page_of(asked, fetch)
    return Answered(
        CountPage(
            items=[count_shown(each, is_named=is_named) for each in items],
            calls=total.calls,
            complete=total.is_whole,
            next_cursor=following,
        )
    )


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/audit/calls", "listCalls", "List how often who called what, hour by hour"),
        *(to_read(Area.AUDIT), list_calls),
        about="Of every decision on record: by site, way, client, user, outcome and reason.",
        query=CallQuery,
        answer=CountPage,
    ),
)
