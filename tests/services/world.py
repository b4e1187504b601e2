"""Every service on doubles and a database in memory, and shortcuts to fill it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.catalogue.loader import load_catalogue
from authserver.domain.audit import Actor, ActorKind
from authserver.domain.authority import Change, ChangeKind
from authserver.domain.calls import Call
from authserver.domain.clients import ClientAuthMethod
from authserver.domain.credentials import PresentedCredentials
from authserver.domain.errors import InvalidClient
from authserver.domain.keys import KeyState, SigningAlgorithm
from authserver.domain.resources import ResourceKind
from authserver.domain.roles import PERMISSIONS
from authserver.services.administration import Act, Administration
from authserver.services.authority import AuthorityView
from authserver.services.client_authentication import CLIENT_SECRET, ClientAuthentication
from authserver.services.client_rules import ClientRules
from authserver.services.clients import ClientDraft, Clients, RegisteredClient
from authserver.services.commit_barrier import CommitBarrier
from authserver.services.directory import Directory, Keys
from authserver.services.failed_authentications import FailedAuthentications
from authserver.services.fresh_secrets import FreshSecrets
from authserver.services.gateway_authentication import GatewayAuthentication
from authserver.services.gateways import Gateways, RegisteredGateway
from authserver.services.grant_presentations import GrantPresentations
from authserver.services.grants import Grants
from authserver.services.hand_overs import HandOvers
from authserver.services.introspection import Introspection
from authserver.services.issuance import Issuance
from authserver.services.password_rules import PasswordRules
from authserver.services.refresh_revocation import RefreshTokenRevocation
from authserver.services.requested_details import RequestedDetails
from authserver.services.resource_authentication import RESOURCE_SECRET, ResourceAuthentication
from authserver.services.resources import RegisteredResource, ResourceDraft, Resources
from authserver.services.revocation import Revocation
from authserver.services.secret_checks import SecretCheck
from authserver.services.session_ends import SessionEnds
from authserver.services.sessions import Sessions
from authserver.services.subject_accounts import SubjectAccounts
from authserver.services.throttling import Throttle, ThrottleLimits
from authserver.services.usage import LastUses
from authserver.services.user_power import UserPower
from authserver.services.users import Users
from tests.doubles import FakeClock
from tests.memory_database import MemoryDatabase
from tests.services.collaborators import (
    CountingDigester,
    CountingPasswords,
    ListedAssertions,
    ListedPublicKeys,
    MemoryJournal,
    NumberedKeys,
    NumberedSecrets,
    PlainKeyring,
)
from tests.services.seals import ReadableSealer

if TYPE_CHECKING:
    from authserver.domain.audit import AuditEvent
    from authserver.domain.clients import Client
    from authserver.domain.hand_over import SiteAssertion
    from authserver.domain.tokens import AccessToken

ISSUER: Final = "https://auth.example.com"
JIRA: Final = "https://jira.example.com"
SCOPES: Final = {
    ResourceKind.JIRA_DC: frozenset({"READ", "WRITE", "ADMIN", "SYSTEM_ADMIN"}),
    ResourceKind.JIRA_CLOUD: frozenset({"read:jira-work", "write:jira-work", "read:jql:jira"}),
    ResourceKind.CONFLUENCE_DC: frozenset({"READ", "WRITE", "ADMIN", "SYSTEM_ADMIN"}),
    ResourceKind.CONFLUENCE_CLOUD: frozenset({"read:page:confluence"}),
    ResourceKind.AUTHSERVER: PERMISSIONS,
}
ADMIN: Final = Act(Actor(ActorKind.ADMINISTRATOR, "alice"), request_id="r-1", peer="192.0.2.1")
LIMITS: Final = ThrottleLimits(per_caller=3, per_network=6, window_seconds=60)


class CurrentRing:
    """Reads with the keyring of the moment."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def read(self, token_value: str) -> AccessToken | None:
        return self._keys.ring.read(token_value)


class Worker:
    """What one server process has: its view of the authority, its memory, its blocks."""

    def __init__(self, world: World) -> None:
        self.view = AuthorityView(world.database, world.clock)
        self.directory = Directory(world.database, self.view)
        self.keys = Keys(
            world.database,
            self.view,
            lambda keys: PlainKeyring(keys, world.signed, world.assertions_signed),
        )
        self.throttle = Throttle(world.clock, LIMITS)
        failures = FailedAuthentications(world.database, self.throttle)
        self.uses = LastUses()
        self.client_authentication = ClientAuthentication(
            directory=self.directory,
            database=world.database,
            clock=world.clock,
            digester=world.digester,
            secrets=SecretCheck(world.digester, world.passwords, CLIENT_SECRET),
            assertions=world.assertions,
            throttle=self.throttle,
            failures=failures,
            uses=self.uses,
        )
        self.resource_authentication = ResourceAuthentication(
            directory=self.directory,
            clock=world.clock,
            secrets=SecretCheck(world.digester, world.passwords, RESOURCE_SECRET),
            throttle=self.throttle,
            failures=failures,
            uses=self.uses,
        )
        self.gateway_authentication = GatewayAuthentication(
            directory=self.directory,
            digester=world.digester,
            throttle=self.throttle,
            failures=failures,
            uses=self.uses,
        )
        self.issuance = Issuance(
            details=RequestedDetails(lambda: load_catalogue().operations),
            issuer=ISSUER,
            directory=self.directory,
            keys=self.keys,
            journal=world.journal,
            secret_maker=world.secret_maker,
            presentations=GrantPresentations(
                database=world.database,
                grants=world.grants,
                barrier=CommitBarrier(world.clock),
                throttle=self.throttle,
                failures=failures,
            ),
            scopes_of_kind=SCOPES,
            longest_seconds=1800,
        )
        reader = CurrentRing(self.keys)
        self.introspection = Introspection(directory=self.directory, tokens=reader)
        self.revocation = Revocation(
            database=world.database,
            view=self.view,
            tokens=reader,
            refresh_tokens=RefreshTokenRevocation(
                database=world.database,
                digester=world.digester,
                secret_maker=world.secret_maker,
                grants=world.grants,
                barrier=CommitBarrier(world.clock),
            ),
            barrier=CommitBarrier(world.clock),
        )


class World:
    """One installation: a database, a clock, administration, and a first worker."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.database = MemoryDatabase()
        self.digester = CountingDigester()
        self.passwords = CountingPasswords()
        self.secret_maker = NumberedSecrets()
        self.assertions = ListedAssertions()
        self.journal = MemoryJournal()
        self.key_maker = NumberedKeys()
        self.administration = Administration(
            database=self.database, clock=self.clock, barrier=CommitBarrier(self.clock)
        )
        self.fresh_secrets = FreshSecrets(
            clock=self.clock,
            secret_maker=self.secret_maker,
            digester=self.digester,
            passwords=self.passwords,
        )
        self.rules = ClientRules(
            scopes_of_kind=SCOPES,
            suggest=lambda name, known: [each for each in sorted(known) if each[:4] == name[:4]],
            public_keys=ListedPublicKeys(),
            longest_seconds=1800,
        )
        self.clients = Clients(
            administration=self.administration,
            rules=self.rules,
            fresh_secrets=self.fresh_secrets,
            secret_maker=self.secret_maker,
        )
        self.resources = Resources(
            administration=self.administration, fresh_secrets=self.fresh_secrets
        )
        self.gateways = Gateways(
            administration=self.administration, fresh_secrets=self.fresh_secrets
        )
        self.grants = Grants(
            database=self.database, clock=self.clock, barrier=CommitBarrier(self.clock)
        )
        self.sessions = Sessions(
            administration=self.administration,
            digester=self.digester,
            secret_maker=self.secret_maker,
            ends=SessionEnds(grants=self.grants, secret_maker=self.secret_maker),
            idle_seconds=3600,
            absolute_seconds=86_400,
        )
        self.password_rules = PasswordRules(shortest=15, host="auth.example.com")
        self.users = Users(
            administration=self.administration,
            passwords=self.passwords,
            secret_maker=self.secret_maker,
            rules=self.password_rules,
            power=UserPower(
                administration=self.administration,
                sessions=self.sessions,
                grants=self.grants,
                passwords=self.passwords,
                secret_maker=self.secret_maker,
            ),
        )
        self.signed: dict[str, AccessToken] = {}
        self.assertions_signed: dict[str, SiteAssertion] = {}
        self.sealer = ReadableSealer()
        self.hand_overs = HandOvers(administration=self.administration, sealer=self.sealer)
        self.subject_accounts = SubjectAccounts(administration=self.administration)
        self.worker = Worker(self)

    def call(self, peer: str = "198.51.100.7") -> Call:
        """A call that arrives now."""
        return Call(at=self.clock.now(), request_id="r-7", peer=peer)

    def authenticate(self, presented: PresentedCredentials, peer: str = "198.51.100.7") -> Client:
        """The client that the first worker believes the caller to be."""
        return self.worker.client_authentication.authenticate(presented, self.call(peer))

    def refusal(self, presented: PresentedCredentials) -> InvalidClient:
        """How the first worker refuses the caller."""
        with pytest.raises(InvalidClient) as refused:
            self.authenticate(presented)
        return refused.value

    def block_network(self) -> None:
        """Fail from the callers' usual network, under many names, until it is blocked."""
        for number in range(LIMITS.per_network):
            self.refusal(basic(f"guess-{number}", "guess"))

    def add_resource(self, name: str = "jira-main", **stated: Any) -> RegisteredResource:
        """Register a site at https://<name>.example.com unless told otherwise."""
        draft = ResourceDraft(name=name, kind="jira-dc", url=f"https://{name}.example.com")
        return self.resources.create(replace(draft, **stated), ADMIN)

    def add_gateway(
        self, name: str = "edge", resource: str = "jira-main", **stated: Any
    ) -> RegisteredGateway:
        """Register a gateway in front of jira-main unless told otherwise."""
        return self.gateways.add(name, resource, ADMIN, **stated)

    def add_client(self, client_id: str = "ci-reader", **stated: Any) -> RegisteredClient:
        """Register a client that may READ and WRITE at jira-main unless told otherwise."""
        draft = ClientDraft(
            name=client_id, client_id=client_id, scopes=["READ", "WRITE"], resources=["jira-main"]
        )
        return self.clients.create(replace(draft, **stated), ADMIN)

    def add_keys(self) -> None:
        """One active key in each ring."""
        with self.database.writing() as stores:
            for algorithm in SigningAlgorithm:
                key = self.key_maker.make(algorithm, self.clock.now())
                active = replace(key, state=KeyState.ACTIVE, activated_at=self.clock.now())
                stores.keys.add(active)
                stores.authority.advance([Change(ChangeKind.KEY, key.kid, 0.0)])


def details(event: AuditEvent) -> Any:
    """The details of a record as they are read back."""
    return json.loads(json.dumps(event.details))


def basic(client_id: str, secret: str) -> PresentedCredentials:
    """Credentials in an Authorization header."""
    return PresentedCredentials(ClientAuthMethod.SECRET_BASIC, client_id, secret=secret)


def post(client_id: str, secret: str) -> PresentedCredentials:
    """Credentials in the body."""
    return PresentedCredentials(ClientAuthMethod.SECRET_POST, client_id, secret=secret)
