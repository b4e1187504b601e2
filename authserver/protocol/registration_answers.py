"""What a registered client is told of its registration (RFC 7591 section 3.2.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import quote

import orjson

from authserver.domain.clients import ClientAuthMethod, GrantType
from authserver.domain.scopes import format_scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.clients import Client
    from authserver.services.registrations import RegisteredClient

PATH: Final = "/oauth2/register"


def registration_answer(issuer: str, registered: RegisteredClient) -> dict[str, object]:
    """Everything that is registered, and how the client looks after it.

    A secret is told once, when it is made: nobody knows it later, for only its digest is kept.
    """
    client = registered.client
    answer: dict[str, object] = {
        "client_id": client.client_id,
        "client_id_issued_at": int(client.created_at),
        "registration_access_token": registered.registration_token,
        "registration_client_uri": f"{issuer}{PATH}?client_id={quote(client.client_id, safe='')}",
        **_metadata(client),
    }
    if client.auth_method.uses_secret:
        if registered.secret:
            answer["client_secret"] = registered.secret
        answer["client_secret_expires_at"] = _secret_end(client)
    return answer


def _metadata(client: Client) -> Mapping[str, object]:
    profile = client.profile
    kept: dict[str, object] = orjson.loads(profile.other_metadata or "{}")
    texts = {
        "client_uri": profile.client_uri,
        "logo_uri": profile.logo_uri,
        "policy_uri": profile.policy_uri,
        "tos_uri": profile.tos_uri,
        "software_id": profile.software_id,
        "software_version": profile.software_version,
        "jwks_uri": profile.jwks_uri,
        "backchannel_logout_uri": profile.backchannel_logout_uri,
    }
    answer: dict[str, object] = {
        **kept,
        "client_name": client.name,
        "application_type": str(profile.application_type),
        "redirect_uris": list(profile.redirect_uris),
        "token_endpoint_auth_method": str(client.auth_method),
        "grant_types": sorted(client.grant_types),
        "response_types": (["code"] if GrantType.AUTHORIZATION_CODE in client.grant_types else []),
        "scope": format_scope(client.scopes),
        "subject_type": "public",
        "id_token_signed_response_alg": str(profile.id_token_algorithm),
        "require_pushed_authorization_requests": profile.require_pushed_requests,
        **{name: value for name, value in texts.items() if value},
    }
    if profile.post_logout_redirect_uris:
        answer["post_logout_redirect_uris"] = list(profile.post_logout_redirect_uris)
    if profile.userinfo_algorithm is not None:
        answer["userinfo_signed_response_alg"] = str(profile.userinfo_algorithm)
    if profile.default_max_age is not None:
        answer["default_max_age"] = profile.default_max_age
    if profile.backchannel_logout_uri:
        answer["backchannel_logout_session_required"] = profile.backchannel_logout_session_required
    if client.auth_method is ClientAuthMethod.PRIVATE_KEY_JWT and client.jwks:
        answer["jwks"] = {"keys": [dict(jwk) for jwk in client.jwks]}
    return answer


def _secret_end(client: Client) -> int:
    """Seconds since the epoch, 0 for a secret that does not end."""
    ends = [secret.expires_at for secret in client.secrets]
    lasting = not ends or any(end is None for end in ends)
    return 0 if lasting else int(max(end for end in ends if end is not None))
