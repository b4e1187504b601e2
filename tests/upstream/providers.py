"""Providers as an administrator configures them, one of each kind."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from authserver.domain.provider_documents import ProviderMetadata
from authserver.domain.providers import (
    GroupSource,
    GroupsRule,
    Provider,
    ProviderAuth,
    ProviderKind,
    ProviderStatus,
    SubjectRule,
)
from tests.doubles import EPOCH

TENANT: Final = "72f988bf-86f1-41af-91ab-2d7cd011db47"
OBJECT: Final = "690222be-ff1a-4d56-abd1-7e4f7d38e474"
CALLBACK: Final = "https://auth.example.org/login/okta/callback"

OKTA: Final = Provider(
    name="okta",
    kind=ProviderKind.OKTA,
    display_name="Okta",
    status=ProviderStatus.ENABLED,
    issuer="https://dev.okta.example/oauth2/default",
    discovery_url="https://dev.okta.example/oauth2/default/.well-known/openid-configuration",
    client_id="0oa1",
    auth=ProviderAuth.SECRET_BASIC,
    secrets=(),
    subject_rule=SubjectRule.OKTA_UID,
    created_at=EPOCH,
    groups=GroupsRule(source=GroupSource.OKTA_API, limit=100),
)

ENTRA: Final = replace(
    OKTA,
    name="entra",
    kind=ProviderKind.ENTRA,
    display_name="Entra ID",
    issuer=f"https://login.microsoftonline.com/{TENANT}/v2.0",
    discovery_url=f"https://login.microsoftonline.com/{TENANT}/v2.0/.well-known/openid-configuration",
    auth=ProviderAuth.SECRET_POST,
    subject_rule=SubjectRule.ENTRA_OBJECT,
    endpoint_hosts=frozenset({"graph.microsoft.com"}),
    groups=GroupsRule(source=GroupSource.GRAPH),
)

COMMON: Final = replace(
    ENTRA,
    name="entra-many",
    issuer="https://login.microsoftonline.com/{tenantid}/v2.0",
    discovery_url="https://login.microsoftonline.com/common/v2.0/.well-known/openid-configuration",
    tenants=frozenset({TENANT}),
)

COGNITO: Final = replace(
    OKTA,
    name="cognito",
    kind=ProviderKind.COGNITO,
    display_name="Cognito",
    issuer="https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc",
    discovery_url="https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_abc/.well-known/openid-configuration",
    subject_rule=SubjectRule.SUB,
    endpoint_hosts=frozenset({"shop.auth.eu-west-1.amazoncognito.com"}),
    groups=GroupsRule(claim="cognito:groups"),
)


def okta_document(**changes: object) -> dict[str, object]:
    """Okta's metadata; a change to `...` leaves a member out."""
    base = OKTA.issuer
    document = {
        "issuer": base,
        "authorization_endpoint": f"{base}/v1/authorize",
        "token_endpoint": f"{base}/v1/token",
        "userinfo_endpoint": f"{base}/v1/userinfo",
        "end_session_endpoint": f"{base}/v1/logout",
        "jwks_uri": f"{base}/v1/keys",
        "response_types_supported": ["code", "id_token"],
        "code_challenge_methods_supported": ["S256"],
        **changes,
    }
    return {name: value for name, value in document.items() if value is not ...}


OKTA_METADATA: Final = ProviderMetadata(
    issuer=OKTA.issuer,
    authorization_endpoint=f"{OKTA.issuer}/v1/authorize",
    token_endpoint=f"{OKTA.issuer}/v1/token",
    jwks_uri=f"{OKTA.issuer}/v1/keys",
    userinfo_endpoint=f"{OKTA.issuer}/v1/userinfo",
    end_session_endpoint=f"{OKTA.issuer}/v1/logout",
)
