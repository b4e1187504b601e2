"""Scopes, and the operations of Atlassian's APIs that take them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from authserver.domain.resources import ResourceKind  # noqa: TC001 - pydantic reads it
from authserver.domain.scopes import Product, ScopeKind  # noqa: TC001 - pydantic reads them
from authserver.web.admin_api.models.members import (
    LONGEST_QUERY,
    Asking,
    ListQuery,
    Shown,
    unstated,
)

if TYPE_CHECKING:
    from authserver.domain.operations import Operation
    from authserver.domain.scopes import ScopeInfo

LONGEST_CALL = 2000


class ScopeQuery(ListQuery):
    """Which scopes."""

    q: str = Field("", max_length=LONGEST_QUERY, description="Words in name or title.")
    product: Product = unstated()
    kind: ScopeKind = unstated()
    resource_kind: ResourceKind = unstated("Those that such a resource has a use for.")


class ScopeShown(Shown):
    """A scope."""

    name: str
    product: str
    kind: str
    risk: str
    title: str


class ScopePage(Shown):
    """Some scopes, and the cursor of the next ones."""

    items: list[ScopeShown]
    next_cursor: str | None


class OperationQuery(Asking):
    """Which call."""

    call: str = Field(
        max_length=LONGEST_CALL,
        description="As in `GET /rest/api/2/myself`: what follows the context path of a site.",
    )
    resource_kind: Literal["jira-dc", "jira-cloud", "confluence-dc", "confluence-cloud"] = unstated(
        "Of one kind of site only."
    )


class OperationShown(Shown):
    """A documented operation. A token needs all scopes of one of its lists."""

    resource_kind: str
    api: str
    method: str
    template: str
    operation_id: str
    effect: str
    anonymous: bool | None
    removed: bool
    classic: list[str]
    granular: list[str]
    data_center: str


class UnmatchedShown(Shown):
    """Why no operation is known for it at such a site."""

    resource_kind: str
    reason: str


class OperationsShown(Shown):
    """What a call means, by kind of site; where nothing does, such a call is denied."""

    items: list[OperationShown]
    unmatched: list[UnmatchedShown]


def scope_shown(info: ScopeInfo) -> ScopeShown:
    """A scope."""
    return ScopeShown(
        name=info.name,
        product=str(info.product),
        kind=str(info.kind),
        risk=str(info.risk),
        title=info.title,
    )


def operation_shown(kind: ResourceKind, operation: Operation) -> OperationShown:
    """An operation."""
    shown: dict[str, Any] = {
        "resource_kind": str(kind),
        "api": str(operation.api),
        "method": operation.method,
        "template": operation.template,
        "operation_id": operation.operation_id,
        "effect": str(operation.effect),
        "anonymous": operation.anonymous,
        "removed": operation.removed,
        "classic": sorted(operation.classic),
        "granular": sorted(operation.granular),
        "data_center": operation.data_center or "",
    }
    return OperationShown.model_validate(shown)
