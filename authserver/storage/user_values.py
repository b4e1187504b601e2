"""Users as rows, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.mail import MailKind
from authserver.domain.users import PersonalData, User, UserStatus, canonical
from authserver.storage.json_texts import coded_set, texts_from
from authserver.storage.role_texts import roles_from

if TYPE_CHECKING:
    from sqlalchemy import Row

NONE: Final = "[]"


def own_values(user: User) -> dict[str, Any]:
    """Every column but the key and the creation."""
    is_deleted = user.status is UserStatus.DELETED
    return {
        # Unique, as every name has to be, and as nobody is called.
        "username": f"deleted {user.subject}" if is_deleted else user.username,
        "former_username": user.username if is_deleted else "",
        "is_administrator": user.is_administrator,
        "roles": coded_set(user.roles),
        "status": user.status.value,
        "password_hash": user.password_hash,
        "must_change_password": user.must_change_password,
        "name": user.data.name,
        "given_name": user.data.given_name,
        "family_name": user.data.family_name,
        "email": user.data.email,
        "canonical_email": canonical(user.data.email),
        "email_verified": user.data.email_verified,
        "locale": user.data.locale,
        "zoneinfo": user.data.zoneinfo,
        "updated_at": user.updated_at,
        "credentials_disabled_at": user.credentials_disabled_at,
        "muted_notices": coded_set(user.muted_notices),
    }


def user_from(row: Row[Any]) -> User:
    """The user in a row."""
    return User(
        subject=row.subject,
        username=row.former_username or row.username,
        is_administrator=row.is_administrator,
        status=UserStatus(row.status),
        password_hash=bytes(row.password_hash),
        must_change_password=row.must_change_password,
        created_at=row.created_at,
        data=PersonalData(
            name=row.name,
            given_name=row.given_name,
            family_name=row.family_name,
            email=row.email,
            email_verified=row.email_verified,
            locale=row.locale,
            zoneinfo=row.zoneinfo,
        ),
        updated_at=row.updated_at,
        credentials_disabled_at=row.credentials_disabled_at,
        roles=roles_from(row.roles),
        muted_notices=_kinds_from(row.muted_notices),
    )


def _kinds_from(text: str) -> frozenset[MailKind]:
    """Kinds of mail; one that is not known here is of a newer version, and never sent here."""
    if text == NONE:
        return frozenset()
    known = frozenset(MailKind)
    return frozenset(MailKind(name) for name in texts_from(text, "muted_notices") if name in known)
