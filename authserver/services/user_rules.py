"""What may be said of a user."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField
from authserver.domain.texts import check_text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.users import PersonalData, User

USERNAME: Final = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,99}\Z")
LONGEST_NAME: Final = 200
LONGEST_EMAIL: Final = 254
EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,253}\Z")
LOCALE: Final = re.compile(r"([A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,5})?\Z")
_ZONE: Final = re.compile(r"([A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2})?\Z")


@dataclass(frozen=True, slots=True)
class PersonalUpdate:
    """What is stated of a person; `None` leaves a field as it is."""

    name: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None
    email_verified: bool | None = None
    locale: str | None = None
    zoneinfo: str | None = None

    def applied(self, data: PersonalData) -> PersonalData:
        """The data with what is stated here.

        Another e-mail address counts as unverified unless it is stated to be verified.

        Raises:
            InvalidField: names the field and what is allowed.
        """
        stated = {
            each.name: getattr(self, each.name)
            for each in fields(self)
            if getattr(self, each.name) is not None
        }
        for field in ("name", "given_name", "family_name"):
            if field in stated:
                stated[field] = check_text(
                    field, stated[field], longest=LONGEST_NAME, required=False
                )
        if "email" in stated:
            stated["email"] = _checked_email(stated["email"])
        for field, form, allowed in (
            ("locale", LOCALE, "a language tag like en or de-AT"),
            ("zoneinfo", _ZONE, "a time zone like Europe/Berlin"),
        ):
            if field in stated and form.match(stated[field]) is None:
                raise InvalidField(field, allowed)
        after = replace(data, **stated)
        if after.email != data.email and self.email_verified is None:
            after = replace(after, email_verified=False)
        if after.email_verified and not after.email:
            if self.email_verified:
                raise InvalidField("email_verified", "only with an e-mail address")
            after = replace(after, email_verified=False)
        return after


def checked_username(username: str) -> str:
    """Return `username` when it can serve as one.

    Raises:
        InvalidField: it has other characters or another length than allowed.
    """
    if USERNAME.match(username) is None:
        raise InvalidField(
            "username",
            "1 to 100 lower-case letters, digits and . _ @ + - after a letter or digit",
        )
    return username


def described(user: User, groups: Sequence[str]) -> Mapping[str, object]:
    """A user for lists, JSON and records; times are seconds since the epoch. No secret."""
    data = user.data
    return {
        "subject": user.subject,
        "username": user.username,
        "status": str(user.status),
        "administrator": user.is_administrator,
        "roles": sorted(user.own_roles),
        "must_change_password": user.must_change_password,
        "credentials_disabled_at": user.credentials_disabled_at,
        "name": data.name,
        "given_name": data.given_name,
        "family_name": data.family_name,
        "email": data.email,
        "email_verified": data.email_verified,
        "locale": data.locale,
        "zoneinfo": data.zoneinfo,
        "groups": list(groups),
        "created_at": user.created_at,
        "updated_at": user.updated_at,
    }


def _checked_email(email: str) -> str:
    text = check_text("email", email, longest=LONGEST_EMAIL, required=False)
    if text and EMAIL.match(text) is None:
        raise InvalidField("email", "an e-mail address like ada@example.com, or nothing")
    return text
