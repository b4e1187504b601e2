"""What comes next for an authorization request: a pure question of what is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final, TypeAlias

from authserver.domain.authorization_profiles import ConsentRule
from authserver.domain.authorization_requests import Prompt
from authserver.domain.redirect_uris import is_https
from authserver.domain.sessions import PASSWORD_ACR
from authserver.services.claims import SCOPE_OF_CLAIM
from authserver.services.scope_ceilings import leaves_nothing

if TYPE_CHECKING:
    from authserver.domain.authorization_requests import (
        AuthorizationParameters,
        AuthorizationRequest,
    )
    from authserver.domain.clients import Client
    from authserver.domain.consents import Consent
    from authserver.domain.sessions import Session
    from authserver.services.sessions import SignedIn


class Page(StrEnum):
    """Pages that ask the user something."""

    LOGIN = "login"
    CHANGE_PASSWORD = "change-password"  # noqa: S105 - the name of a page
    SELECT_ACCOUNT = "select-account"
    CONSENT = "consent"


@dataclass(frozen=True, slots=True)
class Finish:
    """Nothing is left to ask: the client gets its code."""


@dataclass(frozen=True, slots=True)
class Refuse:
    """The client gets an error (RFC 6749 section 4.1.2.1, OpenID Connect Core 3.1.2.6)."""

    error: str
    description: str


Step: TypeAlias = Page | Finish | Refuse

FINISH: Final = Finish()
LOGIN_REQUIRED: Final = Refuse("login_required", "the user has to sign in")
OTHER_USER: Final = Refuse("login_required", "another user than the one asked for is signed in")
CONSENT_REQUIRED: Final = Refuse("consent_required", "the user has to allow it")
INTERACTION_REQUIRED: Final = Refuse("interaction_required", "the user has to do something first")
ACCESS_DENIED: Final = Refuse("access_denied", "the user did not allow it")
NOT_BY_GROUPS: Final = Refuse(
    "access_denied", "the groups of the user give none of the scopes asked for"
)
CREDENTIALS_REST: Final = Refuse(
    "access_denied", "an administrator has switched off all credentials of the user"
)
NOT_BY_ROLES: Final = Refuse(
    "access_denied", "the roles of the user do not give every scope of the administration asked for"
)
UNMET_ACR: Final = Refuse(
    "unmet_authentication_requirements", "users cannot sign in here in the way asked for"
)

_INSTEAD_OF: Final = {
    Page.LOGIN: LOGIN_REQUIRED,
    Page.CHANGE_PASSWORD: INTERACTION_REQUIRED,
    Page.SELECT_ACCOUNT: Refuse("account_selection_required", "the user has to choose an account"),
    Page.CONSENT: CONSENT_REQUIRED,
}
"""With prompt=none no page is shown."""

REACHABLE_ACR: Final = frozenset({PASSWORD_ACR})
"""What signing in again can lead to where there is no identity provider."""


def next_step(
    request: AuthorizationRequest,
    client: Client,
    signed_in: SignedIn | None,
    consent: Consent | None,
    now: float,
    *,
    reachable: frozenset[str] = REACHABLE_ACR,
    ceiling: frozenset[str] | None = None,
    beyond_roles: frozenset[str] = frozenset(),
) -> Step:
    """The next step of a request that is neither finished nor expired.

    `consent` is what `signed_in` remembered for this client and audience; `now` is in seconds
    since the epoch. `reachable` is what signing in again can lead to, and
    `ceiling` what the groups of `signed_in` give, `beyond_roles` the scopes of the administration
    that are asked for and not given by any role of `signed_in`.
    """
    if request.denied_at is not None:
        return ACCESS_DENIED
    if _acr_is_out_of_reach(request, signed_in, reachable):
        return UNMET_ACR
    if signed_in is None or _must_sign_in_again(request, signed_in.session, now):
        step: Step = Page.LOGIN
    else:
        step = (
            _account_step(request, signed_in)
            or _rest_step(signed_in)
            or _groups_step(request, ceiling)
            # All of them or none: what somebody allows today must not grow with the roles of later.
            or (NOT_BY_ROLES if beyond_roles else None)
            or _consent_step(request, client, signed_in.user.subject, consent)
        )
    if Prompt.NONE in request.parameters.prompts and isinstance(step, Page):
        return _INSTEAD_OF[step]
    return step


def scopes_to_allow(parameters: AuthorizationParameters) -> frozenset[str]:
    """What the user is asked to allow: the scopes, and those of claims asked for by name."""
    asked = parameters.claims.userinfo | parameters.claims.id_token
    return parameters.scopes.union(
        SCOPE_OF_CLAIM[claim] for claim in asked if claim in SCOPE_OF_CLAIM
    )


def always_asks(client: Client, redirect_uri: str) -> bool:
    """Whether the user is asked each time.

    Nobody vouches for clients that registered themselves. And without authentication and without
    https anybody on the user's machine can take the client's place (RFC 8252 section 8.6).
    """
    if client.profile.consent is ConsentRule.ALWAYS or client.profile.is_dynamic:
        return True
    return not client.is_confidential and not is_https(redirect_uri)


def _is_fresh(request: AuthorizationRequest, session: Session) -> bool:
    """Whether the user signed in for this very request, or later."""
    return session.auth_time >= request.created_at


def _must_sign_in_again(request: AuthorizationRequest, session: Session, now: float) -> bool:
    if _is_fresh(request, session):
        return False
    wanted = request.parameters
    if Prompt.LOGIN in wanted.prompts:
        return True
    if wanted.max_age is not None and now - session.auth_time > wanted.max_age:
        return True
    acrs = wanted.claims.essential_acr
    return bool(acrs) and session.acr not in acrs


def _acr_is_out_of_reach(
    request: AuthorizationRequest, signed_in: SignedIn | None, reachable: frozenset[str]
) -> bool:
    acrs = frozenset(request.parameters.claims.essential_acr)
    if not acrs or (signed_in is not None and signed_in.session.acr in acrs):
        return False
    if signed_in is not None and _is_fresh(request, signed_in.session):
        # Signed in for this very request, and in another way: asking again would never end.
        return True
    return acrs.isdisjoint(reachable)


def _account_step(request: AuthorizationRequest, signed_in: SignedIn) -> Step | None:
    """Whether it is the right user, and one who may go on."""
    wanted = request.parameters
    # Signing in for this request is a choice of account, and the last word about who it is.
    fresh = _is_fresh(request, signed_in.session)
    if signed_in.user.must_change_password:
        return Page.CHANGE_PASSWORD
    chosen = fresh or request.account_chosen_at is not None
    if Prompt.SELECT_ACCOUNT in wanted.prompts and not chosen:
        return Page.SELECT_ACCOUNT
    if wanted.hinted_subject in {"", signed_in.user.subject}:
        return None
    return OTHER_USER if fresh else Page.LOGIN


def _rest_step(signed_in: SignedIn) -> Step | None:
    """Signing in goes on, and nothing else: what came of the rest would come to nothing."""
    return None if signed_in.user.has_credentials else CREDENTIALS_REST


def _groups_step(request: AuthorizationRequest, ceiling: frozenset[str] | None) -> Step | None:
    """Nobody is asked to allow what would come to nothing."""
    return NOT_BY_GROUPS if leaves_nothing(ceiling, request.parameters.scopes) else None


def _consent_step(
    request: AuthorizationRequest, client: Client, subject: str, consent: Consent | None
) -> Step:
    scopes = scopes_to_allow(request.parameters)
    if (
        request.consented_at is not None
        and request.consented_subject == subject
        and scopes <= request.consented_scopes
    ):
        return FINISH
    if Prompt.CONSENT in request.parameters.prompts:
        return Page.CONSENT
    if always_asks(client, request.parameters.redirect_uri):
        return Page.CONSENT
    covered = consent is not None and consent.covers(scopes)
    return FINISH if covered else Page.CONSENT
