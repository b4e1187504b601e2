"""Authorization server metadata: RFC 8414 and OpenID Connect Discovery in one document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.access_details import DETAIL_TYPE
from authserver.domain.authorization_profiles import ResponseMode
from authserver.domain.authorization_requests import Prompt
from authserver.domain.clients import ClientAuthMethod
from authserver.domain.keys import SigningAlgorithm
from authserver.domain.sessions import PASSWORD_ACR
from authserver.services.claims import SCOPE_OF_CLAIM

if TYPE_CHECKING:
    from collections.abc import Sequence

AUTHENTICATED: Final = tuple(str(method) for method in ClientAuthMethod if method != "none")
CLIENT_AUTH_METHODS: Final = (*AUTHENTICATED, str(ClientAuthMethod.NONE))
"""`none`: public clients, which PKCE and the possession of tokens have to do for."""
ID_TOKEN_CLAIMS: Final = (
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "azp",
    "at_hash",
    "sid",
)
STATEMENT_ALGORITHMS: Final = (str(SigningAlgorithm.RS256), str(SigningAlgorithm.ES256))
"""With RS256 first, which OpenID Connect demands of everybody."""


def authorization_server_metadata(
    *,
    issuer: str,
    grant_types: Sequence[str],
    scopes: Sequence[str],
    assertion_algorithms: Sequence[str],
    ui_locales: Sequence[str],
    registers_clients: bool,
) -> dict[str, object]:
    """The document, derived from what is enabled: nothing is announced that does not work.

    `scopes` are those about users and those of the kinds of protected resources this server knows.
    `request_uri` of PAR is no `request_uri` of OpenID Connect: what others host is never fetched.
    """
    algorithms = list(assertion_algorithms)
    registration = {"registration_endpoint": issuer + "/oauth2/register"}
    return {
        "issuer": issuer,
        "authorization_endpoint": issuer + "/oauth2/authorize",
        "pushed_authorization_request_endpoint": issuer + "/oauth2/par",
        "device_authorization_endpoint": issuer + "/oauth2/device_authorization",
        "token_endpoint": issuer + "/oauth2/token",
        "userinfo_endpoint": issuer + "/oauth2/userinfo",
        "introspection_endpoint": issuer + "/oauth2/introspect",
        "revocation_endpoint": issuer + "/oauth2/revoke",
        "end_session_endpoint": issuer + "/oauth2/logout",
        "jwks_uri": issuer + "/oauth2/jwks",
        **(registration if registers_clients else {}),
        "scopes_supported": sorted(scopes),
        "response_types_supported": ["code"],
        "response_modes_supported": [str(mode) for mode in ResponseMode],
        "grant_types_supported": list(grant_types),
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "authorization_details_types_supported": [DETAIL_TYPE],
        "prompt_values_supported": [str(prompt) for prompt in Prompt],
        "acr_values_supported": [PASSWORD_ACR],
        "claims_supported": [*ID_TOKEN_CLAIMS, *SCOPE_OF_CLAIM],
        "claim_types_supported": ["normal"],
        "claims_parameter_supported": True,
        "request_parameter_supported": False,
        "request_uri_parameter_supported": False,
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": list(STATEMENT_ALGORITHMS),
        "userinfo_signing_alg_values_supported": list(STATEMENT_ALGORITHMS),
        "introspection_signing_alg_values_supported": list(STATEMENT_ALGORITHMS),
        "backchannel_logout_supported": True,
        "backchannel_logout_session_supported": True,
        "ui_locales_supported": list(ui_locales),
        "token_endpoint_auth_methods_supported": list(CLIENT_AUTH_METHODS),
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported": list(AUTHENTICATED),
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": list(CLIENT_AUTH_METHODS),
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
    }
