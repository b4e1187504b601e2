"""Signed statements for clients: ID tokens, logout tokens, signed userinfo and introspection."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class StatementType(StrEnum):
    """The `typ` of each kind of statement; none of them is ever read as an access token."""

    ID_TOKEN = "JWT"  # noqa: S105 - a media type; clients know ID tokens by no other
    LOGOUT_TOKEN = "logout+jwt"  # noqa: S105 - a media type
    USERINFO = "userinfo+jwt"
    INTROSPECTION = "token-introspection+jwt"


@dataclass(frozen=True, slots=True)
class IdTokenHint:
    """What an ID token of ours says, its signature good and its time not looked at."""

    subject: str
    client_id: str
    session_id: str
    issued_at: int
    claims: Mapping[str, object]
