"""Authorization server metadata (RFC 8414; the OpenID Connect form has the same values)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

CLIENT_AUTH_METHODS = ("client_secret_basic", "client_secret_post", "private_key_jwt")
RESOURCE_AUTH_METHODS = ("client_secret_basic", "client_secret_post")


def authorization_server_metadata(
    *,
    issuer: str,
    grant_types: Sequence[str],
    scopes: Sequence[str],
    assertion_algorithms: Sequence[str],
) -> dict[str, object]:
    """The document, derived from what is enabled: nothing is announced that does not work.

    `response_types_supported` is required and empty as long as there is no authorization
    endpoint. `scopes` are those of the kinds of protected resources this server knows.
    """
    return {
        "issuer": issuer,
        "token_endpoint": issuer + "/oauth2/token",
        "jwks_uri": issuer + "/oauth2/jwks",
        "introspection_endpoint": issuer + "/oauth2/introspect",
        "revocation_endpoint": issuer + "/oauth2/revoke",
        "scopes_supported": sorted(scopes),
        "response_types_supported": [],
        "grant_types_supported": list(grant_types),
        "token_endpoint_auth_methods_supported": list(CLIENT_AUTH_METHODS),
        "token_endpoint_auth_signing_alg_values_supported": list(assertion_algorithms),
        "introspection_endpoint_auth_methods_supported": list(RESOURCE_AUTH_METHODS),
        "revocation_endpoint_auth_methods_supported": list(CLIENT_AUTH_METHODS),
        "revocation_endpoint_auth_signing_alg_values_supported": list(assertion_algorithms),
    }
