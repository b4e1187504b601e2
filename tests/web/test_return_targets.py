"""Where people may be sent after signing in."""

from __future__ import annotations

import pytest

from authserver.web.return_targets import HOME, return_target

OURS = [
    "/account",
    "/account/authorizations",
    "/account/sessions",
    "/account/password",
    "/device",
    "/device?user_code=BCDF-GHJK",
]
OTHERS = [
    "",
    "/",
    "//evil.example",
    "/\\evil.example",
    "https://evil.example/account",
    "/account/../admin",
    "/account/sessions\n",
    "/account?next=//evil.example",
    "/device?user_code=",
    "/device?user_code=BCDF-GHJK&x=1",
    "/device?user_code=%2F%2Fevil",
    "/oauth2/authorize?client_id=x",
    "javascript:alert(1)",
]


@pytest.mark.parametrize("target", OURS)
def test_our_own_pages_are_return_targets(target: str) -> None:
    assert return_target(target) == target


@pytest.mark.parametrize("target", OTHERS)
def test_nothing_else_is(target: str) -> None:
    assert return_target(target) == HOME
