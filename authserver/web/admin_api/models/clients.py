"""Clients and their secrets as the administration API reads and shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from authserver.web.admin_api.models.members import (
    LONGEST_QUERY,
    ListQuery,
    Moment,
    Said,
    Shown,
    timed,
    unstated,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

MOST: int = 500
"""Members of any list; the services' own limits are lower and say so."""
Names = list[str]


class ClientQuery(ListQuery):
    """Which clients."""

    q: str = Field("", max_length=LONGEST_QUERY, description="Words in id, name or contact.")
    status: Literal["enabled", "disabled"] = unstated()
    resource: str = unstated("May use this resource.", max_length=100)
    scope: str = unstated("May ask for this scope.", max_length=200)
    sort: Literal["client_id", "-client_id", "created_at", "-created_at"] = "client_id"


class Profile(Said):
    """What may be stated of a client's dealings with users; what is not stated stays as it is."""

    application_type: Literal["web", "native"] = unstated()
    redirect_uris: Names = unstated(max_length=MOST)
    post_logout_redirect_uris: Names = unstated(max_length=MOST)
    response_modes: Names = unstated("`query`, `form_post`", max_length=MOST)
    require_pkce: bool = unstated()
    require_pushed_requests: bool = unstated()
    consent: Literal["remembered", "always"] = unstated()
    publisher: str = unstated()
    client_uri: str = unstated()
    logo_uri: str = unstated()
    policy_uri: str = unstated()
    tos_uri: str = unstated()
    id_token_algorithm: Literal["ES256", "RS256"] = unstated()
    userinfo_algorithm: Literal["ES256", "RS256"] | None = unstated("null: plain JSON")
    jwks_uri: str = unstated()
    assertion_audience: Literal["issuer", "token_endpoint"] = unstated()
    default_max_age_seconds: int | None = unstated("null: none")
    backchannel_logout_uri: str = unstated()
    backchannel_logout_session_required: bool = unstated()
    session_refresh: bool = unstated()
    refresh_idle_seconds: int | None = unstated("null: the server's")
    refresh_absolute_seconds: int | None = unstated("null: the server's")


class NewClient(Profile):
    """A client to be registered. Without scopes or resources it may do nothing."""

    client_id: str = Field("", description="Made up when it is left out.")
    name: str = Field(description="For people.")
    auth_method: Literal["client_secret_basic", "client_secret_post", "private_key_jwt", "none"] = (
        "client_secret_basic"
    )
    grant_types: Names = Field(["client_credentials"], max_length=MOST)
    scopes: Names = Field([], max_length=MOST)
    resources: Names = Field([], max_length=MOST, description="Names of protected resources.")
    access_token_seconds: int = 600
    contact: str = ""
    jwks: dict[str, Any] | None = Field(None, description="Public keys, for `private_key_jwt`.")
    bcrypt_hash: str = Field("", description="Of a secret that the client has already.")
    secret_expires_in_seconds: int | None = Field(None, description="null: no end")


class ClientPatch(Profile):
    """What changes; what is left out stays. Lists are stated whole."""

    name: str = unstated()
    grant_types: Names = unstated(max_length=MOST)
    scopes: Names = unstated(max_length=MOST)
    resources: Names = unstated(max_length=MOST)
    access_token_seconds: int = unstated()
    contact: str = unstated()
    jwks: dict[str, Any] = unstated()


class ClientKey(Shown):
    """A public key of a client, known by its thumbprint (RFC 7638)."""

    kid: str | None
    alg: str | None
    thumbprint: str


class ClientShown(Shown):
    """A client. Its secrets are a list of their own."""

    client_id: str
    name: str
    status: Literal["enabled", "disabled", "deleted"]
    auth_method: str
    grant_types: list[str]
    scopes: list[str]
    resources: list[str]
    access_token_seconds: int
    contact: str
    created_at: Moment
    application_type: str
    redirect_uris: list[str]
    post_logout_redirect_uris: list[str]
    response_modes: list[str]
    require_pkce: bool
    require_pushed_requests: bool
    consent: str
    publisher: str
    client_uri: str
    logo_uri: str
    policy_uri: str
    tos_uri: str
    id_token_algorithm: str
    userinfo_algorithm: str | None
    jwks_uri: str
    assertion_audience: str
    default_max_age_seconds: int | None
    backchannel_logout_uri: str
    backchannel_logout_session_required: bool
    session_refresh: bool
    refresh_idle_seconds: int | None
    refresh_absolute_seconds: int | None
    software_id: str
    software_version: str
    registered_by: str
    is_held: bool
    keys: list[ClientKey]


class ClientPage(Shown):
    """Some clients, and the cursor of the next ones."""

    items: list[ClientShown]
    next_cursor: str | None


class MadeClient(Shown):
    """A registered client; its secret is in this answer and nowhere else."""

    client: ClientShown
    client_secret: str | None = Field(description="null: it has none, or has it already.")
    token_endpoint: str


class SecretShown(Shown):
    """A secret of a client: how it ends, never its value."""

    secret_id: str
    ends_with: str
    imported: bool
    created_at: Moment
    expires_at: Moment | None
    last_used_at: Moment | None


class SecretPage(Shown):
    """The secrets of a client, the oldest first."""

    items: list[SecretShown]
    next_cursor: None = None


class Rotation(Said):
    """How the secret changes."""

    overlap_seconds: int = Field(86_400, description="How long the old secrets go on at most.")
    expires_in_seconds: int | None = Field(None, description="Life of the new one; null: no end.")


class MadeSecret(Shown):
    """A new secret, in this answer and nowhere else."""

    client_id: str
    client_secret: str
    secret_id: str
    expires_at: Moment | None
    old_secrets_end_at: Moment


def client_shown(described: Mapping[str, object]) -> ClientShown:
    """A client as `services.client_descriptions.described` has it."""
    members = timed(described, "created_at")
    for hidden in ("secrets", "other_metadata"):
        members.pop(hidden)
    members["default_max_age_seconds"] = members.pop("default_max_age")
    return ClientShown.model_validate(members)


def secret_shown(described: Mapping[str, object]) -> SecretShown:
    """A secret as `described` has it among a client's."""
    return SecretShown.model_validate(timed(described, "created_at", "expires_at", "last_used_at"))
