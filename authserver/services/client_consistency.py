"""Whether the parts of a client fit together: each rule names the field that is in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.clients import ClientAuthMethod, GrantType
from authserver.domain.errors import InvalidField
from authserver.domain.scopes import USER_SCOPES

if TYPE_CHECKING:
    from authserver.domain.clients import Client

_REFRESHED: Final = frozenset({GrantType.AUTHORIZATION_CODE, GrantType.DEVICE_CODE})
OPENID: Final = "openid"


def has_users(grant_types: frozenset[str]) -> bool:
    """Whether a user takes part in any of the grants."""
    return any(GrantType(grant_type).asks_user for grant_type in grant_types)


def check_consistency(client: Client) -> Client:
    """The client, when it makes sense as a whole.

    Raises:
        InvalidField: names the field and what is allowed.
    """
    _check_grants(client)
    _check_keys(client)
    _check_profile(client)
    return client


def _check_grants(client: Client) -> None:
    grants = client.grant_types
    for grant_type in sorted(grants):
        if GrantType(grant_type).needs_authentication and not client.is_confidential:
            raise InvalidField("grant_types", f"{grant_type} needs a client that authenticates")
    if GrantType.REFRESH_TOKEN in grants and grants.isdisjoint(_REFRESHED):
        raise InvalidField(
            "grant_types", f"refresh_token only beside {' or '.join(sorted(_REFRESHED))}"
        )
    if GrantType.AUTHORIZATION_CODE in grants and not client.profile.redirect_uris:
        raise InvalidField("redirect_uris", "at least one, authorization_code sends users there")
    for_users = sorted(client.scopes & USER_SCOPES)
    if for_users and not has_users(grants):
        raise InvalidField(
            "scopes",
            f"{' '.join(for_users)}: only with a grant that a user takes part in "
            "(authorization_code or device_code)",
        )


def _check_keys(client: Client) -> None:
    by_keys = client.auth_method is ClientAuthMethod.PRIVATE_KEY_JWT
    jwks_uri = client.profile.jwks_uri
    if jwks_uri and not by_keys:
        raise InvalidField("jwks_uri", "only with private_key_jwt")
    if jwks_uri and client.jwks:
        raise InvalidField("jwks_uri", "not together with jwks, one of the two")
    if by_keys and not jwks_uri and not client.jwks:
        raise InvalidField("jwks", "required with private_key_jwt: a JWK set, public keys")


def _check_profile(client: Client) -> None:
    profile = client.profile
    if not profile.require_pkce and not (client.is_confidential and OPENID in client.scopes):
        raise InvalidField(
            "require_pkce",
            "false only for a client that authenticates and has the scope openid: its nonce is "
            "what protects the code then",
        )
    if profile.backchannel_logout_session_required and not profile.backchannel_logout_uri:
        raise InvalidField(
            "backchannel_logout_session_required", "only with backchannel_logout_uri"
        )
    needed = {GrantType.REFRESH_TOKEN, GrantType.AUTHORIZATION_CODE}
    if profile.session_refresh and not needed <= client.grant_types:
        raise InvalidField("session_refresh", "only with authorization_code and refresh_token")
    idle, absolute = profile.refresh_idle_seconds, profile.refresh_absolute_seconds
    if idle is not None and absolute is not None and idle > absolute:
        raise InvalidField("refresh_idle_seconds", "at most refresh_absolute_seconds")
