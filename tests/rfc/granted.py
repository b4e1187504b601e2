"""Tokens that speak for a user, got without a browser: what comes before has tests of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.calls import Call
from authserver.domain.clients import GrantType
from authserver.domain.grants import GrantOrigin
from authserver.domain.requested_claims import RequestedClaims
from authserver.domain.users import PersonalData, User, UserStatus
from tests.people.cast import Person, add_app

if TYPE_CHECKING:
    from authserver.domain.grants import Grant
    from tests.instances import Site
    from tests.people.cast import App
    from tests.rfc.installations import Installation

OPENID: Final = frozenset({"openid", "profile", "email", "groups", "offline_access"})
REDIRECT_URI: Final = "https://app.example.org/callback"
NOTHING_ASKED: Final = RequestedClaims()
NOBODY_KNOWN: Final = PersonalData()


@dataclass(frozen=True, slots=True)
class Granted:
    """What the token endpoint gives for a code; `grant` is what all of it descends from."""

    access_token: str
    id_token: str
    refresh_token: str
    grant: Grant


def add_person(
    installation: Installation, username: str, data: PersonalData = NOBODY_KNOWN
) -> Person:
    """A user without a password: hashing one takes a while, and nobody signs in here."""
    container = installation.container
    now = container.clock.now()
    user = User(
        subject="user:" + container.secret_maker.identifier(),
        username=username,
        is_administrator=False,
        status=UserStatus.ENABLED,
        password_hash=b"",
        must_change_password=False,
        created_at=now,
        data=data,
        updated_at=now,
    )
    with container.database.writing() as stores:
        stores.users.add(user)
    return Person(username, "", user.subject)


class Granter:
    """A user and the apps that she allows things to."""

    def __init__(self, installation: Installation, person: Person | None = None) -> None:
        self.installation = installation
        self.person = person or add_person(installation, "ada")

    def app(self, site: Site, client_id: str = "web-app", **stated: Any) -> App:
        """See `cast.add_app`."""
        return add_app(self.installation.container, site, client_id, REDIRECT_URI, **stated)

    def allow(
        self,
        app: App,
        *,
        scopes: frozenset[str] = OPENID,
        site: Site | None = None,
        claims: RequestedClaims = NOTHING_ASKED,
    ) -> Granted:
        """The user allows the app `scopes`, at a site or for signing in alone."""
        container = self.installation.container
        client = container.clients.get(app.client_id)
        call = Call(self.installation.clock.now(), "r-granted", "192.0.2.1")
        with container.database.writing() as stores:
            grant = container.granting.grant(
                stores,
                client=client,
                subject=self.person.subject,
                audience=container.settings.issuer if site is None else site.identifier,
                resource="" if site is None else site.name,
                scopes=scopes,
                origin=GrantOrigin.CODE,
                session=None,
                nonce="n-1",
                claims=claims,
                call=call,
            )
        prepared = container.user_tokens.prepare(
            client, grant, scopes=scopes, resources=(), nonce="n-1", call=call
        )
        with container.database.writing() as stores:
            assert container.user_tokens.store(stores, prepared, GrantType.AUTHORIZATION_CODE, call)
        return Granted(prepared.access.value, prepared.id_token, prepared.refresh_token, grant)
