"""A database in memory: the `Database` port with real transactions, for tests of services.

A transaction works on copies and leaves nothing behind when it raises. Every call of a store is
counted (`calls["clients.get"]`), and any call can be made to fail.
"""

from __future__ import annotations

import copy
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

from authserver.domain.errors import StorageUnavailable
from tests.memory_api_tokens import MemoryApiTokens
from tests.memory_call_counts import MemoryCallCounts
from tests.memory_clients import MemoryClients, MemoryResources
from tests.memory_connect_keys import MemoryConnectKeys
from tests.memory_gateways import MemoryGateways
from tests.memory_grants import MemoryGrants
from tests.memory_groups import MemoryGroups
from tests.memory_hand_overs import MemoryAccounts, MemoryHandOvers
from tests.memory_identities import MemoryIdentities, MemoryUpstreamSignIns
from tests.memory_kept_answers import MemoryKeptAnswers
from tests.memory_made_objects import MemoryMadeObjects
from tests.memory_mail import MemoryMails, MemoryPickUps
from tests.memory_policies import MemoryPolicies
from tests.memory_providers import MemoryProviders
from tests.memory_registrations import (
    MemoryDevices,
    MemoryLogoutDeliveries,
    MemoryRegistrations,
)
from tests.memory_requests import MemoryAuthorizationRequests, MemoryConsents, MemorySessions
from tests.memory_stores import (
    MemoryAssertions,
    MemoryAudit,
    MemoryAuthority,
    MemoryFailures,
    MemoryKeys,
    MemoryLeases,
)
from tests.memory_users import MemoryUsers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.audit import AuditEvent
    from authserver.domain.authority import NumberedChange
    from authserver.domain.authorization_requests import AuthorizationRequest, PushedRequest
    from authserver.domain.clients import Client
    from authserver.domain.codes import AuthorizationCode
    from authserver.domain.connect_keys import ConnectKey
    from authserver.domain.consents import Consent
    from authserver.domain.declarations import DeclaredKind, MadeObject
    from authserver.domain.device_authorizations import DeviceAuthorization
    from authserver.domain.external_tokens import DenialKind, ExternalDenial
    from authserver.domain.gateways import Gateway
    from authserver.domain.grants import Grant
    from authserver.domain.group_rules import GroupRule
    from authserver.domain.groups import Group
    from authserver.domain.hand_over import HandOver, SubjectAccount
    from authserver.domain.identities import Identity, UpstreamSession
    from authserver.domain.keys import SigningKey
    from authserver.domain.logout_deliveries import LogoutDelivery
    from authserver.domain.mail import WaitingMail
    from authserver.domain.policy_documents import PolicyVersion
    from authserver.domain.provider_documents import DocumentKind, ProviderDocument
    from authserver.domain.providers import Provider, ProviderDomain
    from authserver.domain.refresh_tokens import RefreshToken
    from authserver.domain.registrations import InitialAccessToken, Registration
    from authserver.domain.repeats import KeptAnswer
    from authserver.domain.resources import ProtectedResource
    from authserver.domain.sessions import Session
    from authserver.domain.token_pick_ups import TokenPickUp
    from authserver.domain.upstream_sign_ins import UpstreamAttempt
    from authserver.domain.users import User


@dataclass
class MemoryState:
    """Everything stored; the values are frozen, so that a copy of the collections is a copy."""

    clients: dict[str, Client] = field(default_factory=dict)
    resources: dict[str, ProtectedResource] = field(default_factory=dict)
    hand_overs: dict[str, HandOver] = field(default_factory=dict)
    accounts: dict[tuple[str, str], SubjectAccount] = field(default_factory=dict)
    connect_keys: dict[tuple[str, str], ConnectKey] = field(default_factory=dict)
    gateways: dict[str, Gateway] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    api_tokens: dict[str, ApiToken] = field(default_factory=dict)
    authorization_requests: dict[str, AuthorizationRequest] = field(default_factory=dict)
    pushed_requests: dict[tuple[str, bytes], PushedRequest] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    codes: dict[tuple[str, bytes], AuthorizationCode] = field(default_factory=dict)
    refresh_tokens: dict[tuple[str, int], RefreshToken] = field(default_factory=dict)
    consents: dict[tuple[str, str, str], Consent] = field(default_factory=dict)
    sessions: dict[str, Session] = field(default_factory=dict)
    devices: dict[tuple[str, bytes], DeviceAuthorization] = field(default_factory=dict)
    initial_tokens: dict[str, InitialAccessToken] = field(default_factory=dict)
    registrations: dict[str, Registration] = field(default_factory=dict)
    logout_deliveries: dict[str, LogoutDelivery] = field(default_factory=dict)
    mails: dict[str, WaitingMail] = field(default_factory=dict)
    pick_ups: dict[tuple[str, bytes], TokenPickUp] = field(default_factory=dict)
    kept_answers: dict[tuple[str, bytes], KeptAnswer] = field(default_factory=dict)
    made_objects: dict[tuple[DeclaredKind, str], MadeObject] = field(default_factory=dict)
    groups: dict[str, Group] = field(default_factory=dict)
    policies: dict[tuple[str, int], PolicyVersion] = field(default_factory=dict)
    providers: dict[str, Provider] = field(default_factory=dict)
    provider_domains: dict[str, ProviderDomain] = field(default_factory=dict)
    group_rules: dict[tuple[str, str], GroupRule] = field(default_factory=dict)
    provider_documents: dict[tuple[str, DocumentKind], ProviderDocument] = field(
        default_factory=dict
    )
    external_denials: dict[tuple[str, DenialKind, str], ExternalDenial] = field(
        default_factory=dict
    )
    identities: dict[tuple[str, str], Identity] = field(default_factory=dict)
    derived_groups: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    upstream_attempts: dict[tuple[str, bytes], UpstreamAttempt] = field(default_factory=dict)
    upstream_sessions: dict[str, UpstreamSession] = field(default_factory=dict)
    upstream_logouts: dict[tuple[str, str], float] = field(default_factory=dict)
    keys: dict[str, SigningKey] = field(default_factory=dict)
    changes: list[NumberedChange] = field(default_factory=list)
    seq: int = 0
    kept_from: int = 1
    denials_swept_until: float = 0.0
    assertions: dict[tuple[str, str], float] = field(default_factory=dict)
    failures: Counter[tuple[str, float]] = field(default_factory=Counter)
    leases: dict[str, tuple[str, float]] = field(default_factory=dict)
    audit: list[AuditEvent] = field(default_factory=list)

    def copy(self) -> MemoryState:
        """A state whose collections can change on their own."""
        draft = copy.copy(self)
        for each in fields(self):
            setattr(draft, each.name, copy.copy(getattr(self, each.name)))
        return draft


class MemoryStores:
    """The stores of one transaction; `tick` is told each call before it happens."""

    def __init__(self, state: MemoryState, tick: Callable[[str], None], *, writing: bool) -> None:
        def told(noun: str) -> Callable[..., None]:
            def told_of(verb: str, *, changes: bool = False) -> None:
                assert writing or not changes, f"{noun}.{verb} inside a reading transaction"
                tick(f"{noun}.{verb}")

            return told_of

        self.clients = MemoryClients(state, told("clients"))
        self.resources = MemoryResources(state, told("resources"))
        self.hand_overs = MemoryHandOvers(state, told("hand_overs"))
        self.accounts = MemoryAccounts(state, told("accounts"))
        self.connect_keys = MemoryConnectKeys(state, told("connect_keys"))
        self.gateways = MemoryGateways(state, told("gateways"))
        self.users = MemoryUsers(state, told("users"))
        self.api_tokens = MemoryApiTokens(state, told("api_tokens"))
        self.authorization_requests = MemoryAuthorizationRequests(
            state, told("authorization_requests")
        )
        self.grants = MemoryGrants(state, told("grants"))
        self.consents = MemoryConsents(state, told("consents"))
        self.sessions = MemorySessions(state, told("sessions"))
        self.devices = MemoryDevices(state, told("devices"))
        self.registrations = MemoryRegistrations(state, told("registrations"))
        self.logout_deliveries = MemoryLogoutDeliveries(state, told("logout_deliveries"))
        self.mails = MemoryMails(state, told("mails"))
        self.pick_ups = MemoryPickUps(state, told("pick_ups"))
        self.kept_answers = MemoryKeptAnswers(state, told("kept_answers"))
        self.made_objects = MemoryMadeObjects(state, told("made_objects"))
        self.groups = MemoryGroups(state, told("groups"))
        self.policies = MemoryPolicies(state, told("policies"))
        self.providers = MemoryProviders(state, told("providers"))
        self.identities = MemoryIdentities(state, told("identities"))
        self.upstream_sign_ins = MemoryUpstreamSignIns(state, told("upstream_sign_ins"))
        self.keys = MemoryKeys(state, told("keys"))
        self.authority = MemoryAuthority(state, told("authority"))
        self.assertions = MemoryAssertions(state, told("assertions"))
        self.failures = MemoryFailures(state, told("failures"))
        self.leases = MemoryLeases(state, told("leases"))
        self.audit = MemoryAudit(state, told("audit"))
        self.call_counts = MemoryCallCounts(state, told("call_counts"))


class MemoryDatabase:
    """Transactions over one state. One writer at a time; readers see what was committed.

    `down` makes every transaction fail; `failing` holds calls that fail (`audit.add`). `calls`
    counts store calls, with `reading` and `writing` for the transactions themselves.
    """

    def __init__(self) -> None:
        self.state = MemoryState()
        self.calls: Counter[str] = Counter()
        self.failing: set[str] = set()
        self.down = False
        self.while_reading: Callable[[], None] | None = None
        """Runs once, inside the next reading transaction, after its snapshot was taken."""
        self._writer = threading.Lock()
        self._counter = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[MemoryStores]:
        self._tick("reading")
        snapshot = self.state
        meanwhile, self.while_reading = self.while_reading, None
        if meanwhile is not None:
            meanwhile()
        yield MemoryStores(snapshot, self._tick, writing=False)

    @contextmanager
    def writing(self) -> Iterator[MemoryStores]:
        self._tick("writing")
        # A second writer in one thread would wait for itself, as it does in a real database.
        assert self._writer.acquire(timeout=10), "a writing transaction inside another one"
        try:
            draft = self.state.copy()
            stores = MemoryStores(draft, self._tick, writing=True)
            yield stores
            stores.audit.write()
            self._tick("commit")
            self.state = draft
        finally:
            self._writer.release()

    @property
    def is_written(self) -> bool:
        """Whether a writing transaction is open."""
        return self._writer.locked()

    @property
    def audit(self) -> list[AuditEvent]:
        """What is on record."""
        return self.state.audit

    def _tick(self, call: str) -> None:
        with self._counter:
            self.calls[call] += 1
        if self.down or call in self.failing:
            raise StorageUnavailable(f"{call}: out of order for a test")
