"""Signing keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from authserver.domain.key_prospects import next_change
from authserver.web.admin_api.models.members import ListQuery, Moment, Said, Shown, moment, unstated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.keys import KeyTimes, SigningKey


class KeyQuery(ListQuery):
    """Which keys."""

    algorithm: Literal["ES256", "RS256"] = unstated()
    state: Literal["next", "active", "retiring", "gone", "revoked"] = unstated()


class KeyRotation(Said):
    """Which ring; null: all of them."""

    algorithm: Literal["ES256", "RS256"] | None = None


class KeyShown(Shown):
    """A signing key; `next_state` is what becomes of it by itself, at `next_at`."""

    kid: str
    algorithm: str
    state: str
    next_state: str | None
    next_at: Moment | None
    created_at: Moment
    activated_at: Moment | None
    retired_at: Moment | None
    ended_at: Moment | None


class KeyPage(Shown):
    """Some keys, the newest first, and the cursor of the next ones."""

    items: list[KeyShown]
    next_cursor: str | None


class ActiveKeys(Shown):
    """The keys that sign from now on."""

    active: list[KeyShown]


class ResealedShown(Shown):
    """What was sealed anew under the newest key file; what was so already is not in it."""

    keys: list[str]
    site_credentials: list[str] = Field(description="Names of sites.")
    provider_secrets: list[str] = Field(description="Provider and secret, with a colon between.")
    connect_keys: list[str] = Field(description="Site and issuer, with a colon between.")
    mails: int
    key_files_in_use: list[str] = Field(description="Files that are still needed.")


class RevokedKey(Shown):
    """A key that ended, and the kid of the one that signs instead, where it was signing."""

    kid: str
    state: Literal["revoked"] = "revoked"
    successor: str | None


def key_shown(key: SigningKey, keys: Sequence[SigningKey], times: KeyTimes) -> KeyShown:
    """A key among all there are."""
    ring = [each for each in keys if each.algorithm is key.algorithm]
    following = next_change(key, ring, times)
    return KeyShown.model_validate(
        {
            "kid": key.kid,
            "algorithm": str(key.algorithm),
            "state": str(key.state),
            "next_state": None if following is None else str(following[0]),
            "next_at": None if following is None else moment(following[1]),
            "created_at": moment(key.created_at),
            "activated_at": moment(key.activated_at),
            "retired_at": moment(key.retired_at),
            "ended_at": moment(key.ended_at),
        }
    )
