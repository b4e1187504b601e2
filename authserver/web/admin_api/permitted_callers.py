"""`/permitted-callers`: who can do something at a site now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.roles import Area, to_read
from authserver.services.openings import Question
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.permitted import HolderPage, WhoQuery, holder_shown
from authserver.web.admin_api.pages import page_of

if TYPE_CHECKING:
    from authserver.domain.pages import Page, Place
    from authserver.services.site_callers import Holder
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NothingSaid


def list_permitted(asked: Asked[NothingSaid, WhoQuery]) -> Answered:
    """One page of those that can."""
    query = asked.query
    question = Question(query.what, query.resource or "", query.project or "", query.address or "")

    def fetch(after: Place | None, limit: int) -> Page[Holder]:
        return asked.services.who_may_call.find(question, after=after, limit=limit).page

    items, following = page_of(asked, fetch)
    return Answered(HolderPage(items=[holder_shown(each) for each in items], next_cursor=following))


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/permitted-callers", "listPermittedCallers", "Say who can do something"),
        to_read(Area.AUDIT),
        list_permitted,
        about="At a site, now: by which credential, or without any. Scopes and policies are "
        "judged; what the site itself lets its accounts do is not, so nobody can do more. Tokens "
        "of identity providers and Connect apps are not listed.",
        query=WhoQuery,
        answer=HolderPage,
        refusals=frozenset({404}),
    ),
)
