"""Scripts of other origins read nothing here: no client is a browser client (TK-13)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from tests.machine.doors import FORM
from tests.rfc.installations import ISSUER
from tests.rfc.lanes import FORM_PATHS

if TYPE_CHECKING:
    from tests.instances import Caller, Site
    from tests.rfc.lanes import Lane

ORIGINS: Final = (
    "null",
    "https://evil.example",
    ISSUER,
    f"{ISSUER}.evil.example",
    "https://evil-auth.example.org",
    "https://jira.example.org",
    "http://localhost:8000",
    "*",
)
READ_PATHS: Final = (
    "/.well-known/openid-configuration",
    "/.well-known/oauth-authorization-server",
    "/oauth2/jwks",
    "/livez",
    "/readyz",
    "/metrics",
    "/",
    "/nothing",
    "/oauth2/userinfo",
)


@pytest.mark.rule("TK-13")
@pytest.mark.rule("RV-05")
def test_no_answer_lets_another_origin_read_it(lane: Lane, reader: Caller, jira: Site) -> None:
    preflight = {
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization",
    }
    for origin in ORIGINS:
        headers = {"Origin": origin}
        answers = [lane.get(path, headers=headers) for path in READ_PATHS]
        for path in (*FORM_PATHS, *READ_PATHS):
            asked = lane.knock("OPTIONS", path, headers={**headers, **preflight})
            answers.append(asked)
        for authorization in (reader.authorization, jira.authorization, "Basic eDp4"):
            sent = {**headers, "Content-Type": FORM, "Authorization": authorization}
            body = b"grant_type=client_credentials&token=x"
            answers += [lane.knock("POST", path, body, headers=sent) for path in FORM_PATHS]
        assert {200, 401, 404, 405} <= {answer.status for answer in answers}
        for answer in answers:
            assert not [name for name in answer.headers if name.startswith("access-control-")]
            assert origin not in answer.headers.values()
