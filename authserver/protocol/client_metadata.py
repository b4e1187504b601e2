"""Client metadata as clients state it (RFC 7591 section 2, OpenID Connect Registration 2).

What this server does not know is ignored; what it knows and cannot do is refused; what changes
nothing here is checked for its form, kept, and told back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import orjson

from authserver.domain.clients import ClientAuthMethod, GrantType
from authserver.domain.errors import InvalidField
from authserver.domain.scopes import parse_scope
from authserver.protocol.idle_metadata import idle_metadata
from authserver.protocol.stated_values import flag, number, text, texts
from authserver.services.client_profiles import ProfileChanges
from authserver.services.clients import ClientDraft
from authserver.services.registration_limits import StatedClient

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_PROFILE: Final[Mapping[str, tuple[str, Callable[[str, object], object]]]] = {
    "redirect_uris": ("redirect_uris", texts),
    "post_logout_redirect_uris": ("post_logout_redirect_uris", texts),
    "application_type": ("application_type", text),
    "client_uri": ("client_uri", text),
    "logo_uri": ("logo_uri", text),
    "policy_uri": ("policy_uri", text),
    "tos_uri": ("tos_uri", text),
    "id_token_signed_response_alg": ("id_token_algorithm", text),
    "userinfo_signed_response_alg": ("userinfo_algorithm", text),
    "default_max_age": ("default_max_age", number),
    "require_pushed_authorization_requests": ("require_pushed_requests", flag),
    "backchannel_logout_uri": ("backchannel_logout_uri", text),
    "backchannel_logout_session_required": ("backchannel_logout_session_required", flag),
    "software_id": ("software_id", text),
    "software_version": ("software_version", text),
}
"""Members that are a field of the profile, with how each is read."""

METADATA_NAMES: Final[Mapping[str, str]] = {
    **{field: member for member, (field, _) in _PROFILE.items()},
    "name": "client_name",
    "contact": "contacts",
    "auth_method": "token_endpoint_auth_method",
    "scopes": "scope",
}
"""What a client calls each field that the core may refuse."""

_REFUSED: Final = (
    "id_token_encrypted_response_alg",
    "userinfo_encrypted_response_alg",
    "sector_identifier_uri",
)
_CODE: Final = "code"
_RSA_ALGORITHMS: Final = frozenset({"PS256", "RS256"})
LONGEST_NAME: Final = 100
LONGEST_CONTACT: Final = 200


def read_metadata(
    document: Mapping[str, object], assertion_algorithms: Sequence[str]
) -> StatedClient:
    """What a registration request says.

    `assertion_algorithms` are those that client assertions may be signed with.

    Raises:
        InvalidField: names the member and what is allowed.
    """
    stated = {name: value for name, value in document.items() if value is not None}
    _check_unsupported(stated)
    method = text("token_endpoint_auth_method", stated.get("token_endpoint_auth_method", ""))
    _check_assertion_algorithm(stated, assertion_algorithms)
    by_keys = method == ClientAuthMethod.PRIVATE_KEY_JWT
    profile: dict[str, Any] = {
        field: read(name, stated[name])
        for name, (field, read) in _PROFILE.items()
        if name in stated
    }
    if profile.get("userinfo_algorithm") == "none":
        raise InvalidField("userinfo_signed_response_alg", "ES256, RS256, or absent for plain JSON")
    if by_keys and "jwks_uri" in stated:
        profile["jwks_uri"] = text("jwks_uri", stated["jwks_uri"])
    idle = idle_metadata(stated, with_keys=not by_keys)
    if idle:
        profile["other_metadata"] = orjson.dumps(idle, option=orjson.OPT_SORT_KEYS).decode()
    draft = ClientDraft(
        name=text("client_name", stated.get("client_name", "")),
        auth_method=method or ClientAuthMethod.SECRET_BASIC,
        grant_types=_grant_types(stated),
        scopes=sorted(_scopes(stated)),
        contact=", ".join(texts("contacts", stated.get("contacts", [])))[:LONGEST_CONTACT],
        jwks=_keys(stated) if by_keys else None,
        profile=ProfileChanges(**profile),
    )
    return StatedClient(
        draft=draft,
        named=frozenset(
            field
            for member, field in (
                ("token_endpoint_auth_method", "auth_method"),
                ("scope", "scopes"),
            )
            if member in stated
        ),
        client_id=text("client_id", stated.get("client_id", "")),
        secret=text("client_secret", stated.get("client_secret", "")),
    )


def _check_unsupported(stated: Mapping[str, object]) -> None:
    for name in _REFUSED:
        if name in stated:
            raise InvalidField(name, "absent, this server does not support it")
    if stated.get("subject_type", "public") != "public":
        raise InvalidField("subject_type", "public")
    if "response_types" in stated and _CODE not in texts(
        "response_types", stated["response_types"]
    ):
        raise InvalidField("response_types", "code")
    if "jwks" in stated and "jwks_uri" in stated:
        raise InvalidField("jwks_uri", "not together with jwks, one of the two")


def _check_assertion_algorithm(stated: Mapping[str, object], allowed: Sequence[str]) -> None:
    name = "token_endpoint_auth_signing_alg"
    if name in stated and stated[name] not in allowed:
        raise InvalidField(name, "one of " + ", ".join(allowed))


def _keys(stated: Mapping[str, object]) -> object:
    """Its key set; a key that says nothing else is for the algorithm that the client states."""
    jwks, algorithm = stated.get("jwks"), stated.get("token_endpoint_auth_signing_alg")
    if algorithm is None or not isinstance(jwks, dict) or not isinstance(jwks.get("keys"), list):
        return jwks
    return {"keys": [_for_algorithm(key, str(algorithm)) for key in jwks["keys"]]}


def _for_algorithm(key: object, algorithm: str) -> object:
    if not isinstance(key, dict) or key.get("kty") != "RSA" or algorithm not in _RSA_ALGORITHMS:
        return key
    return {"alg": algorithm, **key}


def _grant_types(stated: Mapping[str, object]) -> Sequence[str]:
    """What is asked for and known here: the answer states what became of the rest."""
    if "grant_types" not in stated:
        return (GrantType.AUTHORIZATION_CODE,)
    known = [str(each) for each in GrantType]
    return [each for each in texts("grant_types", stated["grant_types"]) if each in known]


def _scopes(stated: Mapping[str, object]) -> frozenset[str]:
    scope = text("scope", stated.get("scope", ""))
    return parse_scope(scope) if scope else frozenset()
