"""What the verified claims of a provider's access token say, by the provider's kind.

Pure: no clock, no storage, no network, and no URL of a token is looked at. Nothing is coerced: a
claim of another type than the provider documents is a refusal. ID tokens are refused by name, for
sending one is the most common mistake.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.entra_clouds import GRAPH_AUDIENCES
from authserver.domain.external_tokens import ExternalProblem, ExternalToken
from authserver.domain.provider_issuers import allows_tenant, issuer_templates, tenant_in
from authserver.domain.providers import ProviderKind
from authserver.domain.subject_keys import SubjectClaimUnusable, access_token_key
from authserver.services.external_claim_values import (
    audiences,
    identifier,
    is_identifier,
    refused,
    scope_list,
    scope_text,
)
from authserver.services.group_claims import groups_in

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.domain.providers import Provider
    from authserver.services.external_claim_values import Times

    Claims = Mapping[str, object]

OKTA_CUSTOM: Final = "/oauth2/"
"""In every issuer of Okta whose access tokens others may read; the organization's own has none."""
OKTA_ACCESS: Final = "AT."
"""How the `jti` of an access token of Okta begins."""
ENTRA_V1_HOST: Final = "https://sts.windows.net/"
ID_TOKEN_CLAIMS: Final = ("nonce", "at_hash", "c_hash", "s_hash")
LOGOUT_CLAIMS: Final = ("events",)
NAMES: Final = {
    ProviderKind.OKTA: ("sub",),
    ProviderKind.ENTRA: ("preferred_username", "unique_name", "upn"),
    ProviderKind.COGNITO: ("username",),
    ProviderKind.OIDC: ("preferred_username", "username"),
}
"""Where a person's name for people stands; no rule ever looks at it."""
SHOWN_CHARACTERS_MAX: Final = 200


class _Said(NamedTuple):
    """What kind-specific reading found."""

    client_id: str
    token_id: str
    scopes: frozenset[str]
    speaks_for_user: bool
    session_id: str = ""


def read_claims(provider: Provider, claims: Claims, times: Times) -> ExternalToken:
    """The token that the claims describe; `times` were read of the same claims.

    The order is: kind of token, audience, client, subject.

    Raises:
        ForeignTokenRefused: it is not an access token for us, of a client that may, or malformed.
    """
    _check_common(claims)
    said = _READERS[provider.kind](provider, claims)
    bearer = provider.bearer
    if said.client_id not in bearer.clients:
        raise refused(ExternalProblem.CLIENT_NOT_ACCEPTED)
    if not said.speaks_for_user and not bearer.clients[said.client_id]:
        raise refused(ExternalProblem.CLIENT_NOT_ACCEPTED, "speaks for itself")
    groups = groups_in(provider, claims)
    return ExternalToken(
        provider=provider.name,
        issuer=str(claims["iss"]),
        client_id=said.client_id,
        subject_key=_subject_key(provider, claims) if said.speaks_for_user else "",
        scopes=said.scopes,
        token_id=said.token_id,
        session_id=said.session_id,
        issued_at=times.issued_at,
        expires_at=times.expires_at,
        groups=groups.values if groups.is_there else None,
        overage=groups.overage,
        groups_malformed=groups.malformed or groups.is_cut,
        not_before=times.not_before,
        shown=_shown(provider, claims) if said.speaks_for_user else "",
    )


def named_client(claims: Claims) -> str:
    """The client that verified claims name, for records of refusals; empty when none can be."""
    for name in ("cid", "azp", "appid", "client_id"):
        value = claims.get(name)
        if is_identifier(value):
            return str(value)
    return ""


def named_token(claims: Claims) -> str:
    """The id that verified claims give the token, for records of refusals; empty when none."""
    for name in ("jti", "uti"):
        value = claims.get(name)
        if is_identifier(value):
            return str(value)
    return ""


def _check_common(claims: Claims) -> None:
    for name in (*ID_TOKEN_CLAIMS, *LOGOUT_CLAIMS):
        if name in claims:
            raise refused(ExternalProblem.NOT_AN_ACCESS_TOKEN, name)
    if "cnf" in claims:
        raise refused(ExternalProblem.SENDER_CONSTRAINED, "cnf")


def _okta(provider: Provider, claims: Claims) -> _Said:
    if OKTA_CUSTOM not in provider.issuer:
        raise refused(ExternalProblem.ISSUER_NOT_ACCEPTED, "organization's own")
    token_id = identifier(claims, "jti")
    if not token_id.startswith(OKTA_ACCESS):
        raise refused(ExternalProblem.NOT_AN_ACCESS_TOKEN, "jti")
    if "cid" not in claims:
        raise refused(ExternalProblem.NOT_AN_ACCESS_TOKEN, "cid")
    client_id, scopes = identifier(claims, "cid"), scope_list(claims, "scp")
    _check_audience(provider, audiences(claims))
    return _Said(client_id, token_id, scopes, speaks_for_user="uid" in claims)


def _entra(provider: Provider, claims: Claims) -> _Said:
    version = _entra_version(provider, claims)
    client_claim, other = ("azp", "appid") if version == "2.0" else ("appid", "azp")
    if client_claim not in claims:
        raise refused(ExternalProblem.NOT_AN_ACCESS_TOKEN, client_claim)
    client_id = identifier(claims, client_claim)
    if other in claims and claims[other] != client_id:
        raise refused(ExternalProblem.INCONSISTENT, other)
    scopes, roles = scope_text(claims, "scp"), scope_list(claims, "roles")
    speaks_for_user = _entra_speaks_for_user(claims, has_scopes=bool(scopes))
    _check_audience(provider, audiences(claims))
    return _Said(
        client_id,
        identifier(claims, "uti"),
        # A user's app roles say what the user may do, not what the client was allowed to.
        scopes if speaks_for_user else roles,
        speaks_for_user,
    )


def _entra_version(provider: Provider, claims: Claims) -> str:
    issuer = str(claims["iss"])
    found = (tenant_in(template, issuer) for template in issuer_templates(provider))
    tenant = next((each for each in found if each is not None), None)
    if tenant is None:
        raise refused(ExternalProblem.ISSUER_NOT_ACCEPTED)
    if not allows_tenant(provider, tenant):
        raise refused(ExternalProblem.TENANT_NOT_ALLOWED)
    if identifier(claims, "tid") != tenant:
        raise refused(ExternalProblem.INCONSISTENT, "tid")
    version = identifier(claims, "ver")
    # Whatever endpoint it was asked for at: the API's manifest says which version a token has.
    if version != ("1.0" if issuer.startswith(ENTRA_V1_HOST) else "2.0"):
        raise refused(ExternalProblem.VERSION_MISMATCH, "ver")
    return version


def _entra_speaks_for_user(claims: Claims, *, has_scopes: bool) -> bool:
    kind = claims.get("idtyp")
    if kind is None:
        return has_scopes
    if kind not in ("app", "user") or (kind == "user") is not has_scopes:
        raise refused(ExternalProblem.INCONSISTENT, "idtyp")
    return has_scopes


def _cognito(provider: Provider, claims: Claims) -> _Said:
    if claims.get("token_use") != "access":
        raise refused(ExternalProblem.NOT_AN_ACCESS_TOKEN, "token_use")
    client_id, scopes = identifier(claims, "client_id"), scope_text(claims, "scope")
    stated, ours = audiences(claims), provider.bearer.audiences
    if not ours or (stated and stated.isdisjoint(ours)):
        raise refused(ExternalProblem.AUDIENCE_NOT_ACCEPTED, "aud")
    session_id = identifier(claims, "origin_jti") if "origin_jti" in claims else ""
    return _Said(
        client_id,
        identifier(claims, "jti"),
        frozenset(each for each in scopes if _is_of_resource_server(each, ours)),
        speaks_for_user="username" in claims,
        session_id=session_id,
    )


def _is_of_resource_server(scope: str, identifiers: frozenset[str]) -> bool:
    """Whether a scope is one of ours: an identifier, which may hold slashes, a slash, a name."""
    resource_server, _, name = scope.rpartition("/")
    return bool(name) and resource_server in identifiers


def _oidc(provider: Provider, claims: Claims) -> _Said:
    if claims.get("token_use", "access") != "access":
        raise refused(ExternalProblem.NOT_AN_ACCESS_TOKEN, "token_use")
    if claims.get("typ") in ("ID", "Refresh", "Offline", "Logout"):
        # How Keycloak tells its tokens apart.
        raise refused(ExternalProblem.NOT_AN_ACCESS_TOKEN, "typ")
    stated = [name for name in ("client_id", "azp") if name in claims]
    if not stated:
        raise refused(ExternalProblem.NOT_AN_ACCESS_TOKEN, "client_id")
    client_id = identifier(claims, stated[0])
    if any(claims[name] != client_id for name in stated):
        raise refused(ExternalProblem.INCONSISTENT, "azp")
    meant_for = audiences(claims)
    if "scope" not in claims and client_id in meant_for:
        # An ID token has its client as audience, and scopes never.
        raise refused(ExternalProblem.NOT_AN_ACCESS_TOKEN, "scope")
    scopes = scope_text(claims, "scope")
    _check_audience(provider, meant_for)
    subject = claims.get("sub")
    speaks_for_user = subject is not None and subject != client_id
    return _Said(client_id, identifier(claims, "jti"), scopes, speaks_for_user)


def _check_audience(provider: Provider, stated: frozenset[str]) -> None:
    if stated.isdisjoint(provider.bearer.audiences) or any(
        each.rstrip("/") in GRAPH_AUDIENCES for each in stated
    ):
        raise refused(ExternalProblem.AUDIENCE_NOT_ACCEPTED, "aud")


def _subject_key(provider: Provider, claims: Claims) -> str:
    try:
        return access_token_key(provider, claims)
    except SubjectClaimUnusable as error:
        problem = ExternalProblem.CLAIM_MISSING if error.is_missing else ExternalProblem.CLAIM_TYPE
        raise refused(problem, error.claim) from None


def _shown(provider: Provider, claims: Claims) -> str:
    values = (claims.get(name) for name in NAMES[provider.kind])
    texts = (each for each in values if isinstance(each, str) and each.isprintable())
    return next((each for each in texts if 0 < len(each) <= SHOWN_CHARACTERS_MAX), "")


_READERS: Final[Mapping[ProviderKind, Callable[[Provider, Claims], _Said]]] = {
    ProviderKind.OKTA: _okta,
    ProviderKind.ENTRA: _entra,
    ProviderKind.COGNITO: _cognito,
    ProviderKind.OIDC: _oidc,
}
