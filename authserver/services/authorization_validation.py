"""Judging authorization requests: client, then redirect URI, then everything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.authorization_answers import (
    AnswerTarget,
    RedirectedRefusal,
    UnredirectedRefusal,
)
from authserver.domain.authorization_profiles import ResponseMode
from authserver.domain.authorization_requests import AuthorizationParameters
from authserver.domain.clients import GrantType
from authserver.domain.errors import InvalidField, ProtocolRefusal
from authserver.domain.form_components import CONTROL
from authserver.domain.redirect_uris import is_https, is_registered
from authserver.services.authorization_values import (
    checked_challenge,
    checked_claims,
    checked_max_age,
    checked_prompts,
)
from authserver.services.claims import reachable

if TYPE_CHECKING:
    from authserver.domain.authorization_queries import AuthorizationQuery
    from authserver.domain.clients import Client
    from authserver.domain.requested_claims import RequestedClaims
    from authserver.services.audiences import Audiences
    from authserver.services.directory import Directory, Keys
    from authserver.services.requested_details import RequestedDetails

RESPONSE_TYPE: Final = "code"


@dataclass(frozen=True, slots=True)
class AcceptedRequest:
    """A request that may be put before a user, and whose it is."""

    client: Client
    parameters: AuthorizationParameters


class AuthorizationValidation:
    """Accepts requests or refuses them; changes nothing."""

    def __init__(
        self,
        *,
        issuer: str,
        directory: Directory,
        audiences: Audiences,
        keys: Keys,
        details: RequestedDetails,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._issuer = issuer
        self._directory = directory
        self._audiences = audiences
        self._keys = keys
        self._details = details

    def accepted(self, query: AuthorizationQuery, *, pushed: bool = False) -> AcceptedRequest:
        """The request that a browser brings, or a client pushes (`pushed`, RFC 9126 section 2).

        Raises:
            UnredirectedRefusal: the client or the redirect URI is not sure.
            RedirectedRefusal: everything else (RFC 6749 section 4.1.2.1).
            StorageUnavailable: nobody can tell now.
        """
        client = self.client(query)
        target = self._target(client, query)
        try:
            self._check_kind(client, query, pushed=pushed)
            parameters = self._parameters(client, target, query)
        except ProtocolRefusal as refusal:
            raise RedirectedRefusal(
                refusal.error, refusal.description, target, detail=refusal.detail
            ) from None
        except InvalidField as fault:
            raise RedirectedRefusal("invalid_request", str(fault), target) from None
        return AcceptedRequest(client, parameters)

    def client(self, query: AuthorizationQuery) -> Client:
        """The enabled client that the request names.

        Raises:
            UnredirectedRefusal: the same for every client that is not there.
            StorageUnavailable: nobody can tell now.
        """
        if "client_id" in query.faults:
            raise UnredirectedRefusal("invalid_request", f"client_id: {query.faults['client_id']}")
        client_id = query.get("client_id")
        if client_id is None:
            raise UnredirectedRefusal("invalid_request", "client_id: required")
        self._directory.view.ensure_fresh()
        # What memory holds may be older than a client registered a moment ago on another node.
        client = self._directory.clients.known(client_id) or self._directory.clients.read(client_id)
        if client is None or not client.is_enabled:
            cause = "no such client" if client is None else f"the client is {client.status}"
            raise UnredirectedRefusal(
                "invalid_request", "client_id: not a client of this server", detail=cause
            )
        return client

    def _target(self, client: Client, query: AuthorizationQuery) -> AnswerTarget:
        if "redirect_uri" in query.faults:
            raise UnredirectedRefusal(
                "invalid_request", f"redirect_uri: {query.faults['redirect_uri']}"
            )
        redirect_uri = query.get("redirect_uri")
        if redirect_uri is None:
            raise UnredirectedRefusal("invalid_request", "redirect_uri: required")
        if not may_answer_at(client, redirect_uri):
            raise UnredirectedRefusal(
                "invalid_request",
                "redirect_uri: must be one that is registered for this client, character by "
                "character",
            )
        mode = ResponseMode.QUERY
        if query.get("response_mode") == ResponseMode.FORM_POST and _may_post(client, redirect_uri):
            mode = ResponseMode.FORM_POST
        state = query.get("state")
        return AnswerTarget(client.client_id, redirect_uri, mode, state, self._issuer)

    def _check_kind(self, client: Client, query: AuthorizationQuery, *, pushed: bool) -> None:
        """Refuse what this server does not do at all, and what this client may not."""
        for name, allowed in sorted(query.faults.items()):
            raise ProtocolRefusal("invalid_request", f"{name}: {allowed}")
        if "request" in query.names():
            raise ProtocolRefusal("request_not_supported", "request: not supported, use PAR")
        if "request_uri" in query.names():
            if pushed:
                raise ProtocolRefusal("invalid_request", "request_uri: not in a pushed request")
            raise ProtocolRefusal(
                "request_uri_not_supported", "request_uri: only one from /oauth2/par"
            )
        response_type = query.get("response_type")
        if response_type is None:
            raise ProtocolRefusal("invalid_request", "response_type: required")
        if response_type != RESPONSE_TYPE:
            raise ProtocolRefusal("unsupported_response_type", "response_type: must be code")
        if GrantType.AUTHORIZATION_CODE not in client.grant_types:
            raise ProtocolRefusal(
                "unauthorized_client", "this client may not use grant_type=authorization_code"
            )
        if client.profile.require_pushed_requests and not pushed:
            raise ProtocolRefusal(
                "invalid_request", "this client must push its requests to /oauth2/par"
            )

    def _parameters(
        self, client: Client, target: AnswerTarget, query: AuthorizationQuery
    ) -> AuthorizationParameters:
        response_mode = query.get("response_mode")
        if response_mode is not None and response_mode != target.response_mode:
            raise ProtocolRefusal(
                "invalid_request",
                "response_mode: query, or form_post where the redirect URI is https; as registered "
                "for this client",
            )
        if response_mode is None and ResponseMode.QUERY not in client.profile.response_modes:
            raise ProtocolRefusal("invalid_request", "response_mode: required, form_post")
        self._check_state(target)
        challenge = checked_challenge(client, query)
        prompts = checked_prompts(query.get("prompt"))
        max_age = checked_max_age(query.get("max_age"))
        aim = self._audiences.aim(client, query.get("scope"), query.resources)
        site = self._directory.resources.get(aim.resource) if aim.resource else None
        details = self._details.checked(query.get("authorization_details"), site)
        claims, subject = self._claims(client, query)
        return AuthorizationParameters(
            client_id=client.client_id,
            redirect_uri=target.redirect_uri,
            response_mode=target.response_mode,
            scopes=aim.scopes,
            audience=aim.audience,
            resource=aim.resource,
            state=target.state,
            nonce=query.get("nonce") or "",
            code_challenge=challenge,
            prompts=prompts,
            max_age=client.profile.default_max_age if max_age is None else max_age,
            login_hint=query.get("login_hint") or "",
            hinted_subject=subject,
            acr_values=tuple((query.get("acr_values") or "").split()),
            claims=claims,
            details=details,
            ui_locales=tuple((query.get("ui_locales") or "").split()),
        )

    def _check_state(self, target: AnswerTarget) -> None:
        """Browsers change line ends in fields of forms: there `state` could not stay exact."""
        if target.response_mode is ResponseMode.QUERY or target.state is None:
            return
        if CONTROL.search(target.state) is not None:
            raise ProtocolRefusal(
                "invalid_request", "state: no control characters with response_mode=form_post"
            )

    def _claims(self, client: Client, query: AuthorizationQuery) -> tuple[RequestedClaims, str]:
        """Single claims within the client's scopes, and the subject the request insists on."""
        parameter = checked_claims(query.get("claims"))
        requested = parameter.requested
        claims = type(requested)(
            userinfo=reachable(requested.userinfo, client.scopes),
            id_token=reachable(requested.id_token, client.scopes),
            essential_acr=requested.essential_acr,
        )
        hint = query.get("id_token_hint")
        if hint is None:
            return claims, parameter.subject
        told = self._keys.ring.read_id_token(hint)
        if told is None or told.client_id != client.client_id:
            raise ProtocolRefusal(
                "invalid_request", "id_token_hint: an ID token of this server for this client"
            )
        if parameter.subject not in {"", told.subject}:
            raise ProtocolRefusal("invalid_request", "claims: another sub than in id_token_hint")
        return claims, told.subject


def may_answer_at(client: Client, redirect_uri: str) -> bool:
    """Whether `redirect_uri` is one of the client's, as it is registered now."""
    profile = client.profile
    return is_registered(redirect_uri, profile.redirect_uris, profile.application_type)


def _may_post(client: Client, redirect_uri: str) -> bool:
    return ResponseMode.FORM_POST in client.profile.response_modes and is_https(redirect_uri)
