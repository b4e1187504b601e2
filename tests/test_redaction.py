"""Secrets in text that is on its way to a log are masked: by look, by name, by place."""

from __future__ import annotations

import json
import time
from base64 import b64encode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.redaction import LONGEST_TEXT, MASK, names_a_secret, redact

CANARY = "hunter2Canary"
JWT = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl-_x"


@pytest.mark.parametrize(
    "text",
    [
        f"client_secret={CANARY}&grant_type=x",
        f"grant_type=x&client_secret={CANARY}",
        f"client_secret%3D{CANARY}",
        f"{{'client_secret': '{CANARY}', 'x': 1}}",
        f'{{"access_token": "{CANARY}", "token_type": "Bearer"}}',
        json.dumps(json.dumps({"refresh_token": CANARY})),
        f"('client_secret', '{CANARY}')",
        f"[(b'password', b'{CANARY}')]",
        f"password: {CANARY}",
        f"PASSWORD={CANARY}",
        f"user password => {CANARY}",
        f"passphrase='a {CANARY} b'",
        f"secret='it\\'s {CANARY}'",
        f'secret = "{CANARY}',
        f"?code={CANARY}&state=1",
        f"code_verifier={CANARY}",
        f"device_code: {CANARY}",
        f"client_assertion={CANARY}",
        f"AccessToken(token={CANARY})",
        f"Authorization: Basic {b64encode(CANARY.encode()).decode()} {CANARY}",
        f"authorization: Bearer {CANARY}",
        f"'HTTP_AUTHORIZATION': 'Bearer {CANARY}', 'x': 1",
        f"[('Authorization', 'Bearer {CANARY}')]",
        f"X-Gateway-Authorization: Bearer {CANARY}",
        f"Cookie: a={CANARY}; b={CANARY}",
        f"Set-Cookie: __Host-session={CANARY}; Path=/",
        f"environ['HTTP_COOKIE'] = 'x={CANARY}'",
        f"X-API-Key: {CANARY}",
        f"X-Raw-Target: /oauth2/authorize?code_challenge={CANARY}",
        f"the header said Bearer {CANARY}",
        f"Basic {b64encode(f'a:{CANARY}'.encode()).decode()}{CANARY}",
        f"DPoP {CANARY}",
        f"asv_cs_{CANARY}",
        f"asv_pat_{CANARY}-_x",
        f"https://user:{CANARY}@host/x",
        f"postgresql+psycopg://authserver:{CANARY}@db/authserver",
        f"-----BEGIN PRIVATE KEY-----\n{CANARY}\n-----END PRIVATE KEY-----",
        f"-----BEGIN EC PRIVATE KEY-----\n{CANARY}",
        f'{{"kty": "EC", "d": "{CANARY * 3}"}}',
        f"$2b$12${CANARY * 4}",
        f"line one\npassword: {CANARY}\nline three",
    ],
)
def test_a_secret_is_masked(text: str) -> None:
    masked = redact(text)
    assert CANARY not in masked
    assert MASK in masked


@pytest.mark.parametrize("text", [JWT, f"token {JWT} end", f"({JWT})", JWT[:60], f"x={JWT}&y=1"])
def test_a_jwt_is_masked_even_cut_short(text: str) -> None:
    masked = redact(text)
    assert "eyJ" not in masked
    assert "c2lnbmF0dXJl" not in masked


@pytest.mark.parametrize(
    "text",
    [
        "status_code=200",
        "exit code: 1",
        "code: 404",
        "basic authentication failed",
        "the token endpoint answered",
        "token_type=Bearer",
        "token_type_hint=access_token",
        "error_code: 5",
        "the key k-2027-01 is active",
        "https://jira.example:8443/rest/api/3/issue",
        "user@example.com signed in",
        "scope=read:jira-work write:jira-work",
    ],
)
def test_plain_words_stay(text: str) -> None:
    assert redact(text) == text


def test_what_stands_around_a_secret_stays() -> None:
    assert redact(f"a client_secret={CANARY}&b=c") == f"a client_secret={MASK}&b=c"
    assert redact(f"one\nCookie: {CANARY}\ntwo") == f"one\nCookie: {MASK}\ntwo"
    assert redact(f"asv_cs_{CANARY} was shown") == f"asv_cs_{MASK} was shown"


def test_text_is_cut_before_it_is_searched() -> None:
    assert len(redact("a" * 100_000)) < LONGEST_TEXT + 10


@pytest.mark.parametrize(
    "piece",
    [
        *("a", "secret", "secret='", "token ", "code ", "\\", "eyJ", "eyJ.", "asv_", " ", "a_"),
        *(
            "-----BEGIN PRIVATE KEY-----",
            "://a:",
            '"d":"',
            "Basic ",
            'authorization"]',
            "%3D",
            "b'",
        ),
    ],
)
def test_no_text_makes_the_search_slow(piece: str) -> None:
    text = piece * (LONGEST_TEXT // len(piece))
    started = time.process_time()
    redact(text)
    assert time.process_time() - started < 2


@settings(deadline=None)
@given(st.text(max_size=200))
def test_masking_never_fails_and_masks_all_at_once(text: str) -> None:
    assert isinstance(redact(text), str)


@pytest.mark.parametrize(
    "name",
    [
        *("password", "client_secret", "access_token", "token", "tokens", "token_value", "code"),
        *("Authorization", "Set-Cookie", "code_verifier", "private_key", "X-API-Key", "pepper"),
    ],
)
def test_fields_named_for_a_secret_are_known(name: str) -> None:
    assert names_a_secret(name)


@pytest.mark.parametrize(
    "name",
    ["token_type", "status_code", "token_id", "scope", "path", "key", "code_challenge_method"],
)
def test_other_fields_are_not(name: str) -> None:
    assert not names_a_secret(name)
