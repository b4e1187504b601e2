"""Initial access tokens: permissions to register clients (RFC 7591)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from authserver.services.initial_access_tokens import (
    EXPIRES_IN,
    SIGN_IN_SCOPES,
    USER_GRANTS,
    described_token,
)
from authserver.web.admin_api.models.clients import MOST, Names
from authserver.web.admin_api.models.members import Moment, Said, Shown, timed

if TYPE_CHECKING:
    from authserver.domain.registrations import InitialAccessToken


class NewInitialToken(Said):
    """A token; grants, scopes and resources are the most that its clients may have."""

    label: str
    grant_types: Names = Field([str(each) for each in USER_GRANTS], max_length=MOST)
    scopes: Names = Field(list(SIGN_IN_SCOPES), max_length=MOST)
    resources: Names = Field([], max_length=MOST)
    pkce_exempt: bool = False
    assertion_audience: Literal["issuer", "token_endpoint"] = "issuer"
    quota: int = Field(1, description="How many clients may be registered with it.")
    expires_in_seconds: int = EXPIRES_IN


class InitialTokenShown(Shown):
    """A token, never its value."""

    token_id: str
    label: str
    grant_types: list[str]
    scopes: list[str]
    resources: list[str]
    pkce_exempt: bool
    assertion_audience: str
    quota: int
    used: int
    created_at: Moment
    expires_at: Moment
    revoked_at: Moment | None


class InitialTokenPage(Shown):
    """Some tokens, the newest first, and the cursor of the next ones."""

    items: list[InitialTokenShown]
    next_cursor: str | None


class MadeInitialToken(Shown):
    """A new token, in this answer and nowhere else."""

    initial_access_token: str
    token: InitialTokenShown


def initial_token_shown(token: InitialAccessToken) -> InitialTokenShown:
    """A token as `services.initial_access_tokens.described_token` has it."""
    return InitialTokenShown.model_validate(
        timed(described_token(token), "created_at", "expires_at", "revoked_at")
    )
