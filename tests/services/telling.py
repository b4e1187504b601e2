"""A user, an app that acts for her, and the services that tell the app who she is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.clients import Client, ClientAuthMethod, ClientStatus, GrantType
from authserver.domain.grants import Grant, GrantOrigin
from authserver.domain.groups import Group
from authserver.domain.keys import SigningAlgorithm
from authserver.domain.refresh_tokens import REFRESH_PURPOSE, RefreshToken
from authserver.domain.requested_claims import RequestedClaims
from authserver.domain.tokens import AccessToken
from authserver.domain.users import PersonalData, User, UserStatus
from authserver.services.id_tokens import IdTokens
from authserver.services.own_tokens import OwnTokens
from authserver.services.userinfo import Userinfo
from tests.doubles import EPOCH
from tests.services.world import ISSUER

if TYPE_CHECKING:
    from tests.services.world import World

ADA: Final = User(
    subject="user:ada",
    username="ada",
    is_administrator=False,
    status=UserStatus.ENABLED,
    password_hash=b"",
    must_change_password=False,
    created_at=EPOCH - 1000,
    data=PersonalData(
        name="Ada Lovelace",
        given_name="Ada",
        family_name="Lovelace",
        email="ada@example.com",
        email_verified=True,
        locale="en-GB",
        zoneinfo="Europe/London",
    ),
    updated_at=EPOCH - 500.5,
)
APP: Final = Client(
    client_id="web-app",
    name="Web app",
    auth_method=ClientAuthMethod.SECRET_BASIC,
    grant_types=frozenset({GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN}),
    scopes=frozenset({"openid", "profile", "email", "groups", "offline_access", "READ"}),
    resources=frozenset({"jira-main"}),
    access_token_seconds=600,
    status=ClientStatus.ENABLED,
    secrets=(),
    jwks=(),
    contact="",
    created_at=EPOCH - 1000,
)
GRANT: Final = Grant(
    grant_id="g-1",
    client_id="web-app",
    subject="user:ada",
    audience=ISSUER,
    resource="",
    scopes=frozenset({"openid", "profile", "email", "groups"}),
    origin=GrantOrigin.CODE,
    session_id="s-1",
    session_bound=False,
    nonce="n-1",
    auth_time=EPOCH - 20.7,
    acr="urn:authserver:acr:password",
    amr=("pwd",),
    claims=RequestedClaims(),
    created_at=EPOCH - 10,
    expires_at=EPOCH + 5000,
)
REFRESH_VALUE: Final = "asv_rt_of-ada"


class Telling:
    """The world with ada, her app and one grant; `change` replaces any of them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.worker = world.worker
        self.id_tokens = IdTokens(issuer=ISSUER, database=world.database, keys=self.worker.keys)
        self.userinfo = Userinfo(
            issuer=ISSUER,
            directory=self.worker.directory,
            introspection=self.worker.introspection,
            database=world.database,
            keys=self.worker.keys,
        )
        self.own_tokens = OwnTokens(
            database=world.database,
            introspection=self.worker.introspection,
            digester=world.digester,
            secret_maker=world.secret_maker,
        )
        self.app, self.grant = APP, GRANT
        world.add_keys()
        world.add_resource()
        with world.database.writing() as stores:
            stores.users.add(ADA)
            stores.clients.add(APP)
            stores.grants.add(GRANT)
            stores.groups.add(Group("staff", "", frozenset({ADA.subject}), EPOCH))
            stores.groups.add(Group("admins", "", frozenset({ADA.subject}), EPOCH))
            stores.groups.add(Group("others", "", frozenset({"user:bob"}), EPOCH))

    def change_user(self, **changes: Any) -> None:
        with self.world.database.writing() as stores:
            stores.users.save(replace(ADA, **changes))

    def change_app(self, **changes: Any) -> None:
        """The app, changed; workers notice at their next look."""
        self.app = replace(self.app, **changes)
        with self.world.database.writing() as stores:
            stores.clients.save(self.app)
        self.worker.directory.clients._forget_all()

    def change_app_profile(self, **changes: Any) -> None:
        self.change_app(profile=replace(self.app.profile, **changes))

    def add_grant(self, **changes: Any) -> Grant:
        """Another grant, like the first but for `changes`."""
        self.grant = replace(GRANT, grant_id="g-2", **changes)
        with self.world.database.writing() as stores:
            stores.grants.add(self.grant)
        return self.grant

    def access_token(self, **changes: Any) -> str:
        """A token of the newest grant, signed now."""
        token = AccessToken(
            issuer=ISSUER,
            subject=self.grant.subject,
            audience=self.grant.audience,
            client_id=self.grant.client_id,
            scopes=self.grant.scopes,
            issued_at=int(EPOCH),
            expires_at=int(EPOCH) + 600,
            token_id="t-1",
            grant_id=self.grant.grant_id,
        )
        self.worker.view.poll()
        return self.worker.keys.ring.sign(replace(token, **changes), SigningAlgorithm.ES256)

    def add_refresh_token(self, **changes: Any) -> None:
        """The live leaf of the newest grant's family, whose value is `REFRESH_VALUE`."""
        digester = self.world.digester
        pepper = digester.current_pepper
        token = RefreshToken(
            digest=digester.digest(REFRESH_PURPOSE, REFRESH_VALUE, pepper),
            pepper_id=pepper,
            grant_id=self.grant.grant_id,
            generation=1,
            issued_at=EPOCH - 5.5,
            expires_at=EPOCH + 1000.5,
        )
        with self.world.database.writing() as stores:
            stores.grants.add_refresh_token(replace(token, **changes))
