"""Expectations of a policy, kept beside it: what some calls must get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from authserver.domain.access_details import AccessDetail
from authserver.domain.errors import NotFound
from authserver.domain.operations import Unmatched
from authserver.domain.policy_calls import LEGACY_WAYS, CallerFacts, CallerWay, CallFacts
from authserver.domain.users import canonical
from authserver.services.call_checks import below
from authserver.services.policy_expectation_tables import NOBODY
from authserver.services.policy_history import policy_with

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.operations import OperationCatalogue
    from authserver.domain.policy_documents import PolicyDocument
    from authserver.domain.ports import Clock, Database
    from authserver.domain.resources import ProtectedResource, ResourceKind
    from authserver.services.operation_scopes import OperationScopes
    from authserver.services.policy_expectation_tables import (
        Expectation,
        Expectations,
        ExpectedCaller,
    )
    from authserver.services.policy_verdicts import PolicyVerdicts, Verdict


@dataclass(frozen=True, slots=True)
class Tried:
    """One expectation and what its call gets: `allow`, or `deny` with reason and rule."""

    expectation: Expectation
    got: str
    is_met: bool
    change: str


class PolicyExpectations:
    """Tries expectations against the policy of now, or with drafts in it."""

    def __init__(
        self,
        *,
        database: Database,
        catalogue: OperationCatalogue,
        scopes: OperationScopes,
        scopes_of_kind: Mapping[ResourceKind, frozenset[str]],
        verdicts: PolicyVerdicts,
        clock: Clock,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._catalogue = catalogue
        self._scopes = scopes
        self._scopes_of_kind = scopes_of_kind
        self._verdicts = verdicts
        self._clock = clock

    def run(self, wanted: Expectations, drafts: Mapping[str, PolicyDocument]) -> Sequence[Tried]:
        """Every expectation, in the order of the file; nothing is recorded or counted.

        Raises:
            NotFound: there is no such site.
        """
        with self._database.reading() as stores:
            resource = stores.resources.get(wanted.resource)
            if resource is None or not resource.is_site:
                raise NotFound("resource", wanted.resource)
            policy = policy_with(stores, self._catalogue, resource, drafts)
        callers = {each.name: each for each in wanted.callers}
        tried = []
        for each in wanted.expected:
            caller = callers.get(each.caller) if each.caller != NOBODY else None
            facts = self._facts(resource, caller, each)
            granted = self._granted(resource, facts, caller)
            verdict = self._verdicts.of(policy, facts, granted)
            change = "" if verdict.refusal is None else verdict.refusal.change
            tried.append(Tried(each, got_of(verdict), is_met(each, verdict), change))
        return tried

    def _facts(
        self, resource: ProtectedResource, caller: ExpectedCaller | None, wanted: Expectation
    ) -> CallFacts:
        target = wanted.call.at(resource)
        matched = self._scopes.operations(resource, wanted.call.method, target.path)
        unmatched = matched if isinstance(matched, Unmatched) else None
        reaches = wanted.reaches
        return CallFacts(
            caller=_caller(caller, resource),
            at=self._clock.now() if wanted.at is None else wanted.at,
            method=wanted.call.method,
            path=below(resource.base_path, target.path),
            operations=() if isinstance(matched, Unmatched) else matched,
            unmatched=unmatched,
            known_below=self._scopes.known_below(
                resource, wanted.call.method, target.path, unmatched
            ),
            address=wanted.address,
            origin=wanted.origin,
            from_page=wanted.from_page,
            projects=None if reaches is None else tuple(frozenset({each}) for each in reaches),
        )

    def _granted(
        self, resource: ProtectedResource, facts: CallFacts, caller: ExpectedCaller | None
    ) -> frozenset[str] | None:
        if facts.caller.way in LEGACY_WAYS or caller is None:
            return None
        if caller.scopes is not None:
            return caller.scopes
        return self._scopes_of_kind[resource.kind]


def is_met(wanted: Expectation, verdict: Verdict) -> bool:
    """Whether a verdict is what was expected; one that is not certain never is."""
    if not verdict.is_certain:
        return False
    if wanted.is_allowed:
        return verdict.reason is None
    return (
        verdict.reason is not None
        and wanted.reason in {"", verdict.reason}
        and wanted.rule in {"", verdict.rule}
    )


def got_of(verdict: Verdict) -> str:
    """What a call gets, in words."""
    if not verdict.is_certain:
        return "not certain: say which projects the call reaches"
    if verdict.reason is None:
        return "allow"
    return f"deny {verdict.reason}" + (f" ({verdict.rule})" if verdict.rule else "")


def _caller(caller: ExpectedCaller | None, resource: ProtectedResource) -> CallerFacts:
    if caller is None:
        return CallerFacts(CallerWay.ANONYMOUS)
    usual = CallerWay.API_TOKEN_BEARER if caller.token else CallerWay.ACCESS_TOKEN
    way = caller.way or usual
    username = canonical(caller.user)
    if way in LEGACY_WAYS:
        return CallerFacts(way, username=username)
    is_limited = caller.operations is not None or caller.projects is not None
    detail = AccessDetail(resource.identifier, caller.operations, caller.projects)
    return CallerFacts(
        way,
        subject=caller.name,
        client_id=caller.client,
        token_id=caller.token,
        count_key=caller.name,
        username=username,
        is_service=not username,
        groups=caller.groups,
        email_domain=caller.email.lower(),
        details=(detail,) if is_limited else None,
        networks=caller.networks,
    )
