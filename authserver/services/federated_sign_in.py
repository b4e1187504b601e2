"""Signing in at an identity provider: from our redirect there to the way on from its answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.errors import NotFound
from authserver.domain.pkce import METHOD, challenge_of
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import AttemptPurpose, SignInProblem
from authserver.services.federated_arrivals import Landing, is_proved
from authserver.services.id_token_rules import expected_issuer
from authserver.services.sign_in_problems import OF_AN_ERROR, SignInFailed
from authserver.services.upstream_attempts import Ask, Way
from authserver.services.upstream_wishes import max_age_for, passed_on

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.calls import Call
    from authserver.domain.ports import Database
    from authserver.domain.providers import Provider
    from authserver.domain.upstream_sign_ins import UpstreamAttempt
    from authserver.services.authorization_requests import OpenRequest
    from authserver.services.federated_arrivals import FederatedArrivals
    from authserver.services.provider_documents import ProviderDocuments
    from authserver.services.sessions import SignedIn, StartedSession
    from authserver.services.upstream_attempts import UpstreamAttempts
    from authserver.services.upstream_proof import UpstreamProof

LONGEST_CODE: Final = 8192
_ERROR: Final = re.compile(r"[a-z_]{1,50}")


@dataclass(frozen=True, slots=True)
class Visitor:
    """The browser that asks: its cookie, who is signed in there, and by which call."""

    browser: str
    signed_in: SignedIn | None
    call: Call
    user_agent: str = ""
    known_browsers: str = ""
    """The cookie of `KnownBrowsers`."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What a callback came to. `started` is `None` for a link, and for a second click."""

    started: StartedSession | None
    way: Way
    purpose: AttemptPurpose


class FederatedSignIn:
    """Begins sign-ins at providers, and completes them."""

    def __init__(
        self,
        *,
        issuer: str,
        database: Database,
        documents: ProviderDocuments,
        attempts: UpstreamAttempts,
        proof: UpstreamProof,
        arrivals: FederatedArrivals,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._issuer = issuer
        self._database = database
        self._documents = documents
        self._attempts = attempts
        self._proof = proof
        self._arrivals = arrivals

    def begin(
        self,
        provider_name: str,
        visitor: Visitor,
        way: Way,
        *,
        opened: OpenRequest | None = None,
        login_hint: str = "",
        purpose: AttemptPurpose = AttemptPurpose.SIGN_IN,
        fresh: bool = False,
    ) -> str:
        """The URL at the provider to which the browser goes now.

        `opened` is the authorization request that this is for; whoever is signed in already and is
        asked to sign in for it has to prove it anew, as with `fresh`. To link, somebody must
        be signed in, and have signed in a short time ago.

        Raises:
            NotFound: there is no such provider, and never was.
            SignInFailed: PROVIDER_STOPPED, LINK_NOT_PROVED, or the provider does not answer.
            StorageUnavailable: nothing was begun.
        """
        provider = self._provider(provider_name)
        try:
            self._check_open(provider, purpose, visitor)
            _check_proved(purpose, visitor)
            metadata = self._documents.metadata(provider)
        except UpstreamFailure as failure:
            raise _failed(failure, way) from None
        is_fresh = fresh or purpose is AttemptPurpose.LINK
        max_age = max_age_for(opened, is_signed_in=visitor.signed_in is not None, fresh=is_fresh)
        essential = () if opened is None else opened.request.parameters.claims.essential_acr
        link = visitor.signed_in if purpose is AttemptPurpose.LINK else None
        ask = Ask(purpose, max_age, tuple(essential), None if link is None else link.session)
        begun = self._attempts.begin(
            provider, ask, browser=visitor.browser, way=way, call=visitor.call
        )
        query = {
            "response_type": "code",
            "client_id": provider.client_id,
            "redirect_uri": self.redirect_uri(provider_name),
            "scope": " ".join(provider.scopes),
            "state": begun.state,
            "nonce": begun.secrets.nonce,
            "code_challenge": challenge_of(begun.secrets.verifier),
            "code_challenge_method": METHOD,
            **passed_on(provider, opened, max_age, login_hint),
        }
        endpoint = metadata.authorization_endpoint
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    def complete(
        self, provider_name: str, parameters: Mapping[str, str], visitor: Visitor
    ) -> Arrival:
        """Judge the provider's answer, and sign in or link whoever it is about.

        `parameters` are those of the callback, each of them once.

        Raises:
            SignInFailed: nobody was signed in; on record unless it was not this browser's.
            StorageUnavailable: nobody knows; the browser has to begin again.
        """
        state = parameters.get("state", "")
        attempt = self._attempts.spend(state, visitor.browser, visitor.call.at)
        if attempt is None:
            return self._second_click(state, visitor)
        way = Way(attempt.request_id, attempt.next)
        try:
            return self._complete(provider_name, parameters, attempt, visitor, state)
        except (UpstreamFailure, SignInFailed) as failure:
            self._record(attempt, failure, visitor.call)
            raise _failed(failure, way) from None

    def redirect_uri(self, provider_name: str) -> str:
        """The callback, one for each provider: an answer to another one's counts nowhere."""
        return f"{self._issuer}/login/{provider_name}/callback"

    def _complete(
        self,
        provider_name: str,
        parameters: Mapping[str, str],
        attempt: UpstreamAttempt,
        visitor: Visitor,
        state: str,
    ) -> Arrival:
        if attempt.provider != provider_name:
            raise UpstreamFailure(SignInProblem.WRONG_PROVIDER, "the callback is another's")
        provider = self._provider(provider_name)
        self._check_issuer(provider, parameters.get("iss"))
        secrets = self._attempts.secrets(attempt, visitor.browser)
        self._check_open(provider, attempt.purpose, visitor)
        code = _code(parameters)
        call = visitor.call
        proof = self._proof.get(
            provider,
            attempt,
            secrets,
            code=code,
            redirect_uri=self.redirect_uri(provider_name),
            now=call.at,
        )
        way = Way(attempt.request_id, attempt.next)
        signed_in = visitor.signed_in
        if attempt.purpose is AttemptPurpose.LINK:
            if signed_in is None or signed_in.session.session_id != secrets.session_id:
                raise UpstreamFailure(SignInProblem.LINK_NOT_PROVED, "it began in another session")
            self._arrivals.link(provider, attempt, proof, signed_in.session, call)
            return Arrival(None, way, attempt.purpose)
        landing = Landing(
            previous=None if signed_in is None else signed_in.session,
            cookie=self._attempts.cookie(state, visitor.browser),
            call=call,
            user_agent=visitor.user_agent,
            known_browsers=visitor.known_browsers,
        )
        return Arrival(
            self._arrivals.sign_in(provider, attempt, proof, landing), way, attempt.purpose
        )

    def _second_click(self, state: str, visitor: Visitor) -> Arrival:
        signed_in = visitor.signed_in
        if signed_in is not None:
            way = self._attempts.way_of(state, visitor.browser, signed_in.session)
            if way is not None:
                return Arrival(None, way, AttemptPurpose.SIGN_IN)
        raise SignInFailed(SignInProblem.STATE_UNKNOWN, detail="there is no such attempt")

    def _provider(self, name: str) -> Provider:
        with self._database.reading() as stores:
            provider = stores.providers.get(name)
        if provider is None:
            raise NotFound("provider", name)
        return provider

    @staticmethod
    def _check_open(provider: Provider, purpose: AttemptPurpose, visitor: Visitor) -> None:
        if not provider.is_enabled or not provider.accepts_login:
            raise UpstreamFailure(SignInProblem.PROVIDER_STOPPED, "it takes nobody now")
        if purpose is not AttemptPurpose.LINK:
            return
        if not provider.is_linkable:
            raise UpstreamFailure(SignInProblem.PROVIDER_STOPPED, "users may not connect it")
        if visitor.signed_in is None:
            raise UpstreamFailure(SignInProblem.LINK_NOT_PROVED, "nobody is signed in")

    def _check_issuer(self, provider: Provider, said: str | None) -> None:
        """RFC 9207 section 2.4: before anything else of the answer, errors included."""
        if said is None:
            if provider.sends_issuer or self._documents.metadata(provider).sends_issuer:
                raise UpstreamFailure(SignInProblem.WRONG_PROVIDER, "iss is missing")
            return
        try:
            expected_issuer(provider, said)
        except UpstreamFailure:
            raise UpstreamFailure(
                SignInProblem.WRONG_PROVIDER, "iss of the answer is another issuer"
            ) from None

    def _record(
        self, attempt: UpstreamAttempt, failure: UpstreamFailure | SignInFailed, call: Call
    ) -> None:
        event = AuditEvent(
            at=call.at,
            action="sign_in.refused",
            outcome=Outcome.REFUSED,
            actor=Actor(ActorKind.ANONYMOUS, ""),
            object_kind="provider",
            object_id=attempt.provider,
            reason=str(failure.problem),
            request_id=call.request_id,
            peer=call.peer,
            details={"detail": failure.detail, "purpose": str(attempt.purpose)},
        )
        with self._database.writing() as stores:
            stores.audit.add(event)


def may_link(signed_in: SignedIn, now: float) -> bool:
    """Whether the user may begin to connect an identity, or disconnect one, at `now`."""
    return is_proved(signed_in.session, now)


def _check_proved(purpose: AttemptPurpose, visitor: Visitor) -> None:
    if purpose is not AttemptPurpose.LINK or visitor.signed_in is None:
        return
    if not may_link(visitor.signed_in, visitor.call.at):
        raise UpstreamFailure(SignInProblem.LINK_NOT_PROVED, "the sign-in here is too old")


def _code(parameters: Mapping[str, str]) -> str:
    """The code of a good answer. Raises UpstreamFailure for an error, or none of both."""
    error = parameters.get("error")
    if error is not None:
        known = error if _ERROR.fullmatch(error) else "an error without a name"
        raise UpstreamFailure(OF_AN_ERROR.get(error, SignInProblem.PROVIDER_REFUSED), known)
    code = parameters.get("code", "")
    if not 0 < len(code) <= LONGEST_CODE or not code.isprintable():
        raise UpstreamFailure(SignInProblem.ANSWER_UNUSABLE, "there is neither code nor error")
    return code


def _failed(failure: UpstreamFailure | SignInFailed, way: Way) -> SignInFailed:
    return SignInFailed(
        failure.problem, request_id=way.request_id, next_target=way.next, detail=failure.detail
    )
