"""The services behind the administration API, by the names that the container gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.operations import OperationCatalogue
    from authserver.domain.ports import Clock
    from authserver.domain.scopes import ScopeCatalogue
    from authserver.gateway.nginx_files import NginxFiles
    from authserver.services.api_token_administration import ApiTokens
    from authserver.services.api_token_bulk import ApiTokenBulk
    from authserver.services.api_token_disuse import ApiTokenDisuse
    from authserver.services.api_token_power import ApiTokenPower
    from authserver.services.audit import AuditService
    from authserver.services.client_lists import ClientLists
    from authserver.services.clients import Clients
    from authserver.services.connect_keys import ConnectKeys
    from authserver.services.counted_calls import CountedCalls
    from authserver.services.dashboard import DashboardService
    from authserver.services.declaration_export import DeclarationExport
    from authserver.services.declarations import Declarations
    from authserver.services.external_denials import ExternalDenials
    from authserver.services.gateways import Gateways
    from authserver.services.grants import Grants
    from authserver.services.groups import Groups
    from authserver.services.hand_overs import HandOvers
    from authserver.services.identities import Identities
    from authserver.services.initial_access_tokens import InitialAccessTokens
    from authserver.services.leak_reports import LeakReports
    from authserver.services.long_lists import LongLists
    from authserver.services.mail_administration import MailAdministration
    from authserver.services.mail_previews import MailPreviews
    from authserver.services.policies import Policies
    from authserver.services.policy_expectations import PolicyExpectations
    from authserver.services.policy_explanations import PolicyExplanations
    from authserver.services.policy_replays import PolicyReplays
    from authserver.services.provider_domains import ProviderDomains
    from authserver.services.provider_group_rules import ProviderGroupRules
    from authserver.services.provider_secrets import ProviderSecrets
    from authserver.services.providers import Providers
    from authserver.services.resealing import Resealing
    from authserver.services.resources import Resources
    from authserver.services.sessions import Sessions
    from authserver.services.signing_keys import SigningKeys
    from authserver.services.subject_accounts import SubjectAccounts
    from authserver.services.unknown_paths import UnknownPaths
    from authserver.services.user_credentials import UserCredentials
    from authserver.services.user_stops import UserStops
    from authserver.services.users import Users
    from authserver.services.who_may_call import WhoMayCall


class Catalogue(Protocol):
    """Facts about Atlassian's APIs."""

    @property
    def scopes(self) -> ScopeCatalogue:
        """Every scope."""
        ...

    @property
    def operations(self) -> OperationCatalogue:
        """Every operation."""
        ...


class AdminServices(Protocol):
    """Everything that handlers use. Each is made when the first call needs it."""

    @property
    def clock(self) -> Clock:
        """Time."""
        ...

    @property
    def clients(self) -> Clients:
        """Client administration."""
        ...

    @property
    def client_lists(self) -> ClientLists:
        """Clients, page by page."""
        ...

    @property
    def resources(self) -> Resources:
        """Resource administration."""
        ...

    @property
    def hand_overs(self) -> HandOvers:
        """How calls are handed over to sites."""
        ...

    @property
    def subject_accounts(self) -> SubjectAccounts:
        """Accounts of sites that stand for subjects."""
        ...

    @property
    def gateways(self) -> Gateways:
        """Gateway administration."""
        ...

    @property
    def connect_keys(self) -> ConnectKeys:
        """Keys of Connect apps."""
        ...

    @property
    def initial_access_tokens(self) -> InitialAccessTokens:
        """Permissions to register clients."""
        ...

    @property
    def signing_keys(self) -> SigningKeys:
        """The life of signing keys."""
        ...

    @property
    def long_lists(self) -> LongLists:
        """Long lists, page by page."""
        ...

    @property
    def users(self) -> Users:
        """Users."""
        ...

    @property
    def user_credentials(self) -> UserCredentials:
        """What speaks for a user."""
        ...

    @property
    def user_stops(self) -> UserStops:
        """Everything of a user at once."""
        ...

    @property
    def groups(self) -> Groups:
        """Local groups."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Who is signed in."""
        ...

    @property
    def grants(self) -> Grants:
        """What users allowed to apps."""
        ...

    @property
    def identities(self) -> Identities:
        """Who users are at providers."""
        ...

    @property
    def api_tokens(self) -> ApiTokens:
        """Making API tokens."""
        ...

    @property
    def api_token_power(self) -> ApiTokenPower:
        """Stopping them."""
        ...

    @property
    def api_token_bulk(self) -> ApiTokenBulk:
        """Stopping many of them."""
        ...

    @property
    def api_token_disuse(self) -> ApiTokenDisuse:
        """Those that nobody uses."""
        ...

    @property
    def providers(self) -> Providers:
        """Identity providers."""
        ...

    @property
    def provider_secrets(self) -> ProviderSecrets:
        """Our credentials there."""
        ...

    @property
    def provider_group_rules(self) -> ProviderGroupRules:
        """What groups there mean here."""
        ...

    @property
    def provider_domains(self) -> ProviderDomains:
        """Whose people sign in where."""
        ...

    @property
    def external_denials(self) -> ExternalDenials:
        """What of theirs counts no more."""
        ...

    @property
    def policies(self) -> Policies:
        """Policy documents."""
        ...

    @property
    def policy_replays(self) -> PolicyReplays:
        """What decided calls would have got."""
        ...

    @property
    def who_may_call(self) -> WhoMayCall:
        """Who can do something at a site now."""
        ...

    @property
    def policy_explanations(self) -> PolicyExplanations:
        """Why a call passes, or not."""
        ...

    @property
    def audit(self) -> AuditService:
        """The record of acts."""
        ...

    @property
    def counted_calls(self) -> CountedCalls:
        """How often who called what."""
        ...

    @property
    def mail_administration(self) -> MailAdministration:
        """The outbox."""
        ...

    @property
    def mail_previews(self) -> MailPreviews:
        """What mails look like."""
        ...

    @property
    def leak_reports(self) -> LeakReports:
        """Secrets that somebody found."""
        ...

    @property
    def policy_expectations(self) -> PolicyExpectations:
        """What calls must get."""
        ...

    @property
    def unknown_paths(self) -> UnknownPaths:
        """Routes that no operation is known for."""
        ...

    @property
    def resealing(self) -> Resealing:
        """Changing the key-encryption key."""
        ...

    @property
    def nginx_files(self) -> NginxFiles:
        """Configurations of reverse proxies."""
        ...

    @property
    def catalogue(self) -> Catalogue:
        """Scopes and operations."""
        ...

    @property
    def declarations(self) -> Declarations:
        """Applies files."""
        ...

    @property
    def declaration_export(self) -> DeclarationExport:
        """Writes files."""
        ...

    @property
    def dashboard(self) -> DashboardService:
        """The numbers of this moment."""
        ...

    @property
    def shown_settings(self) -> Mapping[str, object]:
        """Every setting by its name; none holds a secret."""
        ...
