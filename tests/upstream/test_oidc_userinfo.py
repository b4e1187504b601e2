"""Userinfo: JSON claims, or a failure that says what it means."""

from __future__ import annotations

import pytest

from authserver.domain.outbound import OutboundResponse
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem
from tests.upstream.providers import OKTA_METADATA
from tests.upstream.scripted_http import ScriptedHttp, page, said, servers

JWT = OutboundResponse(200, {"content-type": "application/jwt"}, b"a.b.c")


def test_the_claims_come_for_the_access_token() -> None:
    http = ScriptedHttp([said({"sub": "00u1", "groups": ["a"] * 9_000})])
    claims = servers(http).userinfo(OKTA_METADATA, "at-1", seconds=1.5)
    assert claims["sub"] == "00u1"
    (sent,) = http.sent
    assert (sent.method, sent.url) == ("GET", OKTA_METADATA.userinfo_endpoint)
    assert (sent.headers["Authorization"], sent.seconds) == ("Bearer at-1", 1.5)


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        (said({"error": "invalid_token"}, 401), SignInProblem.PROVIDER_REFUSED),
        (said(status=403), SignInProblem.PROVIDER_REFUSED),
        (said(status=429), SignInProblem.PROVIDER_BUSY),
        (said(status=502), SignInProblem.PROVIDER_BUSY),
        (page(), SignInProblem.ANSWER_UNUSABLE),
        (JWT, SignInProblem.ANSWER_UNUSABLE),
        (said([1]), SignInProblem.ANSWER_UNUSABLE),
    ],
    ids=str,
)
def test_anything_else_is_a_failure(answer: OutboundResponse, problem: SignInProblem) -> None:
    with pytest.raises(UpstreamFailure) as caught:
        servers(ScriptedHttp([answer])).userinfo(OKTA_METADATA, "at-1", seconds=5.0)
    assert caught.value.problem is problem
    assert "at-1" not in str(caught.value)
