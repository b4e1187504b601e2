"""A user, apps, and what the user allowed them: where codes and refresh tokens are presented."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.catalogue.loader import load_catalogue
from authserver.domain.clients import ClientAuthMethod, GrantType
from authserver.domain.errors import ProtocolRefusal
from authserver.domain.grants import GrantOrigin
from authserver.domain.pkce import challenge_of
from authserver.domain.requested_claims import RequestedClaims
from authserver.domain.sessions import PASSWORD_ACR, PASSWORD_AMR, Session
from authserver.domain.users import User, UserStatus
from authserver.services.client_profiles import ProfileChanges
from authserver.services.code_redemption import CodeRedemption, PresentedCode
from authserver.services.commit_barrier import CommitBarrier
from authserver.services.failed_authentications import FailedAuthentications
from authserver.services.grant_presentations import GrantPresentations
from authserver.services.granting import Granting
from authserver.services.id_tokens import IdTokens
from authserver.services.refresh_rules import RefreshTimes
from authserver.services.refreshing import PresentedRefreshToken, Refreshing
from authserver.services.requested_details import RequestedDetails
from authserver.services.user_tokens import UserTokens
from tests.services.world import ISSUER, Worker, World

if TYPE_CHECKING:
    from authserver.domain.clients import Client
    from authserver.domain.grants import Grant
    from authserver.domain.refresh_tokens import RefreshToken
    from authserver.services.user_tokens import PreparedTokens

JIRA_MAIN: Final = "https://jira-main.example.com"
ADA: Final = "user:ada"
CALLBACK: Final = "https://app.example.com/callback"
VERIFIER: Final = "a-verifier-of-forty-three-characters-or-more"
OFFLINE: Final = frozenset({"openid", "offline_access", "READ", "WRITE"})
DAY: Final = 86_400
TIMES: Final = RefreshTimes(idle_seconds=14 * DAY, absolute_seconds=90 * DAY)
SCOPES: Final = ("openid", "offline_access", "READ", "WRITE")
TYPES: Final = (GrantType.AUTHORIZATION_CODE, GrantType.REFRESH_TOKEN)


class PlainSealer:
    """Seals without hiding anything: what was sealed under what can be read."""

    def seal(self, secret: str, *, under: str, context: str) -> bytes:
        return f"{under}|{context}|{secret}".encode()

    def open(self, sealed: bytes, *, under: str, context: str) -> str | None:
        start = f"{under}|{context}|"
        text = sealed.decode()
        return text.removeprefix(start) if text.startswith(start) else None


class GrantDesk:
    """`app` is confidential, `spa` public; `ada` allows, in one session."""

    def __init__(self, world: World) -> None:
        self.world = world
        world.add_keys()
        world.add_resource()
        world.add_resource("wiki", kind="confluence-dc")
        self.app = self.add_app("app")
        self.spa = self.add_app("spa", auth_method=ClientAuthMethod.NONE)
        self.session = session_of(world, "sid-1")
        with world.database.writing() as stores:
            stores.users.add(_ada(world.clock.now()))
            stores.sessions.add(self.session)
        self.granting = Granting(
            digester=world.digester, secret_maker=world.secret_maker, refresh_times=TIMES
        )
        self.work_at(world.worker)

    def work_at(self, worker: Worker) -> None:
        """Let this worker answer from now on."""
        world = self.world
        worker.view.poll()
        self.barrier = CommitBarrier(world.clock)
        self.tokens = UserTokens(
            details=RequestedDetails(lambda: load_catalogue().operations),
            issuer=ISSUER,
            directory=worker.directory,
            keys=worker.keys,
            id_tokens=IdTokens(issuer=ISSUER, database=world.database, keys=worker.keys),
            digester=world.digester,
            secret_maker=world.secret_maker,
            refresh_times=TIMES,
            longest_seconds=1800,
        )
        presentations = GrantPresentations(
            database=world.database,
            grants=world.grants,
            barrier=self.barrier,
            throttle=worker.throttle,
            failures=FailedAuthentications(world.database, worker.throttle),
        )
        self.redemption = CodeRedemption(
            database=world.database,
            digester=world.digester,
            tokens=self.tokens,
            presentations=presentations,
        )
        self.refreshing = Refreshing(
            database=world.database,
            digester=world.digester,
            sealer=PlainSealer(),
            tokens=self.tokens,
            presentations=presentations,
        )

    def add_app(
        self, client_id: str, profile: ProfileChanges | None = None, **stated: Any
    ) -> Client:
        """Register a client that asks users."""
        usual: dict[str, Any] = {"scopes": SCOPES, "grant_types": TYPES}
        redirecting = replace(profile or ProfileChanges(), redirect_uris=(CALLBACK,))
        return self.world.add_client(client_id, profile=redirecting, **(usual | stated)).client

    def allow(
        self,
        client: Client | None = None,
        scopes: frozenset[str] = OFFLINE,
        *,
        origin: GrantOrigin = GrantOrigin.CODE,
        session: Session | None = None,
        audience: str = JIRA_MAIN,
        resource: str = "jira-main",
    ) -> Grant:
        """What `ada` allowed `app`, in her session unless another one is given."""
        with self.world.database.writing() as stores:
            return self.granting.grant(
                stores,
                client=client or self.app,
                subject=ADA,
                audience=audience,
                resource=resource,
                scopes=scopes,
                origin=origin,
                session=session or self.session,
                nonce="nonce-of-the-app",
                claims=RequestedClaims(),
                call=self.world.call(),
            )

    def code(self, grant: Grant | None = None, *, code_challenge: str | None = None) -> str:
        """A code for the grant (a new one) at `CALLBACK`."""
        grant = grant or self.allow()
        challenge = challenge_of(VERIFIER) if code_challenge is None else code_challenge
        with self.world.database.writing() as stores:
            return self.granting.code(
                stores,
                grant,
                redirect_uri=CALLBACK,
                code_challenge=challenge,
                now=self.world.clock.now(),
            )

    def redeem(self, code: str, client: Client | None = None, **sent: Any) -> PreparedTokens:
        """Present a code, with everything that belongs to it unless told otherwise."""
        usual = PresentedCode(code, redirect_uri=CALLBACK, code_verifier=VERIFIER)
        presented = replace(usual, **sent)
        return self.redemption.redeem(client or self.app, presented, self.world.call())

    def refresh(self, value: str, client: Client | None = None, **sent: Any) -> PreparedTokens:
        """Present a refresh token."""
        presented = PresentedRefreshToken(value, **sent)
        return self.refreshing.refresh(client or self.app, presented, self.world.call())

    def refused(self, error: str, act: Any, *arguments: Any, **sent: Any) -> ProtocolRefusal:
        """The refusal of an act that must be refused with this error code."""
        with pytest.raises(ProtocolRefusal) as refusal:
            act(*arguments, **sent)
        assert refusal.value.error == error, refusal.value.description
        return refusal.value

    def first_tokens(self, grant: Grant | None = None) -> PreparedTokens:
        """Redeem a code of a grant that comes with refresh tokens."""
        return self.redeem(self.code(grant))

    def disable_user(self) -> None:
        """Disable ada, and nothing else."""
        with self.world.database.writing() as stores:
            ada = stores.users.get(ADA)
            assert ada is not None
            stores.users.save(replace(ada, status=UserStatus.DISABLED))

    def rest(self, at: float | None) -> None:
        """Let ada's credentials rest from `at` on, or not any more."""
        with self.world.database.writing() as stores:
            ada = stores.users.get(ADA)
            assert ada is not None
            stores.users.save(replace(ada, credentials_disabled_at=at))

    def stored(self, grant_id: str) -> Grant:
        """The grant as it stands now."""
        return self.world.database.state.grants[grant_id]

    def family(self, grant_id: str) -> list[RefreshToken]:
        """Its refresh tokens, oldest first."""
        return sorted(
            (
                token
                for token in self.world.database.state.refresh_tokens.values()
                if token.grant_id == grant_id
            ),
            key=lambda token: token.generation,
        )

    def is_active(self, tokens: PreparedTokens) -> bool:
        """Whether the access token is good at jira-main, for a worker that knows everything."""
        worker = Worker(self.world)
        resource = self.world.resources.get("jira-main")
        answer = worker.introspection.active_token(tokens.access.value, resource, self.world.call())
        return answer is not None

    def actions(self) -> list[str]:
        """What is on record, oldest first, registrations left out."""
        skipped = ("client.created", "resource.created", "grant.created")
        return [each.action for each in self.world.database.audit if each.action not in skipped]


def session_of(world: World, session_id: str) -> Session:
    """A session of ada's that began now."""
    now = world.clock.now()
    return Session(
        session_id=session_id,
        subject=ADA,
        digest=session_id.encode().ljust(32, b"."),
        pepper_id="pepper-2",
        auth_time=now - 60,
        acr=PASSWORD_ACR,
        amr=PASSWORD_AMR,
        created_at=now - 60,
        last_seen_at=now,
        idle_seconds=3600,
        expires_at=now + DAY,
        peer="198.51.100.9",
        user_agent="a browser",
    )


def _ada(now: float) -> User:
    return User(
        subject=ADA,
        username="ada",
        is_administrator=False,
        status=UserStatus.ENABLED,
        password_hash=b"",
        must_change_password=False,
        created_at=now,
    )
