"""Everything one transaction gives access to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.storage.api_tokens import ApiTokenRows
from authserver.storage.assertions import AssertionRows
from authserver.storage.audit import AuditRows
from authserver.storage.authority import AuthorityRows
from authserver.storage.authorization_requests import AuthorizationRequestRows
from authserver.storage.call_counts import CallCountRows
from authserver.storage.clients import ClientRows
from authserver.storage.connect_keys import ConnectKeyRows
from authserver.storage.consents import ConsentRows
from authserver.storage.devices import DeviceRows
from authserver.storage.failures import FailureRows
from authserver.storage.gateways import GatewayRows
from authserver.storage.grants import GrantRows
from authserver.storage.groups import GroupRows
from authserver.storage.hand_overs import HandOverRows
from authserver.storage.identities import IdentityRows
from authserver.storage.kept_answers import KeptAnswerRows
from authserver.storage.keys import KeyRows
from authserver.storage.leases import LeaseRows
from authserver.storage.logout_deliveries import LogoutDeliveryRows
from authserver.storage.made_objects import MadeObjectRows
from authserver.storage.mail import MailRows
from authserver.storage.policies import PolicyRows
from authserver.storage.providers import ProviderRows
from authserver.storage.registrations import RegistrationRows
from authserver.storage.resources import ResourceRows
from authserver.storage.sessions import SessionRows
from authserver.storage.subject_accounts import SubjectAccountRows
from authserver.storage.token_pick_ups import TokenPickUpRows
from authserver.storage.upstream_sign_ins import UpstreamSignInRows
from authserver.storage.users import UserRows

if TYPE_CHECKING:
    from authserver.domain.audit_key_ports import ChainKeys
    from authserver.storage.transactions import Transaction


class SqlStores:
    """The stores of one transaction: the `Stores` port."""

    __slots__ = (
        "accounts",
        "api_tokens",
        "assertions",
        "audit",
        "authority",
        "authorization_requests",
        "call_counts",
        "clients",
        "connect_keys",
        "consents",
        "devices",
        "failures",
        "gateways",
        "grants",
        "groups",
        "hand_overs",
        "identities",
        "kept_answers",
        "keys",
        "leases",
        "logout_deliveries",
        "made_objects",
        "mails",
        "pick_ups",
        "policies",
        "providers",
        "registrations",
        "resources",
        "sessions",
        "upstream_sign_ins",
        "users",
    )

    def __init__(self, transaction: Transaction, chain_keys: ChainKeys | None) -> None:
        """Open every store on the transaction; audit records are coded under `chain_keys`."""
        self.call_counts = CallCountRows(transaction)
        self.clients = ClientRows(transaction)
        self.resources = ResourceRows(transaction)
        self.hand_overs = HandOverRows(transaction)
        self.accounts = SubjectAccountRows(transaction)
        self.connect_keys = ConnectKeyRows(transaction)
        self.gateways = GatewayRows(transaction)
        self.users = UserRows(transaction)
        self.api_tokens = ApiTokenRows(transaction)
        self.authorization_requests = AuthorizationRequestRows(transaction)
        self.grants = GrantRows(transaction)
        self.consents = ConsentRows(transaction)
        self.sessions = SessionRows(transaction)
        self.devices = DeviceRows(transaction)
        self.registrations = RegistrationRows(transaction)
        self.logout_deliveries = LogoutDeliveryRows(transaction)
        self.mails = MailRows(transaction)
        self.pick_ups = TokenPickUpRows(transaction)
        self.kept_answers = KeptAnswerRows(transaction)
        self.made_objects = MadeObjectRows(transaction)
        self.groups = GroupRows(transaction)
        self.policies = PolicyRows(transaction)
        self.providers = ProviderRows(transaction)
        self.identities = IdentityRows(transaction)
        self.upstream_sign_ins = UpstreamSignInRows(transaction)
        self.keys = KeyRows(transaction)
        self.authority = AuthorityRows(transaction)
        self.assertions = AssertionRows(transaction)
        self.failures = FailureRows(transaction)
        self.leases = LeaseRows(transaction)
        self.audit = AuditRows(transaction.connection, chain_keys)
