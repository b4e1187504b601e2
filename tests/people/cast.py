"""Who is there: users with passwords, apps with redirect URIs; put into any installation."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.clients import ClientAuthMethod, GrantType
from authserver.domain.users import PersonalData, User, UserStatus
from authserver.services.client_profiles import ProfileChanges
from authserver.services.clients import ClientDraft
from tests.instances import Caller, Site, basic

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.wiring import Container

PASSWORD: Final = "correct horse battery staple"
VERIFIER: Final = "0123456789-abcdefghijklmnopqrstuvwxyz.ABCDEFGHIJKLMNOPQRSTUVWXYZ"
USER_GRANTS: Final = (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN)
USER_SCOPES: Final = ("openid", "profile", "email", "groups", "offline_access")
ADA: Final = PersonalData(
    name="Ada Lovelace",
    given_name="Ada",
    family_name="Lovelace",
    email="ada@example.test",
    email_verified=True,
    locale="en-GB",
    zoneinfo="Europe/London",
)


@dataclass(frozen=True, slots=True)
class Person:
    """A user with a local account and what she knows."""

    username: str
    password: str
    subject: str


@dataclass(frozen=True, slots=True)
class App:
    """A registered client with a user in front of it; public ones have no secret."""

    client_id: str
    secret: str
    redirect_uri: str
    scopes: tuple[str, ...]
    resource: str

    @property
    def authorization(self) -> str | None:
        """Basic, for the token endpoint; `None` for a public client."""
        return basic(self.client_id, self.secret) if self.secret else None

    @property
    def caller(self) -> Caller:
        """The same as a caller of the machine lane."""
        return Caller(self.client_id, self.secret)


def add_user(
    container: Container,
    username: str,
    password: str = PASSWORD,
    *,
    data: PersonalData | None = None,
    **stated: Any,
) -> Person:
    """Put a user into the database; `stated` are other fields of `User`."""
    now = container.clock.now()
    user = User(
        subject="user:" + container.secret_maker.identifier(),
        username=username,
        is_administrator=False,
        status=UserStatus.ENABLED,
        password_hash=container.passwords.hash(password),
        must_change_password=False,
        created_at=now,
        data=data or PersonalData(),
        updated_at=now,
    )
    user = replace(user, **stated)
    with container.database.writing() as stores:
        stores.users.add(user)
    return Person(username, password, user.subject)


def add_app(
    container: Container,
    site: Site,
    client_id: str,
    redirect_uri: str,
    *,
    auth_method: str = ClientAuthMethod.SECRET_BASIC,
    scopes: Sequence[str] = ("READ", "WRITE", *USER_SCOPES),
    grant_types: Sequence[str] = USER_GRANTS,
    profile: ProfileChanges | None = None,
    **stated: Any,
) -> App:
    """Register a client for a site; `profile` is added to its redirect URI."""
    changes = ProfileChanges(redirect_uris=(redirect_uri,), publisher="Example Apps Ltd")
    draft = ClientDraft(
        name=client_id.replace("-", " ").capitalize(),
        client_id=client_id,
        auth_method=auth_method,
        grant_types=grant_types,
        scopes=scopes,
        resources=(site.name,),
        profile=merged(changes, profile),
    )
    made = container.clients.create(replace(draft, **stated), container.operator)
    secret = "" if made.secret is None else made.secret.value
    return App(client_id, secret, redirect_uri, tuple(scopes), site.identifier)


def challenge(verifier: str) -> str:
    """RFC 7636 section 4.2, S256."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def merged(changes: ProfileChanges, more: ProfileChanges | None) -> ProfileChanges:
    """Both, `more` wins."""
    if more is None:
        return changes
    stated = {name: getattr(more, name) for name in ProfileChanges.__slots__}
    return replace(changes, **{name: value for name, value in stated.items() if value is not None})
