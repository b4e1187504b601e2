"""Why did a call pass, or not: every step, the rule, and the smallest change."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address
from typing import TYPE_CHECKING, Protocol

from authserver.domain.api_tokens import ApiTokenAccess, Presentation, SubjectType
from authserver.domain.audit_records import AuditQuery
from authserver.domain.decisions import DenyReason
from authserver.domain.errors import InvalidField, NotFound, StorageUnavailable
from authserver.domain.operations import Unmatched
from authserver.domain.policy_calls import CallFacts, PolicyRefusal, PolicyStep, StepOutcome
from authserver.services.audit_searches import search
from authserver.services.call_checks import below
from authserver.services.caller_facts import facts_of
from authserver.services.decision_ports import Uncertain
from authserver.services.decision_replay import ALLOWED, NotReplayable, recorded_call
from authserver.services.explained_calls import ALLOWED_THEN, Explanation, who_calls
from authserver.services.introspection import UnfitToken
from authserver.services.policy_history import policy_at, policy_with

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.audit_ports import AuditDatabase
    from authserver.domain.audit_records import AuditRecord
    from authserver.domain.operations import OperationCatalogue
    from authserver.domain.ports import Clock, Database
    from authserver.domain.raw_targets import Target
    from authserver.domain.resources import ProtectedResource
    from authserver.services.decision_ports import PeopleSource, ProjectResolver
    from authserver.services.explained_calls import AskedCall
    from authserver.services.operation_scopes import OperationScopes
    from authserver.services.policy_verdicts import PolicyVerdicts
    from authserver.services.site_policies import SitePolicy


class ApiTokenJudge(Protocol):
    """Judges an API token whose secret nobody has to know."""

    def verdict(
        self,
        token: ApiToken,
        resource: ProtectedResource,
        now: float,
        *,
        presentation: Presentation | None,
    ) -> ApiTokenAccess | UnfitToken:
        """What it is worth at `resource`, or why nothing. Raises StorageUnavailable."""
        ...


class PolicyExplanations:
    """Explains decisions on record, and calls that API tokens could make now."""

    def __init__(
        self,
        *,
        database: Database,
        records: AuditDatabase,
        catalogue: OperationCatalogue,
        scopes: OperationScopes,
        verdicts: PolicyVerdicts,
        api_tokens: ApiTokenJudge,
        people: PeopleSource,
        projects: ProjectResolver,
        clock: Clock,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._records = records
        self._catalogue = catalogue
        self._scopes = scopes
        self._verdicts = verdicts
        self._api_tokens = api_tokens
        self._people = people
        self._projects = projects
        self._clock = clock

    def of_decision(self, decision_id: str) -> Explanation:
        """Why a decision was as it was, under the documents that were asked then.

        Raises:
            NotFound: there is no such decision, or its site or policy version is gone.
        """
        query = AuditQuery(object_kind="decision", object_id=decision_id, limit=1)
        found = search(self._records, query).records
        if not found:
            raise NotFound("decision", decision_id)
        record = found[0]
        with self._database.reading() as stores:
            resource = next(
                (each for each in stores.resources.list() if each.identifier == record.resource),
                None,
            )
            if resource is None:
                raise NotFound("resource", record.resource)
            try:
                call = recorded_call(record, resource, self._catalogue.of_kind(resource.kind))
            except NotReplayable as reason:
                return _by_record(record, resource, str(reason))
            policy = policy_at(stores, self._catalogue, resource, call.policy)
        steps = list(self._verdicts.trace(policy, call.facts, call.scopes))
        return Explanation(
            call=f"{call.facts.method} {call.path}",
            who=who_calls(call.facts),
            at=record.at,
            resource=resource.name,
            policy=policy.label,
            steps=_with_what_came_later(steps, record),
            decision_id=decision_id,
            recorded=ALLOWED_THEN if call.is_allowed else record.reason,
        )

    def of_call(self, token_id: str, asked: AskedCall) -> Explanation:
        """What a call would get now, with an API token; nothing is recorded or counted.

        Raises:
            NotFound: there is no such token or resource.
            InvalidField: it is not clear at which site the call is, or the address is none.
            StorageUnavailable: nobody can be sure now.
        """
        method, address = asked.call.method, _address(asked.address)
        now = self._clock.now()
        with self._database.reading() as stores:
            token = stores.api_tokens.get(token_id)
            if token is None:
                raise NotFound("API token", token_id)
            resource = stores.resources.get(_site_of(token, asked.resource))
            if resource is None or not resource.is_site:
                raise NotFound("resource", asked.resource)
            policy = policy_with(stores, self._catalogue, resource, {})
        presentation = min(token.presentations, key=_bearer_first, default=Presentation.BEARER)
        verdict = self._api_tokens.verdict(token, resource, now, presentation=presentation)
        access = verdict.token if isinstance(verdict, UnfitToken) else verdict
        assert isinstance(access, ApiTokenAccess)  # noqa: S101 - ours, however dead
        is_user = token.subject_type is SubjectType.USER
        person = self._people.person(token.subject) if is_user else None
        target = asked.call.at(resource)
        matched = self._scopes.operations(resource, method, target.path)
        unmatched = matched if isinstance(matched, Unmatched) else None
        facts = CallFacts(
            caller=facts_of(access, person),
            at=now,
            method=method,
            path=below(resource.base_path, target.path),
            operations=() if isinstance(matched, Unmatched) else matched,
            unmatched=unmatched,
            known_below=self._scopes.known_below(resource, method, target.path, unmatched),
            address=address,
        )
        facts, site_says = self._with_projects(policy, resource, target, facts)
        steps = [
            _token_step(verdict),
            *self._verdicts.trace(policy, facts, access.scopes),
            *site_says,
        ]
        return Explanation(
            call=f"{method} {target.path}",
            who=who_calls(facts),
            at=now,
            resource=resource.name,
            policy=policy.label,
            steps=steps,
        )

    def _with_projects(
        self, policy: SitePolicy, resource: ProtectedResource, target: Target, facts: CallFacts
    ) -> tuple[CallFacts, Sequence[PolicyStep]]:
        """The call with the projects it reaches now, where that matters."""
        if not policy.needs_projects(facts):
            return facts, ()
        name = "projects at the site"
        try:
            found = self._projects.reach(resource, target, facts)
        except StorageUnavailable as error:
            return facts, (PolicyStep(name, StepOutcome.NOT_ASKED, str(error)),)
        if isinstance(found, Uncertain):
            return facts, (PolicyStep(name, StepOutcome.NOT_ASKED, found.why),)
        shown = "; ".join(" ".join(sorted(each)) for each in found)
        step = PolicyStep(name, StepOutcome.PASSED, f"the call reaches {shown or 'no project'}")
        return replace(facts, projects=found), (step,)


def _site_of(token: ApiToken, named: str) -> str:
    if named:
        return named
    if len(token.resources) == 1:
        return next(iter(token.resources))
    raise InvalidField("resource", f"one of {', '.join(sorted(token.resources)) or 'none'}")


def _address(text: str) -> str:
    """The address in the spelling of records; empty for none."""
    try:
        return str(ip_address(text)) if text else ""
    except ValueError:
        raise InvalidField("address", "an address like 10.1.2.3 or 2001:db8::7") from None


def _bearer_first(presentation: Presentation) -> bool:
    return presentation is not Presentation.BEARER


def _token_step(verdict: ApiTokenAccess | UnfitToken) -> PolicyStep:
    name = "credential"
    if not isinstance(verdict, UnfitToken):
        return PolicyStep(name, StepOutcome.PASSED, "the API token counts here")
    refusal = PolicyRefusal(
        DenyReason.API_TOKEN_INVALID, "credential", "token", verdict.reason, "use another token"
    )
    return PolicyStep(name, StepOutcome.REFUSED, verdict.reason, refusal)


def _by_record(record: AuditRecord, resource: ProtectedResource, why: str) -> Explanation:
    """What the record alone tells, where no policy can be asked again."""
    is_allowed = record.action == ALLOWED
    outcome = StepOutcome.PASSED if is_allowed else StepOutcome.REFUSED
    steps = [
        PolicyStep("record", outcome, record.reason or ALLOWED_THEN),
        PolicyStep("policy", StepOutcome.NOT_ASKED, why),
    ]
    details = record.details
    return Explanation(
        call=f"{details.get('method', '?')} {details.get('path', '?')}",
        who=record.client_id or str(details.get("credential", "")) or record.actor_kind,
        at=record.at,
        resource=resource.name,
        policy=str(details.get("policy", "")),
        steps=steps,
        decision_id=record.object_id,
        recorded=ALLOWED_THEN if is_allowed else record.reason,
    )


def _with_what_came_later(steps: list[PolicyStep], record: AuditRecord) -> Sequence[PolicyStep]:
    """Also what was looked at behind the policy, where that refused: rates, hand-over, the site."""
    refused = any(each.outcome is StepOutcome.REFUSED for each in steps)
    if record.action == ALLOWED or refused:
        return steps
    return [*steps, PolicyStep("behind the policy", StepOutcome.REFUSED, record.reason)]
