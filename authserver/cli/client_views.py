"""How `authserver client` shows clients."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.cli.administration import time_or
from authserver.cli.client_profile_options import GRANT_NAMES
from authserver.cli.client_profile_views import profile_fields
from authserver.cli.durations import shown_age, shown_duration
from authserver.domain.clients import ClientAuthMethod, GrantType
from authserver.domain.stored_secrets import DigestKind
from authserver.services.client_consistency import has_users

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from authserver.domain.clients import Client
    from authserver.domain.resources import ProtectedResource

COLUMNS: Final = (
    "client id", "name", "status", "resources", "scopes", "tokens", "grants", "last used"
)  # fmt: skip
SECRET_COLUMNS: Final = ("secret ends with", "made", "expires", "last used")
KEY_COLUMNS: Final = ("key", "algorithm")
ASSERTION_TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""RFC 7523 section 2.2."""
_FEW: Final = 3


def client_row(client: Client, now: float) -> Sequence[str]:
    """One client in a table."""
    used = [secret.last_used_at for secret in client.secrets if secret.last_used_at is not None]
    return (
        client.client_id,
        client.name,
        str(client.status),
        _few(client.resources),
        _few(client.scopes),
        shown_duration(client.access_token_seconds),
        " ".join(sorted(map(_grant_name, client.grant_types))) or "none",
        shown_age(max(used), now) if used else "-",
    )


def client_fields(client: Client) -> Mapping[str, str]:
    """One client, field by field."""
    return {
        "client id": client.client_id,
        "name": client.name,
        "status": str(client.status),
        "authentication": str(client.auth_method),
        "grants": " ".join(sorted(map(_grant_name, client.grant_types))) or "none",
        "resources": " ".join(sorted(client.resources)) or "none",
        "scopes": " ".join(sorted(client.scopes)) or "none",
        "token lifetime": shown_duration(client.access_token_seconds),
        "contact": client.contact or "-",
        "registered": time_or(client.created_at, "-"),
        **(profile_fields(client) if has_users(client.grant_types) else {}),
    }


def secret_rows(client: Client, now: float) -> Iterable[Sequence[str]]:
    """The secrets of a client, never more than how each ends."""
    for secret in client.secrets:
        expires = time_or(secret.expires_at, "never")
        yield (
            "(imported)" if secret.kind is DigestKind.BCRYPT else secret.hint or "-",
            time_or(secret.created_at, "-"),
            expires if secret.is_live(now) else f"expired {expires}",
            time_or(secret.last_used_at, "-"),
        )


def key_rows(client: Client) -> Iterable[Sequence[str]]:
    """The keys of a client that signs."""
    for jwk in client.jwks:
        yield (str(jwk.get("kid", "-")), str(jwk.get("alg", "-")))


def next_step(
    client: Client, resources: Iterable[ProtectedResource], token_endpoint: str
) -> Sequence[str]:
    """What to type next: how to get a token, or what is missing for one."""
    if GrantType.CLIENT_CREDENTIALS not in client.grant_types and client.grant_types:
        issuer = token_endpoint.removesuffix("/oauth2/token")
        return ("set the app up with the issuer; it finds the rest there:", f"  {issuer}")
    usable = sorted(
        resource.identifier for resource in resources if resource.name in client.resources
    )
    if not usable or not client.scopes:
        return (
            "it may not do anything yet; next:",
            f"  authserver client update {client.client_id} --add-resource NAME --add-scope SCOPE",
        )
    data = f"--data grant_type=client_credentials --data-urlencode resource={usable[0]}"
    if client.auth_method is ClientAuthMethod.SECRET_BASIC:
        return (
            "get a token (curl asks for the secret):",
            f"  curl --user {client.client_id} {data} {token_endpoint}",
        )
    data = f"--data client_id={client.client_id} {data}"
    if client.auth_method is ClientAuthMethod.SECRET_POST:
        return (
            "get a token (with the secret in the file secret.txt, without a line end):",
            f"  curl {data} --data-urlencode client_secret@secret.txt {token_endpoint}",
        )
    data += f" --data-urlencode client_assertion_type={ASSERTION_TYPE}"
    return (
        "get a token (with a fresh signed assertion in the file assertion.jwt):",
        f"  curl {data} --data-urlencode client_assertion@assertion.jwt {token_endpoint}",
    )


def _grant_name(grant_type: str) -> str:
    """A grant as the options name it."""
    return next((name for name, grant in GRANT_NAMES.items() if grant == grant_type), grant_type)


def _few(names: Iterable[str]) -> str:
    """The first few names, and how many there are beside them."""
    ordered = sorted(names)
    if len(ordered) <= _FEW:
        return " ".join(ordered) or "none"
    return f"{' '.join(ordered[:_FEW])} +{len(ordered) - _FEW}"
