"""An installation that accepts access tokens of fake providers, and a gateway that asks of them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.external_tokens import ExternalProblem
from authserver.domain.identities import Identity, IdentityStatus
from authserver.domain.providers import (
    BearerRule,
    GroupsRule,
    Provider,
    ProviderAuth,
    ProviderKind,
    ProviderStatus,
    SubjectRule,
)
from authserver.domain.users import User, UserStatus
from tests.federation.fake_http import FakeHttp
from tests.federation.fake_people import ENTRA_API, FakePerson
from tests.federation.fake_provider import FakeProvider
from tests.rfc.installations import Installation

if TYPE_CHECKING:
    from pathlib import Path

    from authserver.domain.group_rules import GroupRule
    from authserver.wiring import Container
    from tests.doubles import FakeClock
    from tests.instances import Site
    from tests.machine.doors import Answer
    from tests.rfc.installations import Worker

APP: Final = "client-at-provider"
"""The client at the provider whose tokens count; also the one that we sign in with there."""
SUBJECT: Final = "user:grace"
DECISION: Final = "/gateway/auth-request"
TARGET: Final = "/rest/api/2/issue/DEMO-1"
AUDIENCES: Final = {
    ProviderKind.OKTA: "api://default",
    ProviderKind.ENTRA: ENTRA_API,
    ProviderKind.COGNITO: "jira",
    ProviderKind.OIDC: "https://api.example.org",
}
SUBJECT_RULES: Final = {
    ProviderKind.OKTA: SubjectRule.OKTA_UID,
    ProviderKind.ENTRA: SubjectRule.ENTRA_OBJECT,
}


class BearingInstallation(Installation):
    """Whose calls to providers stay inside the process."""

    def __init__(self, folder: Path, clock: FakeClock, overrides: dict[str, str]) -> None:
        self.http = FakeHttp()
        super().__init__(folder, clock, overrides)

    def make_container(self) -> Container:
        """The parts of one worker, none of which opens a connection."""
        container = super().make_container()
        vars(container)["provider_http"] = _Unclosed(self.http)
        return container


class _Unclosed:
    """The fake calls, with the end that a container gives to its own."""

    def __init__(self, http: FakeHttp) -> None:
        self._http = http

    def __getattr__(self, name: str) -> Any:
        return getattr(self._http, name)

    def close(self) -> None:
        """Nothing is open."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What both endpoints made of one token."""

    introspected: dict[str, Any]
    decided: Answer
    record: dict[str, Any]

    @property
    def is_accepted(self) -> bool:
        """Whether both let it pass; they may never differ."""
        allowed = self.decided.status == 200
        assert self.introspected["active"] is allowed, (self.introspected, self.decided.headers)
        return bool(allowed)

    @property
    def reason(self) -> str:
        """Why it was refused, as the record has it."""
        assert not self.is_accepted
        return str(self.record["reason"]).removeprefix("token-invalid: ")

    @property
    def problem(self) -> ExternalProblem:
        """The word for the reason."""
        return ExternalProblem(self.reason.partition(":")[0])


@dataclass
class Bearing:
    """One fake provider, one user who is known there, one site with a gateway."""

    installation: BearingInstallation
    fake: FakeProvider
    site: Site
    provider: Provider
    gateway_key: str
    person: FakePerson = field(default_factory=FakePerson)

    def token(self, **claims: object) -> str:
        """An access token of the person, as the provider's kind writes them."""
        return self.fake.access_token(self.person, **claims)

    def judge(self, token: str, worker: Worker | None = None) -> Judged:
        """Ask both endpoints."""
        lane = (worker or self.installation.worker).lane
        introspected = lane.introspect(self.site, token)
        decided = self.decide(token, worker)
        return Judged(introspected, decided, self.installation.records()[-1])

    def decide(self, token: str, worker: Worker | None = None) -> Answer:
        """Ask for a decision on reading an issue."""
        headers = {
            "X-Gateway-Authorization": f"Bearer {self.gateway_key}",
            "X-Original-Method": "GET",
            "X-Original-URI": TARGET,
            "X-Original-Address": "198.51.100.20",
            "Authorization": f"Bearer {token}",
        }
        return (worker or self.installation.worker).lane.knock("GET", DECISION, headers=headers)

    def configure(self, **changes: Any) -> None:
        """Change the provider; `bearer` takes a mapping of what changes in the rule."""
        bearer = changes.pop("bearer", None)
        if bearer is not None:
            changes["bearer"] = replace(self.provider.bearer, **bearer)
        self.provider = replace(self.provider, **changes)
        with self.installation.container.database.writing() as stores:
            stores.providers.save(self.provider)
            self._changed(stores)
        self.installation.poll()

    def add_rule(self, rule: GroupRule) -> None:
        """Say what a group means."""
        with self.installation.container.database.writing() as stores:
            stores.providers.add_rule(rule)
            self._changed(stores)
        self.installation.poll()

    def link(self, subject_key: str, subject: str = SUBJECT, **stated: Any) -> None:
        """Make a user, and the identity at the provider with it."""
        now = self.installation.clock.now()
        identity = Identity(
            provider=self.provider.name,
            subject_key=subject_key,
            subject=subject,
            shown="Grace",
            status=IdentityStatus.LINKED,
            created_at=now,
            last_sign_in_at=now,
            last_checked_at=now,
        )
        with self.installation.container.database.writing() as stores:
            stores.users.add(user_of(subject, now))
            stores.identities.add(replace(identity, **stated))

    def _changed(self, stores: Any) -> None:
        stores.authority.advance([Change(ChangeKind.PROVIDER, self.provider.name, 0.0)])


def bearing(
    installation: BearingInstallation, kind: ProviderKind, *, name: str = "theirs"
) -> Bearing:
    """Register everything; the person's identity is linked to `SUBJECT`."""
    fake = FakeProvider(kind, client_id=APP, http=installation.http, now=installation.clock.now)
    if kind is ProviderKind.COGNITO:
        fake.groups_claim = "cognito:groups"
    container = installation.container
    provider = provider_of(fake, name)
    with container.database.writing() as stores:
        stores.providers.add(provider)
        stores.authority.advance([Change(ChangeKind.PROVIDER, name, 0.0)])
    installation.poll()
    site = installation.site("jira")
    act = container.operator
    container.hand_overs.set_credential(
        site.name, act, credential_type="bearer", secret="s", account="svc", user=""
    )
    key = container.gateways.add("edge", site.name, act).key.value
    made = Bearing(installation, fake, site, provider, key)
    made.link(subject_key_of(kind, made.person))
    return made


def provider_of(fake: FakeProvider, name: str = "theirs") -> Provider:
    """The provider as an administrator has configured it."""
    cognito = fake.kind is ProviderKind.COGNITO
    limit = 100 if fake.kind is ProviderKind.OKTA else 0
    return Provider(
        name=name,
        kind=fake.kind,
        display_name="Theirs",
        status=ProviderStatus.ENABLED,
        issuer=fake.template or fake.issuer,
        discovery_url=fake.discovery_url,
        client_id=fake.client_id,
        auth=ProviderAuth.NONE,
        secrets=(),
        subject_rule=SUBJECT_RULES.get(fake.kind, SubjectRule.SUB),
        created_at=0.0,
        endpoint_hosts=fake.hosts,
        groups=GroupsRule(claim="cognito:groups" if cognito else "groups", limit=limit),
        bearer=BearerRule(
            is_on=True,
            audiences=frozenset({AUDIENCES[fake.kind]}),
            clients={APP: ""},
            scopes={"jira.read": frozenset({"READ"}), "jira/read": frozenset({"READ"})},
        ),
    )


def subject_key_of(kind: ProviderKind, person: FakePerson) -> str:
    """What names the person for ever."""
    return f"{person.tenant}/{person.oid}" if kind is ProviderKind.ENTRA else person.sub


def user_of(subject: str, now: float) -> User:
    """A user who comes from a provider."""
    return User(
        subject=subject,
        username=subject.removeprefix("user:"),
        is_administrator=False,
        status=UserStatus.ENABLED,
        password_hash=b"",
        must_change_password=False,
        created_at=now,
    )
