"""A provider's metadata count only where they are the provider's, and stay at home."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.outbound import OutboundError, OutboundReason, OutboundUnavailable
from authserver.domain.upstream_ports import DocumentRefused
from tests.upstream.providers import (
    COGNITO,
    COMMON,
    ENTRA,
    OKTA,
    OKTA_METADATA,
    TENANT,
    okta_document,
)
from tests.upstream.scripted_http import ScriptedHttp, page, said, servers

if TYPE_CHECKING:
    from authserver.domain.provider_documents import ProviderMetadata
    from authserver.domain.providers import Provider

HOME = "https://dev.okta.example"


def discovered(document: object, provider: Provider = OKTA, *opened: str) -> ProviderMetadata:
    return servers(ScriptedHttp([said(document)]), *opened).discover(provider)


def problem(document: object, provider: Provider = OKTA, *opened: str) -> str:
    with pytest.raises(DocumentRefused) as caught:
        discovered(document, provider, *opened)
    return caught.value.problem


def test_metadata_are_reduced_to_what_is_used() -> None:
    http = ScriptedHttp([said(okta_document())])
    assert servers(http).discover(OKTA) == OKTA_METADATA
    assert [(each.method, each.url) for each in http.sent] == [("GET", OKTA.discovery_url)]


def test_what_it_can_do_is_told() -> None:
    document = okta_document(
        authorization_response_iss_parameter_supported=True, backchannel_logout_supported=True
    )
    found = discovered(document)
    assert found.sends_issuer
    assert found.backchannel_logout


def test_what_need_not_be_there_may_be_missing() -> None:
    found = discovered(okta_document(userinfo_endpoint=..., end_session_endpoint=...))
    assert (found.userinfo_endpoint, found.end_session_endpoint) == ("", "")


@pytest.mark.rule("FE-04")
@pytest.mark.parametrize(
    "issuer",
    [
        "https://evil.example/oauth2/default",
        "https://dev.okta.example",
        OKTA.issuer + "/",
        OKTA.issuer.upper(),
        OKTA.issuer.replace("https", "http"),
        OKTA.issuer + "\n",
        "",
        7,
        None,
        [OKTA.issuer],
        ...,
    ],
)
def test_metadata_of_another_issuer_are_refused(issuer: object) -> None:
    assert "issuer" in problem(okta_document(issuer=issuer))


@pytest.mark.rule("FE-04")
def test_the_message_says_which_issuer_came_and_which_is_configured() -> None:
    text = problem(okta_document(issuer="https://other.example/" + "x" * 1000))
    assert OKTA.issuer in text
    assert "https://other.example/xxx" in text
    assert len(text) < 500
    assert "\\u202e" in problem(okta_document(issuer="https://\u202eevil.example"))


ENDPOINTS = [
    "authorization_endpoint",
    "token_endpoint",
    "jwks_uri",
    "userinfo_endpoint",
    "end_session_endpoint",
]


@pytest.mark.rule("FE-04")
@pytest.mark.parametrize("name", ENDPOINTS)
@pytest.mark.parametrize(
    "url",
    [
        "http://dev.okta.example/x",
        "https://evil.example/x",
        "https://dev.okta.example.evil.example/x",
        "https://dev.okta.example:8443/x",
        "https://dev.okta.example@evil.example/x",
        "https://127.0.0.1/x",
        "https://169.254.169.254/latest",
        "https://[::1]/x",
        "https://2130706433/x",
        "//dev.okta.example/x",
        "javascript:alert(1)",
        "https://dev.okta.example/x#fragment",
        "https://dev.okta.example/x y",
        "",
        7,
        True,
        [HOME],
        {},
        HOME + "/" + "x" * 3000,
    ],
)
def test_an_endpoint_that_is_not_at_home_spoils_the_document(name: str, url: object) -> None:
    assert name in problem(okta_document(**{name: url}))


@pytest.mark.rule("FE-04")
@pytest.mark.parametrize("name", ENDPOINTS[:3])
def test_an_endpoint_that_is_needed_must_be_there(name: str) -> None:
    assert problem(okta_document(**{name: ...})) == f"its {name} is missing"


def test_nobody_signs_in_where_only_tokens_count() -> None:
    """A pool of Cognito's without a domain announces no endpoints for people."""
    provider = replace(OKTA, accepts_login=False)
    bare = okta_document(authorization_endpoint=..., token_endpoint=...)
    assert discovered(bare, provider).token_endpoint == ""
    assert "jwks_uri" in problem(okta_document(jwks_uri=...), provider)


@pytest.mark.parametrize(
    "name",
    ["authorization_response_iss_parameter_supported", "backchannel_logout_supported"],
)
@pytest.mark.parametrize("value", ["true", 1, [], {}])
def test_a_flag_is_true_or_false(name: str, value: object) -> None:
    assert name in problem(okta_document(**{name: value}))


def test_endpoints_may_be_at_hosts_that_the_administrator_names() -> None:
    domain = "https://shop.auth.eu-west-1.amazoncognito.com"
    document = {
        "issuer": COGNITO.issuer,
        "authorization_endpoint": f"{domain}/oauth2/authorize",
        "token_endpoint": f"{domain}/oauth2/token",
        "userinfo_endpoint": f"{domain}/oauth2/userInfo",
        "jwks_uri": f"{COGNITO.issuer}/.well-known/jwks.json",
    }
    assert discovered(document, COGNITO).token_endpoint == f"{domain}/oauth2/token"
    elsewhere = replace(COGNITO, endpoint_hosts=frozenset())
    text = problem(document, elsewhere)
    assert "shop.auth.eu-west-1.amazoncognito.com" in text


def entra_document(tenant: str, issuer: str) -> dict[str, Any]:
    base = f"https://login.microsoftonline.com/{tenant}"
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
        "token_endpoint": f"{base}/oauth2/v2.0/token",
        "jwks_uri": f"{base}/discovery/v2.0/keys",
        "userinfo_endpoint": "https://graph.microsoft.com/oidc/userinfo",
    }


@pytest.mark.rule("FE-04")
@pytest.mark.rule("FE-07")
def test_the_issuer_of_many_tenants_is_the_template_itself() -> None:
    template = "https://login.microsoftonline.com/{tenantid}/v2.0"
    assert discovered(entra_document("common", template), COMMON).issuer == template
    one = f"https://login.microsoftonline.com/{TENANT}/v2.0"
    assert "issuer" in problem(entra_document("common", one), COMMON)
    assert discovered(entra_document(TENANT, one), ENTRA).issuer == one
    assert "issuer" in problem(entra_document("common", template), ENTRA)


def test_plain_http_is_for_origins_that_the_administrator_opened() -> None:
    origin = "http://localhost:4000"
    provider = replace(OKTA, issuer=f"{origin}/oauth2/default", discovery_url=f"{origin}/d")
    base = provider.issuer
    document = okta_document(
        issuer=base,
        authorization_endpoint=f"{base}/a",
        token_endpoint=f"{base}/t",
        jwks_uri=f"{base}/k",
        userinfo_endpoint=...,
        end_session_endpoint=...,
    )
    assert discovered(document, provider, origin).token_endpoint == f"{base}/t"
    assert "https" in problem(document, provider)
    assert "https" in problem(document, provider, "http://localhost:4001")
    other = document | {"token_endpoint": "http://localhost:4001/t"}
    assert discovered(other, provider, origin, "http://localhost:4001").jwks_uri == f"{base}/k"
    elsewhere = document | {"token_endpoint": "http://127.0.0.1:4001/t"}
    assert "127.0.0.1" in problem(elsewhere, provider, origin, "http://127.0.0.1:4001")


@pytest.mark.rule("FE-14")
def test_what_is_no_document_at_all_is_not_called_one() -> None:
    slow = OutboundUnavailable(OutboundReason.TIMEOUT)
    for answer in (page(), page(404), said(status=404), said([]), said(status=500), slow):
        with pytest.raises(OutboundError):
            servers(ScriptedHttp([answer])).discover(OKTA)


def test_an_administrators_mistake_in_the_issuer_is_named() -> None:
    for issuer in ("dev.okta.example", "https://", "https://user@host/x"):
        provider = replace(OKTA, issuer=issuer)
        assert "issuer" in problem(okta_document(issuer=issuer), provider)
