"""`/scopes` and `/operations`: what scopes there are, and what a call to a site takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField
from authserver.domain.operations import Unmatched
from authserver.domain.resources import SITE_KINDS, ResourceKind
from authserver.domain.roles import Area, to_read
from authserver.domain.written_calls import WRITTEN, read_call
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.scopes import (
    OperationQuery,
    OperationsShown,
    ScopePage,
    ScopeQuery,
    UnmatchedShown,
    operation_shown,
    scope_shown,
)
from authserver.web.admin_api.pages import fits, page_of, sorted_page

if TYPE_CHECKING:
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NothingSaid

READ: Final = to_read(Area.CLIENTS)


def list_scopes(asked: Asked[NothingSaid, ScopeQuery]) -> Answered:
    """One page of them."""
    query, scopes = asked.query, asked.services.catalogue.scopes
    stated = query.model_fields_set
    within = scopes.of_kind(query.resource_kind) if "resource_kind" in stated else None
    found = [
        each
        for each in scopes
        if fits(query.q, each.name, each.title)
        and query.product in {None, each.product}
        and query.kind in {None, each.kind}
        and (within is None or each.name in within)
    ]
    items, following = page_of(asked, sorted_page(found, lambda each: (each.name,)))
    return Answered(ScopePage(items=[scope_shown(each) for each in items], next_cursor=following))


def find_operations(asked: Asked[NothingSaid, OperationQuery]) -> Answered:
    """What a call means."""
    query, catalogue = asked.query, asked.services.catalogue.operations
    call = read_call(query.call)
    if call is None:
        raise InvalidField("call", WRITTEN)
    one = "resource_kind" in query.model_fields_set
    items, unmatched = [], []
    for kind in (ResourceKind(query.resource_kind),) if one else SITE_KINDS:
        found = catalogue.of_kind(kind).match(call.method, call.target.path)
        if isinstance(found, Unmatched):
            unmatched.append(UnmatchedShown(resource_kind=str(kind), reason=str(found)))
        else:
            items += [operation_shown(kind, each) for each in found]
    return Answered(OperationsShown(items=items, unmatched=unmatched))


ENDPOINTS: Final = (
    Endpoint(
        *("GET", "/scopes", "listScopes", "List scopes", READ, list_scopes),
        about="Atlassian's own, and those of this API.",
        query=ScopeQuery,
        answer=ScopePage,
    ),
    Endpoint(
        *("GET", "/operations", "findOperations", "Find the operation that a call means", READ),
        find_operations,
        about="With the scopes that it takes.",
        query=OperationQuery,
        answer=OperationsShown,
    ),
)
