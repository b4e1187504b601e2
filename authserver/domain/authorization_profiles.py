"""What a client may do with users: where answers go, how it is shown, what it has to prove."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from authserver.domain.keys import SigningAlgorithm


class ApplicationType(StrEnum):
    """Where a client runs (OpenID Connect Registration section 2)."""

    WEB = "web"
    NATIVE = "native"
    """May receive answers at a loopback address on any port (RFC 8252 section 7.3)."""


class ResponseMode(StrEnum):
    """How an authorization response travels."""

    QUERY = "query"
    FORM_POST = "form_post"


class ConsentRule(StrEnum):
    """Whether a user's consent is remembered for the next time."""

    REMEMBERED = "remembered"
    ALWAYS = "always"
    """Asked for every time: clients that nobody here vouches for."""


class AssertionAudience(StrEnum):
    """Which `aud` a client's assertions carry."""

    ISSUER = "issuer"
    TOKEN_ENDPOINT = "token_endpoint"  # noqa: S105 - an audience, not a secret
    """The token endpoint's URL counts too: for libraries that know no better."""


@dataclass(frozen=True, slots=True)
class AuthorizationProfile:
    """The part of a client that matters when a user is present. Empty lists allow nothing.

    URIs are kept as registered, character by character. `userinfo_algorithm` is `None` for plain
    JSON. The refresh times (seconds) are `None` for the server's own; `session_refresh` lets the
    client have refresh tokens without `offline_access`, which end with the user's session.
    `default_max_age` is in seconds. `publisher` is who answers for the client, as shown to users;
    the `*_uri` texts are links for people, never fetched, but for `jwks_uri` and
    `backchannel_logout_uri`, which only the guarded client calls. `registered_by` is the id of the
    initial access token of a dynamically registered client, else empty; `is_held` says that an
    administrator has changed such a client, which then grows no more by itself; `other_metadata` is
    what such a client stated and what changes nothing here (contacts and the like), a JSON object
    as text, kept to be told back.
    """

    application_type: ApplicationType = ApplicationType.WEB
    redirect_uris: tuple[str, ...] = ()
    post_logout_redirect_uris: tuple[str, ...] = ()
    response_modes: frozenset[ResponseMode] = frozenset(ResponseMode)
    require_pkce: bool = True
    require_pushed_requests: bool = False
    consent: ConsentRule = ConsentRule.REMEMBERED
    publisher: str = ""
    client_uri: str = ""
    logo_uri: str = ""
    policy_uri: str = ""
    tos_uri: str = ""
    id_token_algorithm: SigningAlgorithm = SigningAlgorithm.RS256
    userinfo_algorithm: SigningAlgorithm | None = None
    jwks_uri: str = ""
    assertion_audience: AssertionAudience = AssertionAudience.ISSUER
    default_max_age: int | None = None
    backchannel_logout_uri: str = ""
    backchannel_logout_session_required: bool = False
    session_refresh: bool = False
    refresh_idle_seconds: int | None = None
    refresh_absolute_seconds: int | None = None
    software_id: str = ""
    software_version: str = ""
    registered_by: str = ""
    is_held: bool = False
    other_metadata: str = field(default="", repr=False)

    @property
    def is_dynamic(self) -> bool:
        """Whether the client registered itself (RFC 7591)."""
        return bool(self.registered_by)
