"""Who is calling? From a credential to facts that a policy can judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.api_tokens import API_TOKEN_PREFIX, Presentation
from authserver.domain.caller_credentials import CredentialKind
from authserver.domain.connect_keys import UnfitConnect
from authserver.domain.decisions import CallSession, DenyReason
from authserver.domain.gateways import SessionCookies
from authserver.domain.policy_calls import CallerFacts, CallerWay, PolicyRefusal
from authserver.domain.policy_documents import LegacyEffect, LegacyWay
from authserver.services.caller_facts import facts_of, speaks_for_a_client
from authserver.services.introspection import TokenProblem, UnfitToken
from authserver.services.remembering import MOST_REMEMBERED

if TYPE_CHECKING:
    from authserver.domain.caller_credentials import CallerCredential
    from authserver.domain.decisions import AccessRequest
    from authserver.domain.gateways import Gateway
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.tokens import AccessToken
    from authserver.services.decision_ports import (
        ApiTokenVerifier,
        AttemptThrottle,
        CompiledPolicy,
        ConnectVerifier,
        KnownPerson,
        PeopleSource,
    )
    from authserver.services.introspection import Introspection

_API_TOKEN: Final = f"asv_{API_TOKEN_PREFIX}_"
_LEGACY: Final = {
    CredentialKind.NONE: CallerFacts(CallerWay.ANONYMOUS),
    CredentialKind.OAUTH1: CallerFacts(CallerWay.OAUTH1),
    CredentialKind.SESSION: CallerFacts(CallerWay.SESSION),
}
_REFUSED: Final = {
    CredentialKind.UNKNOWN: DenyReason.CREDENTIAL_UNKNOWN,
    CredentialKind.MALFORMED: DenyReason.CREDENTIAL_MALFORMED,
    CredentialKind.SEVERAL: DenyReason.SEVERAL_CREDENTIALS,
}


class Caller(NamedTuple):
    """Who calls, as far as that is known.

    `facts` are there when the credential counts, or is the site's to judge; otherwise `reason` says
    why not, with `refusal` where there is more to tell. `unfit` is what came, for the record;
    `retry_after` is in seconds.
    """

    credential: CallerCredential
    facts: CallerFacts | None = None
    token: AccessToken | None = None
    reason: DenyReason | None = None
    detail: str = ""
    refusal: PolicyRefusal | None = None
    unfit: UnfitToken | UnfitConnect | None = None
    retry_after: int = 0


class Asked(NamedTuple):
    """A call, at which gateway and for which site; `path` is below the site's base path."""

    gateway: Gateway
    resource: ProtectedResource
    request: AccessRequest
    path: str
    policy: CompiledPolicy


class _Known(NamedTuple):
    """What was made of a token and a person: good for these very ones alone."""

    token: AccessToken
    person: KnownPerson | None
    facts: CallerFacts


class Callers:
    """Looks at credentials of every kind."""

    def __init__(
        self,
        *,
        introspection: Introspection,
        people: PeopleSource,
        api_tokens: ApiTokenVerifier,
        connect: ConnectVerifier,
        attempts: AttemptThrottle,
    ) -> None:
        """Take the collaborators."""
        self._introspection = introspection
        self._people = people
        self._api_tokens = api_tokens
        self._connect = connect
        self._attempts = attempts
        self._known_facts: dict[str, _Known] = {}

    def of(self, asked: Asked, credential: CallerCredential) -> Caller:
        """Whose call it is.

        Raises:
            StorageUnavailable: nobody can be sure now.
        """
        kind = credential.kind
        if kind is CredentialKind.BEARER:
            return self._bearer(asked, credential)
        if kind is CredentialKind.CONNECT_JWT:
            return self._connect_jwt(asked, credential)
        if credential.is_ours:
            # Never a password, nor anything that a site should see.
            return self._api_token(asked, credential, Presentation.BASIC)
        return _by_another_way(asked, credential)

    def _bearer(self, asked: Asked, credential: CallerCredential) -> Caller:
        if credential.is_ours and credential.token_value.startswith(_API_TOKEN):
            return self._api_token(asked, credential, Presentation.BEARER)
        verdict = self._introspection.judge(
            credential.token_value, asked.resource, asked.request.at
        )
        if not isinstance(verdict, UnfitToken):
            return self._known(credential, verdict)
        if _is_nobodys(verdict):
            if not credential.is_ours and self._may_be_atlassians(asked, credential):
                return Caller(credential, CallerFacts(CallerWay.ATLASSIAN_TOKEN))
            return self._wrong(asked, credential, DenyReason.TOKEN_INVALID, verdict.reason, verdict)
        return Caller(
            credential, reason=DenyReason.TOKEN_INVALID, detail=verdict.reason, unfit=verdict
        )

    def _known(self, credential: CallerCredential, token: AccessToken) -> Caller:
        person = None
        if not speaks_for_a_client(token):
            person = self._people.person(token.subject)
        known = self._known_facts.get(token.token_id)
        if known is not None and known.token is token and known.person is person:
            return Caller(credential, known.facts, token)
        facts = facts_of(token, person)
        if len(self._known_facts) >= MOST_REMEMBERED:
            self._known_facts.clear()
        self._known_facts[token.token_id] = _Known(token, person, facts)
        return Caller(credential, facts, token)

    def _api_token(
        self, asked: Asked, credential: CallerCredential, presentation: Presentation
    ) -> Caller:
        invalid = DenyReason.API_TOKEN_INVALID
        value = credential.token_value
        if not value.startswith(_API_TOKEN):
            return self._wrong(asked, credential, invalid, "a secret of another kind", None)
        is_basic = presentation is Presentation.BASIC
        verdict = self._api_tokens.judge(
            value,
            asked.resource,
            asked.request.at,
            presentation=presentation,
            username=credential.username if is_basic else None,
        )
        if not isinstance(verdict, UnfitToken):
            request = asked.request
            self._api_tokens.note_use(
                verdict, request.at, network=request.address, agent=request.agent
            )
            return self._known(credential, verdict)
        if verdict.token is None or verdict.problem is TokenProblem.OTHER_USER:
            return self._wrong(asked, credential, invalid, verdict.reason, verdict)
        if verdict.problem is TokenProblem.PRESENTED_OTHERWISE:
            reason = DenyReason.PRESENTATION_NOT_ALLOWED
            change = " or ".join(f"as {each.capitalize()}" for each in verdict.detail.split())
            refusal = PolicyRefusal(reason, "token.presentations", "token", "", change)
            return Caller(
                credential, reason=reason, detail=verdict.reason, refusal=refusal, unfit=verdict
            )
        return Caller(credential, reason=invalid, detail=verdict.reason, unfit=verdict)

    def _connect_jwt(self, asked: Asked, credential: CallerCredential) -> Caller:
        request = asked.request
        verdict = self._connect.judge(
            credential.token_value,
            asked.resource,
            request.method,
            request.target,
            request.at,
            from_query=credential.from_query,
        )
        if verdict is None:
            return Caller(credential, reason=DenyReason.CONNECT_JWT_BLOCKED)
        if not isinstance(verdict, UnfitConnect):
            return self._known(credential, verdict)
        reason = DenyReason.CONNECT_JWT_INVALID
        if verdict.token is None:
            return self._wrong(asked, credential, reason, verdict.reason, verdict)
        return Caller(credential, reason=reason, detail=verdict.reason, unfit=verdict)

    def _may_be_atlassians(self, asked: Asked, credential: CallerCredential) -> bool:
        """Whether it is for the site to judge. A JWT is none of Atlassian's own tokens."""
        if not credential.header:
            return False
        request = asked.request
        effect = asked.policy.legacy_effect(
            LegacyWay.ATLASSIAN_TOKEN, "", asked.path, request.address, request.at
        )
        return effect[0] is not LegacyEffect.BLOCK

    def _wrong(
        self,
        asked: Asked,
        credential: CallerCredential,
        reason: DenyReason,
        detail: str,
        unfit: UnfitToken | UnfitConnect | None,
    ) -> Caller:
        """Nobody's credential, which may be a guess; from some networks there were too many."""
        address, at = asked.request.address, asked.request.at
        seconds = self._attempts.blocked_for(address, at)
        if seconds:
            return Caller(
                credential,
                reason=DenyReason.ATTEMPTS_THROTTLED,
                detail=f"{reason}: {detail}",
                unfit=unfit,
                retry_after=seconds,
            )
        self._attempts.failed(address, credential.token_value, at)
        return Caller(credential, reason=reason, detail=detail, unfit=unfit)


def _by_another_way(asked: Asked, credential: CallerCredential) -> Caller:
    """What is for the site to judge, or for nobody; a new kind is refused by a KeyError."""
    kind = credential.kind
    reason = _REFUSED.get(kind)
    if kind is CredentialKind.SESSION and not _passes_sessions(asked):
        reason = DenyReason.SESSION_BLOCKED
    if reason is not None:
        return Caller(credential, reason=reason)
    if kind is CredentialKind.BASIC:
        return Caller(credential, CallerFacts(CallerWay.BASIC, username=credential.username))
    return Caller(credential, _LEGACY[kind])


def _passes_sessions(asked: Asked) -> bool:
    return (
        asked.request.session is CallSession.CAME
        and asked.gateway.session_cookies is not SessionCookies.BLOCK
    )


def _is_nobodys(unfit: UnfitToken) -> bool:
    """Whether neither we nor a provider that is known here issued it."""
    return unfit.token is None and (unfit.foreign is None or not unfit.foreign.provider)
