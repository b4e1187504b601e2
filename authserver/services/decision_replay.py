"""Calls, rebuilt from the records of their decisions.

The names in a record are those of `decision_facts`. What another version wrote, or nobody judged by
a policy, is not rebuilt: `NotReplayable` says why.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.access_details import AccessDetail
from authserver.domain.errors import DomainError
from authserver.domain.operations import Unmatched
from authserver.domain.policy_calls import LEGACY_WAYS, CallerFacts, CallerWay, CallFacts
from authserver.redaction import MASK
from authserver.services.call_checks import below
from authserver.services.operation_scopes import known_below, operations_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.audit_records import AuditRecord
    from authserver.domain.operations import Operation, ProductCatalogue
    from authserver.domain.resources import ProtectedResource

ALLOWED: Final = "call.allowed"
DENIED: Final = "call.denied"
_API_TOKENS: Final = frozenset({CallerWay.API_TOKEN_BEARER, CallerWay.API_TOKEN_BASIC})


class NotReplayable(DomainError):
    """A record says too little to judge its call again; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A decided call: what the policy saw of it, and what became of it.

    `path` is the whole one. `policy` is the label of the documents that judged it. `scopes` are
    those of the token, `None` for who came without one. `reason` is the `DenyReason` as a text and
    `rule` the rule that refused, both empty for an allowed call.
    """

    decision_id: str
    path: str
    facts: CallFacts
    policy: str
    scopes: frozenset[str] | None
    is_allowed: bool
    reason: str
    rule: str


def recorded_call(
    record: AuditRecord, resource: ProtectedResource, product: ProductCatalogue
) -> RecordedCall:
    """The call of a decision's record; `product` are the operations of the resource's kind.

    Raises:
        NotReplayable: it cannot be rebuilt.
    """
    if record.action not in {ALLOWED, DENIED}:
        raise NotReplayable("the record is of no decision on a call")
    if "way" not in record.details:
        raise NotReplayable("no policy was asked: the call was refused before, or long ago")
    try:
        return _call(record, resource, product)
    except (KeyError, TypeError, ValueError):
        raise NotReplayable("the record was written by another version") from None


def _call(
    record: AuditRecord, resource: ProtectedResource, product: ProductCatalogue
) -> RecordedCall:
    details, is_allowed = record.details, record.action == ALLOWED
    facts, path = _facts(record, resource, product), _text(details, "path")
    if MASK in path:
        raise NotReplayable("a secret stood in the path, which is not kept")
    return RecordedCall(
        decision_id=record.object_id,
        path=path,
        facts=facts,
        policy=_text(details, "policy"),
        scopes=_scopes(facts, details),
        is_allowed=is_allowed,
        reason="" if is_allowed else record.reason.partition(":")[0],
        rule="" if is_allowed else _text(details, "rule"),
    )


def _facts(
    record: AuditRecord, resource: ProtectedResource, product: ProductCatalogue
) -> CallFacts:
    details = record.details
    known = operations_by_name(product)
    names = _texts(details, "operations")
    missing = [each for each in names if each not in known]
    if missing:
        raise NotReplayable(f"{missing[0]} is no known operation any more")
    projects = details.get("projects")
    method, path = _text(details, "method"), _text(details, "path")
    # Not on record: the path says it.
    meant = () if names else operations_of(product, resource, method, path)
    unmatched = meant if isinstance(meant, Unmatched) else None
    return CallFacts(
        caller=_caller(record, details),
        at=record.at,
        method=method,
        path=below(resource.base_path, path),
        operations=tuple(known[each] for each in names),
        address=record.peer,
        origin=_text(details, "origin"),
        secure=details.get("insecure") is not True,
        from_page=details.get("from_page") is True,
        projects=None
        if projects is None
        else tuple(frozenset(_all(each)) for each in _list(projects)),
        unmatched=unmatched,
        known_below=known_below(product, resource, method, path, unmatched),
    )


def _caller(record: AuditRecord, details: Mapping[str, object]) -> CallerFacts:
    way = CallerWay(_text(details, "way"))
    username = _text(details, "username")
    if way in LEGACY_WAYS:
        return CallerFacts(way, username=username)
    return CallerFacts(
        way,
        subject=_text(details, "subject"),
        client_id=record.client_id,
        token_id=record.token_id if way in _API_TOKENS else "",
        count_key=_text(details, "count_key"),
        username=username,
        is_service=details.get("is_service") is True,
        groups=frozenset(_texts(details, "groups")),
        email_domain=_text(details, "email_domain"),
        details=_limits(details.get("limits")),
        networks=None if details.get("networks") is None else tuple(_texts(details, "networks")),
    )


def _limits(value: object) -> tuple[AccessDetail, ...] | None:
    if value is None:
        return None
    found = []
    for location, operations, projects in _list(value):
        if not isinstance(location, str):
            raise TypeError("location")
        found.append(
            AccessDetail(
                location,
                None if operations is None else tuple(_all(operations)),
                None if projects is None else tuple(_all(projects)),
            )
        )
    return tuple(found)


def _scopes(facts: CallFacts, details: Mapping[str, object]) -> frozenset[str] | None:
    if facts.caller.way in LEGACY_WAYS:
        return None
    return frozenset(_text(details, "scope").split())


@lru_cache(maxsize=8)
def operations_by_name(product: ProductCatalogue) -> Mapping[str, Operation]:
    """The operations of a product, by method and template."""
    return {each.name: each for each in product.operations}


def _text(details: Mapping[str, object], name: str) -> str:
    value = details.get(name, "")
    if not isinstance(value, str):
        raise TypeError(name)
    return value


def _texts(details: Mapping[str, object], name: str) -> list[str]:
    return _all(details.get(name, ()))


def _list(value: object) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise TypeError("a list")
    return list(value)


def _all(value: object) -> list[str]:
    found = _list(value)
    if not all(isinstance(each, str) for each in found):
        raise TypeError("texts")
    return found
