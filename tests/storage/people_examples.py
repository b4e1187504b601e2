"""Example values that the stores of people's things keep. Every field has a value of its own."""

from __future__ import annotations

import hashlib
from typing import Any

from authserver.domain.authorization_profiles import AssertionAudience, ResponseMode
from authserver.domain.authorization_requests import (
    AuthorizationParameters,
    AuthorizationRequest,
    Prompt,
    PushedRequest,
)
from authserver.domain.codes import AuthorizationCode
from authserver.domain.consents import Consent
from authserver.domain.device_authorizations import DeviceAuthorization, DeviceState
from authserver.domain.grants import Grant, GrantOrigin
from authserver.domain.groups import Group
from authserver.domain.logout_deliveries import LogoutDelivery
from authserver.domain.refresh_tokens import RefreshToken
from authserver.domain.registrations import (
    InitialAccessToken,
    Registration,
    RegistrationTemplate,
)
from authserver.domain.requested_claims import RequestedClaims
from authserver.domain.sessions import Session
from tests.storage.examples import NOW

CLAIMS = RequestedClaims(frozenset({"email", "name"}), frozenset({"groups"}), ("urn:b", "urn:a"))
HOSTILE = ("a\x00b", "\ud800", "")


def digest(name: str) -> bytes:
    return hashlib.sha256(name.encode()).digest()


def asked(name: str, pepper_id: str = "p1") -> list[tuple[str, bytes]]:
    """The digests of a presented secret, as somebody looks it up who knows two peppers."""
    return [("p0", digest(f"{name} under another pepper")), (pepper_id, digest(name))]


def parameters(**changes: Any) -> AuthorizationParameters:
    values: dict[str, Any] = {
        "client_id": "web-app",
        "redirect_uri": "https://app.example.org/callback?x=1",
        "response_mode": ResponseMode.FORM_POST,
        "scopes": frozenset({"openid", "read:jira-work"}),
        "audience": "https://jira.example.org",
        "resource": "jira-main",
        "state": "x\x00\ud800 ☃",
        "nonce": "n-0S6_WzA2Mj",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "prompts": frozenset({Prompt.LOGIN, Prompt.CONSENT}),
        "max_age": 0,
        "login_hint": "ada@example.org",
        "hinted_subject": "user:ada",
        "acr_values": ("urn:b", "urn:a"),
        "claims": CLAIMS,
        "ui_locales": ("de", "en"),
    }
    return AuthorizationParameters(**(values | changes))


def request(request_id: str = "request-1", **changes: Any) -> AuthorizationRequest:
    values: dict[str, Any] = {
        "request_id": request_id,
        "parameters": parameters(),
        "browser": digest("browser"),
        "pepper_id": "p1",
        "created_at": NOW,
        "expires_at": NOW + 900,
    }
    return AuthorizationRequest(**(values | changes))


def pushed(name: str = "pushed", **changes: Any) -> PushedRequest:
    values: dict[str, Any] = {
        "digest": digest(name),
        "pepper_id": "p1",
        "parameters": parameters(state=None, max_age=None),
        "created_at": NOW,
        "expires_at": NOW + 60,
    }
    return PushedRequest(**(values | changes))


def grant(grant_id: str = "grant-1", **changes: Any) -> Grant:
    values: dict[str, Any] = {
        "grant_id": grant_id,
        "client_id": "web-app",
        "subject": "user:ada",
        "audience": "https://jira.example.org",
        "resource": "jira-main",
        "scopes": frozenset({"openid", "read:jira-work"}),
        "origin": GrantOrigin.DEVICE,
        "session_id": "session-1",
        "session_bound": True,
        "nonce": "n-0S6_WzA2Mj",
        "auth_time": NOW - 60,
        "acr": "urn:authserver:acr:password",
        "amr": ("pwd", "otp"),
        "claims": CLAIMS,
        "created_at": NOW,
        "expires_at": NOW + 86_400,
    }
    return Grant(**(values | changes))


def code(name: str = "code", **changes: Any) -> AuthorizationCode:
    values: dict[str, Any] = {
        "digest": digest(name),
        "pepper_id": "p1",
        "grant_id": "grant-1",
        "client_id": "web-app",
        "redirect_uri": "https://app.example.org/callback?x=1",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "issued_at": NOW,
        "expires_at": NOW + 60,
    }
    return AuthorizationCode(**(values | changes))


def refresh_token(name: str = "refresh", **changes: Any) -> RefreshToken:
    values: dict[str, Any] = {
        "digest": digest(name),
        "pepper_id": "p1",
        "grant_id": "grant-1",
        "generation": 1,
        "issued_at": NOW,
        "expires_at": NOW + 3600,
    }
    return RefreshToken(**(values | changes))


def consent(**changes: Any) -> Consent:
    values: dict[str, Any] = {
        "subject": "user:ada",
        "client_id": "web-app",
        "audience": "https://jira.example.org",
        "scopes": frozenset({"openid", "read:jira-work"}),
        "created_at": NOW - 5,
        "updated_at": NOW,
    }
    return Consent(**(values | changes))


def session(session_id: str = "session-1", **changes: Any) -> Session:
    values: dict[str, Any] = {
        "session_id": session_id,
        "subject": "user:ada",
        "digest": digest(session_id),
        "pepper_id": "p1",
        "auth_time": NOW - 2,
        "acr": "urn:authserver:acr:password",
        "amr": ("pwd", "otp"),
        "created_at": NOW - 1,
        "last_seen_at": NOW,
        "idle_seconds": 3600,
        "expires_at": NOW + 86_400,
        "peer": "203.0.113.7",
        "user_agent": "Mozilla/5.0 (X11; ☃)",
    }
    return Session(**(values | changes))


def device(
    name: str = "device", user_code: str = "BCDFGHJK", **changes: Any
) -> DeviceAuthorization:
    values: dict[str, Any] = {
        "digest": digest(name),
        "user_code_digest": digest(user_code),
        "pepper_id": "p1",
        "client_id": "native",
        "scopes": frozenset({"openid", "read:jira-work"}),
        "audience": "https://jira.example.org",
        "resource": "jira-main",
        "state": DeviceState.PENDING,
        "interval": 5,
        "created_at": NOW,
        "expires_at": NOW + 600,
        "peer": "203.0.113.7",
        "user_agent": "tool/1.0",
    }
    return DeviceAuthorization(**(values | changes))


def initial_token(token_id: str = "token-1", **changes: Any) -> InitialAccessToken:
    values: dict[str, Any] = {
        "token_id": token_id,
        "digest": digest(token_id),
        "pepper_id": "p1",
        "label": "for the suite ☃",
        "template": RegistrationTemplate(
            frozenset({"authorization_code", "refresh_token"}),
            frozenset({"openid"}),
            frozenset({"jira-main"}),
            pkce_exempt=True,
            assertion_audience=AssertionAudience.TOKEN_ENDPOINT,
        ),
        "quota": 3,
        "used": 0,
        "created_at": NOW,
        "expires_at": NOW + 3600,
    }
    return InitialAccessToken(**(values | changes))


def registration(client_id: str = "dynamic-1", **changes: Any) -> Registration:
    values: dict[str, Any] = {
        "client_id": client_id,
        "digest": digest(client_id),
        "pepper_id": "p1",
        "token_id": "token-1",
        "created_at": NOW - 5,
        "last_used_at": NOW,
    }
    return Registration(**(values | changes))


def delivery(delivery_id: str = "delivery-1", **changes: Any) -> LogoutDelivery:
    values: dict[str, Any] = {
        "delivery_id": delivery_id,
        "client_id": "web-app",
        "uri": "https://app.example.org/logout",
        "subject": "user:ada",
        "session_id": "session-1",
        "created_at": NOW - 5,
        "next_attempt_at": NOW,
        "attempts": 0,
        "expires_at": NOW + 3600,
    }
    return LogoutDelivery(**(values | changes))


def group(name: str = "staff", *members: str) -> Group:
    return Group(name=name, description="Everybody ☃", members=frozenset(members), created_at=NOW)
