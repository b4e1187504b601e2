"""Codes are redeemed as each provider wants it, and its refusals are understood."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.outbound import (
    OutboundAnswerInvalid,
    OutboundReason,
    OutboundRefused,
    OutboundResponse,
    OutboundUnavailable,
)
from authserver.domain.providers import ProviderAuth
from authserver.domain.upstream_ports import UpstreamFailure, UpstreamTokens
from authserver.domain.upstream_sign_ins import SignInProblem
from tests.upstream.providers import CALLBACK, OKTA, OKTA_METADATA
from tests.upstream.scripted_http import ScriptedHttp, Sent, page, said, servers

if TYPE_CHECKING:
    from authserver.domain.providers import Provider

TOKENS: dict[str, object] = {
    "access_token": "opaque-1",
    "id_token": "a.b.c",
    "token_type": "Bearer",
    "expires_in": 3600,
    "scope": "openid",
}
SECRET = "p:a ss%+ü/Δ"


def redeem(http: ScriptedHttp, provider: Provider = OKTA, **more: Any) -> UpstreamTokens:
    arguments: dict[str, Any] = {
        "code": "code/1+2",
        "verifier": "v" * 43,
        "redirect_uri": CALLBACK,
        "credential": SECRET,
        "seconds": 5.0,
        **more,
    }
    return servers(http).redeem(provider, OKTA_METADATA, **arguments)


def sent_with(auth: ProviderAuth, **more: Any) -> Sent:
    http = ScriptedHttp([said(TOKENS)])
    redeem(http, replace(OKTA, auth=auth, client_id="id:1 %"), **more)
    (sent,) = http.sent
    assert (sent.method, sent.url) == ("POST", OKTA_METADATA.token_endpoint)
    assert sent.headers["Content-Type"] == "application/x-www-form-urlencoded"
    return sent


GRANT = {
    "grant_type": "authorization_code",
    "code": "code/1+2",
    "code_verifier": "v" * 43,
    "redirect_uri": CALLBACK,
}


def test_tokens_come_for_a_code() -> None:
    tokens = redeem(ScriptedHttp([said(TOKENS)]))
    assert tokens == UpstreamTokens(id_token="a.b.c", access_token="opaque-1")
    assert "opaque" not in repr(tokens)


def test_in_basic_both_halves_are_encoded_first() -> None:
    """RFC 6749 section 2.3.1: Entra ID insists on it, and a colon would move the border."""
    sent = sent_with(ProviderAuth.SECRET_BASIC)
    scheme, _, encoded = sent.headers["Authorization"].partition(" ")
    assert scheme == "Basic"
    assert base64.b64decode(encoded) == b"id%3A1+%25:p%3Aa+ss%25%2B%C3%BC%2F%CE%94"
    assert sent.form == GRANT


def test_in_post_the_secret_stands_in_the_form() -> None:
    sent = sent_with(ProviderAuth.SECRET_POST)
    assert "Authorization" not in sent.headers
    assert sent.form == {**GRANT, "client_id": "id:1 %", "client_secret": SECRET}


@pytest.mark.parametrize("auth", [ProviderAuth.PRIVATE_KEY_JWT, ProviderAuth.FEDERATED])
def test_an_assertion_stands_in_the_form(auth: ProviderAuth) -> None:
    sent = sent_with(auth, credential="h.p.s")
    assert "Authorization" not in sent.headers
    assert sent.form == {
        **GRANT,
        "client_id": "id:1 %",
        "client_assertion": "h.p.s",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
    }


def test_a_public_client_only_says_who_it_is() -> None:
    sent = sent_with(ProviderAuth.NONE, credential="")
    assert sent.form == {**GRANT, "client_id": "id:1 %"}


def failure(answer: OutboundResponse | Exception, **more: Any) -> UpstreamFailure:
    with pytest.raises(UpstreamFailure) as caught:
        redeem(ScriptedHttp([answer]), **more)
    assert SECRET not in str(caught.value)
    assert "code/1" not in str(caught.value)
    return caught.value


REFUSED, BUSY = SignInProblem.PROVIDER_REFUSED, SignInProblem.PROVIDER_BUSY
UNUSABLE, UNREACHABLE = SignInProblem.ANSWER_UNUSABLE, SignInProblem.PROVIDER_UNREACHABLE


@pytest.mark.parametrize(
    ("document", "status", "problem", "told"),
    [
        ({"error": "invalid_grant", "error_description": "no"}, 400, REFUSED, "400 invalid_grant"),
        ({"error": "invalid_client"}, 401, REFUSED, "401 invalid_client"),
        ({"error": "temporarily_unavailable"}, 400, BUSY, "temporarily_unavailable"),
        ({"error": "server_error"}, 400, BUSY, "server_error"),
        ({"error": "x"}, 429, BUSY, "429 x"),
        ({"error": "interaction_required"}, 400, SignInProblem.INTERACTION_NEEDED, "interaction"),
        ({"error": "consent_required"}, 400, SignInProblem.INTERACTION_NEEDED, "consent"),
        # Okta's management style, for an authorization server that is not there.
        ({"errorCode": "E0000007", "errorSummary": "Not found"}, 404, REFUSED, "404 E0000007"),
        ({"errorCode": "E0000047", "errorSummary": "limit"}, 429, BUSY, "429 E0000047"),
        # Entra ID's.
        (
            {"error": "invalid_client", "error_codes": [7000215], "trace_id": "t"},
            401,
            REFUSED,
            "401 invalid_client AADSTS7000215",
        ),
        ({"error": "invalid_grant", "error_codes": [50196]}, 400, BUSY, "AADSTS50196"),
        ({}, 400, REFUSED, "answered 400"),
        ({}, 204, UNUSABLE, "answered 204"),
    ],
)
def test_a_refusal_is_understood(
    document: object, status: int, problem: SignInProblem, told: str
) -> None:
    found = failure(said(document, status))
    assert found.problem is problem
    assert told in found.detail


@pytest.mark.parametrize(
    "document",
    [
        {"error": "<script>alert(1)</script>"},
        {"error": "x" * 51},
        {"error": ["invalid_grant"]},
        {"error": {"code": "evil text"}},
        {"errorCode": "E1; evil text"},
        {"error_codes": ["evil text", True, -1, 10**12]},
        {"error_codes": "evil text"},
        {"error_description": "evil text", "errorSummary": "evil text"},
    ],
)
def test_nothing_but_codes_goes_on_from_a_refusal(document: object) -> None:
    assert failure(said(document, 400)).detail == "token endpoint: answered 400"


@pytest.mark.rule("F-24")
@pytest.mark.rule("F-25")
@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (page(), UNUSABLE),
        (page(403), REFUSED),
        (page(429), BUSY),
        (said(status=500), BUSY),
        (said(status=503), BUSY),
        (said([TOKENS]), UNUSABLE),
        (OutboundUnavailable(OutboundReason.TIMEOUT), UNREACHABLE),
        (OutboundUnavailable(OutboundReason.CIRCUIT_OPEN), UNREACHABLE),
        (OutboundUnavailable(OutboundReason.BUSY), BUSY),
        (OutboundUnavailable(OutboundReason.DNS_FAILED), UNREACHABLE),
        (OutboundRefused(OutboundReason.ADDRESS_REFUSED), UNREACHABLE),
        (OutboundAnswerInvalid(OutboundReason.TOO_LARGE), UNUSABLE),
        (OutboundAnswerInvalid(OutboundReason.REDIRECT_REFUSED), UNUSABLE),
        (OutboundAnswerInvalid(OutboundReason.ENCODING_REFUSED), UNUSABLE),
    ],
    ids=str,
)
def test_trouble_has_a_meaning_for_the_person(
    answer: OutboundResponse | Exception, problem: SignInProblem
) -> None:
    assert failure(answer).problem is problem


@pytest.mark.rule("F-25")
@pytest.mark.parametrize(
    "changes",
    [
        {"id_token": None},
        {"id_token": 7},
        {"id_token": ""},
        {"id_token": ["a.b.c"]},
        {"id_token": "a.b.c\n"},
        {"access_token": None},
        {"access_token": {}},
        {"access_token": "a b"},
        {"access_token": "a\r\nX-Evil: 1"},
        {"access_token": "ü"},
        {"token_type": None},
        {"token_type": "DPoP"},
        {"token_type": ["Bearer"]},
    ],
)
def test_an_answer_with_a_wrong_member_is_unusable(changes: dict[str, object]) -> None:
    document = {name: value for name, value in {**TOKENS, **changes}.items() if value is not None}
    assert failure(said(document)).problem is UNUSABLE


def test_the_kind_of_token_is_read_in_any_case() -> None:
    assert redeem(ScriptedHttp([said({**TOKENS, "token_type": "bearer"})])).id_token == "a.b.c"


@pytest.mark.rule("FE-14")
def test_a_call_gets_the_time_that_is_left_and_never_more_than_five_seconds() -> None:
    for seconds, given in ((0.8, 0.8), (5.0, 5.0), (60.0, 5.0)):
        http = ScriptedHttp([said(TOKENS)])
        redeem(http, seconds=seconds)
        assert http.sent[0].seconds == pytest.approx(given)
    http = ScriptedHttp([said(TOKENS)])
    with pytest.raises(UpstreamFailure) as caught:
        redeem(http, seconds=0.0)
    assert caught.value.problem is UNREACHABLE
    assert http.sent == []


def test_a_code_is_sent_once() -> None:
    http = ScriptedHttp([OutboundUnavailable(OutboundReason.CONNECTION_BROKEN), said(TOKENS)])
    with pytest.raises(UpstreamFailure):
        redeem(http)
    assert len(http.sent) == 1
