"""People who sign in at providers, on any database: what they begin, and how it is ended."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from authserver.crypto.digests import HmacDigester
from authserver.crypto.secret_values import ReadableSecretMaker
from authserver.domain.authority import Change, ChangeKind
from authserver.domain.grants import Grant, GrantOrigin
from authserver.domain.providers import (
    Provider,
    ProviderAuth,
    ProviderKind,
    ProviderStatus,
    SubjectRule,
    UserCreation,
)
from authserver.domain.requested_claims import RequestedClaims
from authserver.domain.sessions import PASSWORD_ACR, PASSWORD_AMR, Session
from authserver.domain.tokens import latest_end
from authserver.services.administration import Administration
from authserver.services.commit_barrier import CommitBarrier
from authserver.services.federated_arrivals import FederatedArrivals, Landing
from authserver.services.federated_users import FederatedUsers
from authserver.services.grants import Grants
from authserver.services.group_effects import GroupEffects
from authserver.services.identities import Identities
from authserver.services.living import Living, held_identities
from authserver.services.password_rules import PasswordRules
from authserver.services.provider_power import ProviderPower
from authserver.services.session_ends import SessionEnds
from authserver.services.sessions import Sessions
from authserver.services.user_power import UserPower
from authserver.services.users import UserDraft, Users
from tests.doubles import FakeClock, FakeEntropy
from tests.services.collaborators import CountingPasswords
from tests.services.proofs import attempt_at, proof_of
from tests.services.seals import ReadableSealer
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.calls import Call
    from authserver.domain.identities import Identity
    from authserver.domain.ports import Database
    from authserver.domain.users import User

DAY: Final = 86_400.0


class UpstreamOffice:
    """Providers, their people and what those began."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock, entropy = FakeClock(), FakeEntropy()
        self._numbers = ReadableSecretMaker(entropy)
        maker, barrier = self._numbers, CommitBarrier(self.clock, places=8)
        administration = Administration(database=database, clock=self.clock, barrier=barrier)
        self.administration = administration
        self.grants = Grants(database=database, clock=self.clock, barrier=barrier)
        self.ends = SessionEnds(grants=self.grants, secret_maker=maker)
        self.power = ProviderPower(ends=self.ends, grants=self.grants)
        self.living = Living(database=database, clock=self.clock, ends=self.ends)
        self.sessions = Sessions(
            administration=administration,
            digester=HmacDigester({"1": b"p" * 32}, "1", entropy),
            secret_maker=maker,
            ends=self.ends,
            idle_seconds=3600,
            absolute_seconds=86_400,
        )
        self.users = Users(
            administration=administration,
            passwords=CountingPasswords(),
            secret_maker=maker,
            rules=PasswordRules(shortest=15, host="auth.example.com"),
            power=UserPower(
                administration=administration,
                sessions=self.sessions,
                grants=self.grants,
                passwords=CountingPasswords(),
                secret_maker=maker,
            ),
        )
        self.identities = Identities(administration=administration, power=self.power)
        self.arrivals = FederatedArrivals(
            administration=administration,
            sessions=self.sessions,
            users=FederatedUsers(secret_maker=maker),
            effects=GroupEffects(),
            sealer=ReadableSealer(),
        )

    @property
    def now(self) -> float:
        """The time."""
        return self.clock.now()

    def call(self) -> Call:
        """A call that comes now."""
        return ADMIN.call(self.now)

    def add_provider(self, name: str = "okta", **stated: Any) -> Provider:
        """A provider that makes users of everybody."""
        usual: dict[str, Any] = {
            "name": name,
            "kind": ProviderKind.OIDC,
            "display_name": name.title(),
            "status": ProviderStatus.ENABLED,
            "issuer": f"https://{name}.example.org",
            "discovery_url": f"https://{name}.example.org/.well-known/openid-configuration",
            "client_id": "ours",
            "auth": ProviderAuth.NONE,
            "secrets": (),
            "subject_rule": SubjectRule.SUB,
            "created_at": self.now,
            "creation": UserCreation.ON,
        }
        provider = Provider(**(usual | stated))
        with self.database.writing() as stores:
            stores.providers.add(provider)
        return provider

    def stop(self, name: str, status: ProviderStatus = ProviderStatus.DISABLED) -> int:
        """What disabling a provider comes to; how many users it reached."""
        now = self.now
        change = Change(ChangeKind.PROVIDER, name, latest_end(now))
        with self.administration.changing([change], takes_power=True) as stores:
            provider = stores.providers.get(name)
            assert provider is not None
            stores.providers.save(replace(provider, status=status))
            return self.power.stop_in(stores, name, ADMIN, now=now)

    def arrive(
        self,
        key: str = "ada",
        provider: str = "okta",
        *,
        sid: str = "",
        begun_at: float | None = None,
        groups: Sequence[str] = (),
    ) -> Session:
        """Somebody signs in at a provider, in a new browser. Raises UpstreamFailure.

        `begun_at` is when that began, where it was not now; `groups` are what the provider says.
        """
        with self.database.reading() as stores:
            known = stores.providers.get(provider)
        assert known is not None
        landing = Landing(previous=None, cookie="", call=self.call(), user_agent="Firefox")
        proof = proof_of(key, self.now, sid, groups)
        attempt = attempt_at(provider, self.now)
        if begun_at is not None:
            attempt = replace(attempt, created_at=begun_at)
        return self.arrivals.sign_in(known, attempt, proof, landing).session

    def link(
        self,
        session: Session,
        key: str = "ada",
        provider: str = "entra",
        groups: Sequence[str] = (),
    ) -> None:
        """Whoever has the session connects somebody at a provider."""
        with self.database.reading() as stores:
            known = stores.providers.get(provider)
        assert known is not None
        attempt = attempt_at(provider, self.now, session.subject)
        self.arrivals.link(
            known, attempt, proof_of(key, self.now, "", groups), session, self.call()
        )

    def local_user(self, username: str) -> User:
        """A user with a password."""
        return self.users.create(UserDraft(username), ADMIN).known.user

    def sign_in(self, user: User) -> Session:
        """What a sign-in with a local password does, once the password was right."""
        with self.database.writing() as stores:
            held_identities(stores, user.subject)
            stores.users.get(user.subject)
            return self.sessions.begin(
                stores,
                user,
                acr=PASSWORD_ACR,
                amr=PASSWORD_AMR,
                previous=None,
                call=self.call(),
                user_agent="Firefox",
            ).session

    def grant(self, session: Session, *, bound: bool = False) -> str:
        """Something that was allowed in a session; the grant's id."""
        grant_id = self._numbers.identifier()
        grant = Grant(
            grant_id=grant_id,
            client_id="app",
            subject=session.subject,
            audience="https://jira.example.com",
            resource="jira-main",
            scopes=frozenset({"READ"}),
            origin=GrantOrigin.CODE,
            session_id=session.session_id,
            session_bound=bound,
            nonce="",
            auth_time=self.now,
            acr=session.acr,
            amr=session.amr,
            claims=RequestedClaims(),
            created_at=self.now,
            expires_at=self.now + 90 * DAY,
        )
        with self.database.writing() as stores:
            stores.grants.add(grant)
        return grant_id

    def exchanged(self, subject: str) -> str:
        """What a provider's token was exchanged for; the grant's id."""
        grant = self.exchanged_of(subject)
        with self.database.writing() as stores:
            stores.grants.add(grant)
        return grant.grant_id

    def exchanged_of(self, subject: str) -> Grant:
        """The same, before anybody has stored it."""
        return Grant(
            grant_id=self._numbers.identifier(),
            client_id="exchanger",
            subject=subject,
            audience="https://jira.example.com",
            resource="jira-main",
            scopes=frozenset({"READ"}),
            origin=GrantOrigin.TOKEN_EXCHANGE,
            session_id="",
            session_bound=False,
            nonce="",
            auth_time=self.now,
            acr="",
            amr=(),
            claims=RequestedClaims(),
            created_at=self.now,
            expires_at=self.now + 600,
        )

    def end_of(self, grant_id: str) -> str:
        """Why a grant ended; empty while it lives."""
        with self.database.reading() as stores:
            grant = stores.grants.get(grant_id)
        assert grant is not None
        return grant.end.value if grant.end is not None else ""

    def is_live(self, session: Session) -> bool:
        """Whether a session still counts."""
        current = self.sessions.get(session.session_id)
        return current is not None and current.is_live(self.now)

    def identity(self, key: str = "ada", provider: str = "okta") -> Identity:
        """A linked identity."""
        with self.database.reading() as stores:
            identity = stores.identities.find(provider, key)
        assert identity is not None
        return identity

    def is_asleep(self, subject: str) -> bool:
        """Whether a user rests."""
        with self.database.reading() as stores:
            return self.living.is_asleep(stores, subject)

    def changes(self, kind: ChangeKind) -> list[Change]:
        """What the authority was told of that kind."""
        with self.database.reading() as stores:
            told = [each.change for each in stores.authority.since(0)]
        return [each for each in told if each.kind is kind]
