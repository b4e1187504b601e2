"""Finding the user that somebody means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.errors import NotFound
from authserver.domain.tokens import latest_end
from authserver.domain.users import UserStatus

if TYPE_CHECKING:
    from authserver.domain.ports import Stores
    from authserver.domain.users import User

SUBJECT_PREFIX: Final = "user:"
"""Namespace of users' subjects: no client's subject begins with it (RFC 9700 section 4.15)."""


def existing(stores: Stores, handle: str) -> User:
    """One user by user name or subject; in a writing block locked until its end.

    Raises:
        NotFound: there is no such user, or it was deleted.
    """
    if handle.startswith(SUBJECT_PREFIX):
        user = stores.users.get(handle)
    else:
        user = stores.users.get_by_username(handle)
    if user is None or user.status is UserStatus.DELETED:
        raise NotFound("user", handle)
    return user


def known_anew(subject: str, now: float) -> Change:
    """Tells every worker to look at the user again: status, identities, groups."""
    return Change(ChangeKind.USER, subject, latest_end(now))


def tokens_denied(subject: str, now: float) -> Change:
    """Denies every access token of the user that was issued by now, until the last has ended."""
    return Change(ChangeKind.SUBJECT, subject, latest_end(now), issued_until=now)
