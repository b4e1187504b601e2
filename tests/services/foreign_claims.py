"""Claims as each kind of provider writes them, and what is read of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.providers import (
    BearerRule,
    GroupsRule,
    Provider,
    ProviderAuth,
    ProviderKind,
    ProviderStatus,
    SubjectRule,
)
from authserver.domain.upstream_ports import ForeignTokenRefused
from authserver.services.external_claim_values import times
from authserver.services.external_claims import read_claims

if TYPE_CHECKING:
    from authserver.domain.external_tokens import ExternalProblem, ExternalToken

NOW: Final = 1_800_000_000
TENANT: Final = "72f988bf-86f1-41af-91ab-2d7cd011db47"
OID: Final = "690222be-ff1a-4d56-abd1-7e4f7d38e474"
API: Final = "6e74172b-be56-4843-9ff4-e66a39bb12e3"
APP: Final = "their-app"
TIMES: Final = {"iat": NOW, "exp": NOW + 3600}
RULES: Final = {
    ProviderKind.OKTA: SubjectRule.OKTA_UID,
    ProviderKind.ENTRA: SubjectRule.ENTRA_OBJECT,
    ProviderKind.COGNITO: SubjectRule.SUB,
    ProviderKind.OIDC: SubjectRule.SUB,
}
ISSUERS: Final = {
    ProviderKind.OKTA: "https://acme.okta.com/oauth2/default",
    ProviderKind.ENTRA: f"https://login.microsoftonline.com/{TENANT}/v2.0",
    ProviderKind.COGNITO: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a",
    ProviderKind.OIDC: "https://login.example.org",
}
AUDIENCES: Final = {
    ProviderKind.OKTA: "api://default",
    ProviderKind.ENTRA: API,
    ProviderKind.COGNITO: "ourapi",
    ProviderKind.OIDC: "https://api.example.org",
}
CLAIMS: Final[dict[ProviderKind, dict[str, Any]]] = {
    ProviderKind.OKTA: {
        "iss": ISSUERS[ProviderKind.OKTA],
        "ver": 1,
        "jti": "AT.1",
        "aud": "api://default",
        "sub": "grace@example.com",
        "uid": "00u1",
        "cid": APP,
        "scp": ["a", "b"],
    },
    ProviderKind.ENTRA: {
        "iss": ISSUERS[ProviderKind.ENTRA],
        "ver": "2.0",
        "aud": API,
        "azp": APP,
        "tid": TENANT,
        "oid": OID,
        "sub": "pairwise-1",
        "uti": "u1",
        "scp": "a b",
    },
    ProviderKind.COGNITO: {
        "iss": ISSUERS[ProviderKind.COGNITO],
        "token_use": "access",
        "client_id": APP,
        "username": "grace",
        "sub": "sub-1",
        "jti": "j1",
        "origin_jti": "o1",
        "scope": "ourapi/a ourapi/b openid",
    },
    ProviderKind.OIDC: {
        "iss": ISSUERS[ProviderKind.OIDC],
        "aud": "https://api.example.org",
        "client_id": APP,
        "sub": "sub-1",
        "jti": "j1",
        "scope": "a b",
    },
}
KINDS: Final = tuple(ProviderKind)


def provider_of(kind: ProviderKind, **bearer: Any) -> Provider:
    rule = BearerRule(
        is_on=True,
        audiences=frozenset({AUDIENCES[kind]}),
        clients={APP: "", "machine": "ours"},
        scopes={},
    )
    return Provider(
        name="theirs",
        kind=kind,
        display_name="Theirs",
        status=ProviderStatus.ENABLED,
        issuer=ISSUERS[kind],
        discovery_url="",
        client_id="login-client",
        auth=ProviderAuth.SECRET_BASIC,
        secrets=(),
        subject_rule=RULES[kind],
        created_at=0.0,
        groups=GroupsRule(claim="cognito:groups" if kind is ProviderKind.COGNITO else "groups"),
        bearer=replace(rule, **bearer),
    )


def read(kind: ProviderKind, changes: dict[str, Any] | None = None, **bearer: Any) -> ExternalToken:
    """The token of the kind's own claims with `changes`; claims of `None` are left out."""
    said = {**CLAIMS[kind], **TIMES, **(changes or {})}
    claims = {name: value for name, value in said.items() if value is not None}
    provider = provider_of(kind, **bearer)
    return read_claims(provider, claims, times(claims, provider.bearer.longest_seconds))


def problem(
    kind: ProviderKind, changes: dict[str, Any] | None = None, **bearer: Any
) -> tuple[ExternalProblem, str]:
    with pytest.raises(ForeignTokenRefused) as refused:
        read(kind, changes, **bearer)
    return refused.value.problem, refused.value.detail
