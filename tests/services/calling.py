"""A desk with everything that a decision can ask: people, API tokens, a policy in TOML."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.api_tokens import (
    API_TOKEN_PURPOSE,
    ApiToken,
    ApiTokenStatus,
    Presentation,
    SubjectType,
)
from authserver.domain.authority import Change, ChangeKind
from authserver.domain.groups import Group
from authserver.domain.policy_documents import PolicyVersion
from authserver.domain.stored_secrets import DigestKind, StoredSecret
from authserver.domain.users import PersonalData, User, UserStatus
from authserver.services.api_token_verdicts import ApiTokenVerdicts
from authserver.services.people_view import PeopleView
from authserver.services.policy_view import PolicyView
from authserver.services.provider_view import ProviderView
from authserver.services.usage import LastUses
from tests.services.deciding import CATALOGUE, Desk
from tests.services.world import ISSUER, SCOPES, World

if TYPE_CHECKING:
    from authserver.domain.decisions import Decision

ALICE: Final = "user:alice"
BOB: Final = "user:bob"
DAY: Final = 86_400.0


def basic(user: str, password: str) -> str:
    """A header of Basic authentication."""
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


@dataclass
class Attempts:
    """Wrong credentials, as they were counted."""

    seconds: int = 0
    wrong: list[tuple[str, str]] = field(default_factory=list)

    def blocked_for(self, _address: str, _at: float) -> int:
        return self.seconds

    def failed(self, address: str, presented: str, _at: float) -> None:
        self.wrong.append((address, presented))


@dataclass
class Exposed:
    """API tokens that came in the clear."""

    seen: list[str] = field(default_factory=list)

    def seen_in_the_clear(
        self, token_id: str, _decision_id: str, _address: str, _at: float
    ) -> None:
        self.seen.append(token_id)


class Office:
    """Alice and Bob, a client, and a gateway that asks about their calls."""

    def __init__(self, world: World | None = None, **collaborators: Any) -> None:
        """`world` has keys and the site already."""
        if world is None:
            world = World()
            world.add_keys()
            world.add_resource()
        self.world = world
        self.world.add_client()
        self.worker = self.world.worker
        database, view = self.world.database, self.worker.view
        self.attempts, self.exposed = Attempts(), Exposed()
        self.uses = LastUses()
        people = PeopleView(database, view, ProviderView(database, view))
        self.desk = Desk(
            self.world,
            policies=PolicyView(database, view, CATALOGUE.operations),
            people=people,
            api_tokens=ApiTokenVerdicts(
                issuer=ISSUER,
                database=database,
                directory=self.worker.directory,
                people=people,
                digester=self.world.digester,
                secret_maker=self.world.secret_maker,
                scopes_of_kind=SCOPES,
                uses=self.uses,
            ),
            attempts=self.attempts,
            exposures=self.exposed,
            **collaborators,
        )
        for subject, name in ((ALICE, "Alice"), (BOB, "bob")):
            self.add_user(subject, name)
        self._versions = 0

    def add_user(self, subject: str, username: str, *groups: str) -> None:
        """A user with a verified address, in groups (made where they are not there)."""
        user = User(
            subject,
            username,
            is_administrator=False,
            status=UserStatus.ENABLED,
            password_hash=b"",
            must_change_password=False,
            created_at=0.0,
            data=PersonalData(email=f"{username}@Example.com", email_verified=True),
        )
        self.world.database.state.users[subject] = user
        for group in groups:
            self.join(group, subject)

    def join(self, group: str, subject: str) -> None:
        """Somebody comes into a group."""
        with self.world.database.writing() as stores:
            if stores.groups.get(group) is None:
                stores.groups.add(Group(group, "", frozenset(), 0.0))
            stores.groups.join(group, subject)
            stores.authority.advance([Change(ChangeKind.USER, subject, 0.0)])
        self.worker.view.poll()

    def leave(self, group: str, subject: str) -> None:
        """Somebody leaves a group."""
        with self.world.database.writing() as stores:
            stores.groups.leave(group, subject)
            stores.authority.advance([Change(ChangeKind.USER, subject, 0.0)])
        self.worker.view.poll()

    def policy(self, text: str, name: str = "default") -> None:
        """The next version of a document."""
        self._versions += 1
        version = PolicyVersion(name, self._versions, text, 0.0, "cli:root", "")
        with self.world.database.writing() as stores:
            stores.policies.add(version)
            stores.authority.advance([Change(ChangeKind.POLICY, name, 0.0)])
        self.worker.view.poll()

    def token(self, subject: str = ALICE, **changes: Any) -> str:
        """A new API token's value; `changes` are fields of `ApiToken`."""
        tokens = self.world.database.state.api_tokens
        number = len(tokens) + 1
        value = f"asv_pat_{number:043}checks"
        values: dict[str, Any] = {
            "token_id": f"t{number}",
            "lineage_id": f"lineage-{number}",
            "subject_type": SubjectType.USER,
            "subject": subject,
            "owner": subject,
            "client_id": "",
            "name": "export",
            "purpose": "BI export",
            "team": "data",
            "ticket": "OPS-1",
            "scopes": frozenset({"READ"}),
            "resources": frozenset({"jira-main"}),
            "presentations": frozenset(Presentation),
            "details": None,
            "networks": None,
            "status": ApiTokenStatus.ENABLED,
            "secret": self._secret(value),
            "created_at": 0.0,
            "created_by": "cli:root",
            "created_from": "",
            "expires_at": self.world.clock.now() + 90 * DAY,
        }
        token = ApiToken(**(values | changes))
        tokens[token.token_id] = token
        return value

    def service_token(self, **changes: Any) -> str:
        """One that speaks for the client ci-reader; Alice answers for it."""
        service = {
            "subject_type": SubjectType.SERVICE,
            "client_id": "ci-reader",
            "owner": ALICE,
        }
        return self.token("client:ci-reader", **(service | changes))

    def ask(self, method: str, target: str, authorization: str | None, **how: Any) -> Decision:
        """The decision on a call."""
        self.worker.view.poll()
        return self.desk.ask(method, target, authorization, **how)

    @property
    def site(self) -> str:
        """The identifier of the site."""
        return self.desk.resource.identifier

    @property
    def record(self) -> dict[str, Any]:
        """Details of the last record."""
        return dict(self.world.journal.events[-1].details)

    def _secret(self, value: str) -> StoredSecret:
        digester = self.world.digester
        pepper = digester.current_pepper
        return StoredSecret(
            secret_id=f"s-{value}",
            kind=DigestKind.KEYED,
            digest=digester.digest(API_TOKEN_PURPOSE, value, pepper),
            pepper_id=pepper,
            hint=value[-4:],
            created_at=0.0,
            expires_at=None,
            last_used_at=None,
        )
