"""Authorization requests: what a client asks a user for, kept while the user answers."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from authserver.domain.access_details import AccessDetail
    from authserver.domain.authorization_profiles import ResponseMode
    from authserver.domain.requested_claims import RequestedClaims

REQUEST_SECONDS: Final = 900
"""How long a user may take to answer (requirement AZ-20)."""
PUSHED_SECONDS: Final = 60
"""How long a pushed request waits for its user (RFC 9126 section 2.2)."""
ANSWER_AGAIN_SECONDS: Final = 30
"""How long the browser that got an answer gets the same one again: double clicks, lost pages."""
PUSHED_PREFIX: Final = "pr"
PUSHED_PURPOSE: Final = "pushed_request"
"""Prefix and purpose of the digest of the secret in a `request_uri`."""
REQUEST_URI_START: Final = "urn:ietf:params:oauth:request_uri:"
"""What stands before that secret (RFC 9126 section 2.2)."""


class Prompt(StrEnum):
    """Values of `prompt` (OpenID Connect Core section 3.1.2.1)."""

    NONE = "none"
    LOGIN = "login"
    CONSENT = "consent"
    SELECT_ACCOUNT = "select_account"


@dataclass(frozen=True, slots=True)
class AuthorizationParameters:
    """A validated authorization request: nothing in here is read from a browser again.

    `audience` is the identifier of the protected resource, or the issuer for a request that is
    about signing in only; `resource` is the resource's name, empty in that case. `scopes` are what
    the client may have of what it asked for: all of them, or the request was refused.
    `code_challenge` is empty for a client that is exempt from PKCE and sent none. `max_age` is in
    seconds. `hinted_subject` is the subject of a valid `id_token_hint` (or of the `claims`
    parameter's `sub`), empty without one. `details` are the limits that the client asks for.
    """

    client_id: str
    redirect_uri: str
    response_mode: ResponseMode
    scopes: frozenset[str]
    audience: str
    resource: str
    state: str | None
    nonce: str
    code_challenge: str
    prompts: frozenset[Prompt]
    max_age: int | None
    login_hint: str
    hinted_subject: str
    acr_values: tuple[str, ...]
    claims: RequestedClaims
    ui_locales: tuple[str, ...]
    details: tuple[AccessDetail, ...] | None = None

    @property
    def is_openid(self) -> bool:
        """Whether an ID token is asked for."""
        return "openid" in self.scopes


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """A stored request, bound to one browser; times are seconds since the epoch.

    `browser` is the keyed digest of the browser's cookie under `pepper_id`. `account_chosen_at` and
    `consented_at` are set when the user did that for this request; `consented_subject` and
    `consented_scopes` say who allowed what. `finished_at` is set once, by whoever answers the
    client; `sealed_answer` then opens only with the browser's cookie.
    """

    request_id: str
    parameters: AuthorizationParameters
    browser: bytes = field(repr=False)
    pepper_id: str
    created_at: float
    expires_at: float
    account_chosen_at: float | None = None
    consented_at: float | None = None
    consented_subject: str = ""
    consented_scopes: frozenset[str] = frozenset()
    denied_at: float | None = None
    finished_at: float | None = None
    sealed_answer: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class PushedRequest:
    """A request that a client sent ahead (RFC 9126): spent by the first browser that brings it.

    `digest` is the keyed digest of the `request_uri` under `pepper_id`.
    """

    digest: bytes = field(repr=False)
    pepper_id: str
    parameters: AuthorizationParameters
    created_at: float
    expires_at: float
