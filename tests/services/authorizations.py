"""Authorization requests with everybody who takes part, as plain values."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from authserver.domain.authorization_profiles import AuthorizationProfile, ResponseMode
from authserver.domain.authorization_requests import (
    REQUEST_SECONDS,
    AuthorizationParameters,
    AuthorizationRequest,
)
from authserver.domain.clients import Client, ClientAuthMethod, ClientStatus
from authserver.domain.consents import Consent
from authserver.domain.requested_claims import RequestedClaims
from authserver.domain.sessions import PASSWORD_ACR, PASSWORD_AMR, Session
from authserver.domain.users import User, UserStatus
from authserver.services.sessions import SignedIn
from tests.doubles import EPOCH

NOW: Final = EPOCH + 5000
ISSUER: Final = "https://auth.example.com"

PARAMETERS: Final = AuthorizationParameters(
    client_id="web-app",
    redirect_uri="https://app.example.com/cb",
    response_mode=ResponseMode.QUERY,
    scopes=frozenset({"openid", "READ"}),
    audience="https://jira.example.com",
    resource="jira-main",
    state="s",
    nonce="n",
    code_challenge="A" * 43,
    prompts=frozenset(),
    max_age=None,
    login_hint="",
    hinted_subject="",
    acr_values=(),
    claims=RequestedClaims(),
    ui_locales=(),
)
CLIENT: Final = Client(
    client_id="web-app",
    name="Web app",
    auth_method=ClientAuthMethod.SECRET_BASIC,
    grant_types=frozenset({"authorization_code", "refresh_token"}),
    scopes=frozenset({"openid", "profile", "email", "offline_access", "READ", "WRITE"}),
    resources=frozenset({"jira-main"}),
    access_token_seconds=600,
    status=ClientStatus.ENABLED,
    secrets=(),
    jwks=(),
    contact="",
    created_at=EPOCH,
    profile=AuthorizationProfile(redirect_uris=("https://app.example.com/cb",)),
)
ADA: Final = User(
    subject="user:ada",
    username="ada",
    is_administrator=False,
    status=UserStatus.ENABLED,
    password_hash=b"",
    must_change_password=False,
    created_at=EPOCH,
)


def request(created_at: float = NOW - 10, **parameters: Any) -> AuthorizationRequest:
    """A request that began ten seconds ago."""
    return AuthorizationRequest(
        request_id="A" * 22,
        parameters=replace(PARAMETERS, **parameters),
        browser=b"",
        pepper_id="pepper-2",
        created_at=created_at,
        expires_at=created_at + REQUEST_SECONDS,
    )


def client(**profile: Any) -> Client:
    """The client with another profile."""
    return replace(CLIENT, profile=replace(CLIENT.profile, **profile))


def signed_in(auth_time: float = NOW - 1000, acr: str = PASSWORD_ACR, **user: Any) -> SignedIn:
    """Ada, who signed in a while ago."""
    session = Session(
        session_id="session-1",
        subject="user:ada",
        digest=b"",
        pepper_id="pepper-2",
        auth_time=auth_time,
        acr=acr,
        amr=PASSWORD_AMR,
        created_at=auth_time,
        last_seen_at=auth_time,
        idle_seconds=3600,
        expires_at=auth_time + 86_400,
        peer="192.0.2.1",
        user_agent="",
    )
    return SignedIn(session, replace(ADA, **user))


def consent(*scopes: str) -> Consent:
    """What ada has allowed the client at the site."""
    return Consent(
        subject="user:ada",
        client_id="web-app",
        audience=PARAMETERS.audience,
        scopes=frozenset(scopes),
        created_at=EPOCH,
        updated_at=EPOCH,
    )
