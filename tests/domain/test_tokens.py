"""Access tokens as values: one spelling of a scope, no value in a representation."""

from __future__ import annotations

from authserver.domain.tokens import (
    ACCESS_TOKEN_SECONDS,
    ACCESS_TOKEN_SECONDS_MAX,
    ACCESS_TOKEN_SECONDS_MIN,
    AccessToken,
    IssuedToken,
)

TOKEN = AccessToken(
    issuer="https://auth.example.com",
    subject="client:ci-reader",
    audience="https://jira.example.com",
    client_id="ci-reader",
    scopes=frozenset({"WRITE", "READ", "ADMIN"}),
    issued_at=1_800_000_000,
    expires_at=1_800_000_600,
    token_id="token-1",
    grant_id="grant-1",
)


def test_equal_scopes_are_spelt_alike() -> None:
    assert TOKEN.scope == "ADMIN READ WRITE"


def test_the_value_of_a_token_does_not_show_in_a_representation() -> None:
    issued = IssuedToken(value="canary.token.value", token=TOKEN)
    assert "canary" not in repr(issued)
    assert "canary" not in f"{issued}"
    assert "token-1" in repr(issued)


def test_tokens_live_minutes_and_never_more_than_an_hour() -> None:
    assert ACCESS_TOKEN_SECONDS <= 900
    assert ACCESS_TOKEN_SECONDS_MIN < ACCESS_TOKEN_SECONDS < ACCESS_TOKEN_SECONDS_MAX <= 3600
