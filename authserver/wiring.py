"""The composition root: the only module that sees every layer.

A `Container` makes each part at its first use, so that a command which lists clients does not
load the catalogue, and a worker has everything it needs before it serves.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from authserver import wiring_installation
from authserver.crypto.client_assertions import ClientAssertionVerifier
from authserver.crypto.current_reader import CurrentTokenReader
from authserver.crypto.keyring import Keyring
from authserver.crypto.token_memory import VerifiedTokens
from authserver.protocol.server import AuthorizationServer
from authserver.services.authority import AuthorityView
from authserver.services.client_authentication import CLIENT_SECRET, ClientAuthentication
from authserver.services.decisions import Decisions
from authserver.services.directory import Directory, Keys
from authserver.services.failed_authentications import FailedAuthentications
from authserver.services.gateway_authentication import GatewayAuthentication
from authserver.services.hand_over_view import HandOverView
from authserver.services.introspection import Introspection
from authserver.services.issuance import Issuance
from authserver.services.operation_scopes import OperationScopes
from authserver.services.resource_authentication import RESOURCE_SECRET, ResourceAuthentication
from authserver.services.revocation import Revocation
from authserver.services.secret_checks import SecretCheck
from authserver.services.throttling import Throttle, ThrottleLimits
from authserver.services.usage import LastUses
from authserver.storage.sequence import SequenceReader
from authserver.wiring_administration import AdministrationParts
from authserver.wiring_housekeeping import Housekeeping
from authserver.wiring_inspection import inspecting
from authserver.wiring_installation import Installer

if TYPE_CHECKING:
    import threading
    from collections.abc import Sequence
    from contextlib import AbstractContextManager

    from authserver.domain.installation import (
        InitialisationSteps,
        Inspection,
        SchemaStatus,
        SchemaUpgrade,
    )
    from authserver.domain.keys import SigningKey
    from authserver.settings import Settings

REMEMBERED_TOKENS: Final = 50_000
"""Verified tokens a worker keeps: about 1 KiB each."""
NETWORK_FACTOR: Final = 10
"""A network may fail ten times as often as one caller in it: offices share an address."""


class Container(AdministrationParts):
    """Every service of one process."""

    def close(self) -> None:
        """Close what was opened."""
        sequence = self.__dict__.get("sequence")
        if sequence is not None:
            sequence.close()
        super().close()

    @cached_property
    def uses(self) -> LastUses:
        """When credentials were last used."""
        return LastUses()

    @cached_property
    def view(self) -> AuthorityView:
        """This process's view of the authority."""
        return AuthorityView(
            self.database, self.clock, sequence=self.sequence, aside=self.turns.aside
        )

    @cached_property
    def sequence(self) -> SequenceReader:
        """The authority's sequence, on a connection that no request waits for."""
        return SequenceReader(self.database.engine)

    @cached_property
    def directory(self) -> Directory:
        """Clients, resources and gateways, remembered under the lease."""
        return Directory(self.database, self.view)

    @cached_property
    def hand_over_view(self) -> HandOverView:
        """How calls are handed over, remembered under the lease."""
        return HandOverView(self.database, self.view, self.sealer)

    @cached_property
    def keys(self) -> Keys:
        """The keyring, rebuilt when a key changes."""
        return Keys(self.database, self.view, self._keyring, self.turns.aside)

    @cached_property
    def tokens(self) -> CurrentTokenReader:
        """Verifies access tokens, each signature once."""
        return CurrentTokenReader(lambda: self.keys.ring)

    @cached_property
    def verified_tokens(self) -> VerifiedTokens:
        """What keyrings have verified, kept over their changes."""
        return VerifiedTokens(REMEMBERED_TOKENS)

    @cached_property
    def throttle(self) -> Throttle:
        """Counts failed credentials."""
        chosen = self.settings.throttling
        limits = ThrottleLimits(
            per_caller=chosen.failures,
            per_network=chosen.failures * NETWORK_FACTOR,
            window_seconds=chosen.window_seconds,
            ipv4_prefix=chosen.ipv4_prefix,
            ipv6_prefix=chosen.ipv6_prefix,
        )
        return Throttle(self.clock, limits)

    @cached_property
    def failed_authentications(self) -> FailedAuthentications:
        """Counts, records and refuses them."""
        return FailedAuthentications(self.database, self.throttle)

    @cached_property
    def client_authentication(self) -> ClientAuthentication:
        """Which client is this, really?"""
        return ClientAuthentication(
            directory=self.directory,
            database=self.database,
            clock=self.clock,
            digester=self.digester,
            secrets=SecretCheck(self.digester, self.passwords, CLIENT_SECRET),
            assertions=ClientAssertionVerifier([self.settings.issuer]),
            throttle=self.throttle,
            failures=self.failed_authentications,
            uses=self.uses,
        )

    @cached_property
    def resource_authentication(self) -> ResourceAuthentication:
        """Which protected resource is this, really?"""
        return ResourceAuthentication(
            directory=self.directory,
            clock=self.clock,
            secrets=SecretCheck(self.digester, self.passwords, RESOURCE_SECRET),
            throttle=self.throttle,
            failures=self.failed_authentications,
            uses=self.uses,
        )

    @cached_property
    def gateway_authentication(self) -> GatewayAuthentication:
        """Which gateway is this, really?"""
        return GatewayAuthentication(
            directory=self.directory,
            digester=self.digester,
            throttle=self.throttle,
            failures=self.failed_authentications,
            uses=self.uses,
        )

    @cached_property
    def issuance(self) -> Issuance:
        """Issues access tokens."""
        return Issuance(
            issuer=self.settings.issuer,
            directory=self.directory,
            keys=self.keys,
            journal=self.journal,
            secret_maker=self.secret_maker,
            scopes_of_kind=self.scopes_of_kind,
            longest_seconds=self.settings.tokens.access_token_max_seconds,
        )

    @cached_property
    def introspection(self) -> Introspection:
        """The verdict on tokens."""
        return Introspection(directory=self.directory, tokens=self.tokens)

    @cached_property
    def decisions(self) -> Decisions:
        """Decides on calls to sites."""
        return Decisions(
            scopes=OperationScopes(self.catalogue.operations),
            introspection=self.introspection,
            hand_overs=self.hand_over_view,
            keys=self.keys,
            journal=self.journal,
        )

    @cached_property
    def revocation(self) -> Revocation:
        """Takes tokens back."""
        return Revocation(
            database=self.database, view=self.view, tokens=self.tokens, barrier=self.barrier
        )

    @cached_property
    def authorization_server(self) -> AuthorizationServer:
        """The grants."""
        return AuthorizationServer(
            token_endpoint=self.settings.issuer + "/oauth2/token",
            client_authentication=self.client_authentication,
            issuance=self.issuance,
        )

    def _keyring(self, keys: Sequence[SigningKey]) -> Keyring:
        return Keyring(keys, self.sealer, self.settings.issuer, self.verified_tokens)


def build_container(settings: Settings) -> Container:
    """Every service, wired for `settings`."""
    return Container(settings)


def initialisation_steps(settings: Settings) -> InitialisationSteps:
    """The steps of `authserver init`; they need neither key files nor schema."""
    return Installer(settings)


def inspection(settings: Settings) -> AbstractContextManager[Inspection]:
    """A look at the installation, for `doctor` and `serve`."""
    return inspecting(settings)


def schema_status(settings: Settings) -> SchemaStatus:
    """Where the schema stands.

    Raises:
        StorageUnavailable: the database does not answer.
    """
    with inspecting(settings) as look:
        return look.schema()


def upgrade_schema(settings: Settings) -> SchemaUpgrade:
    """Bring the schema up to date.

    Raises:
        Conflict: the database belongs to a newer version.
        StorageUnavailable: it does not answer.
    """
    return wiring_installation.upgrade_schema(settings)


def run_housekeeping(settings: Settings, stop: threading.Event) -> None:
    """Do the work beside the requests until `stop` is set; raises what it cannot go on from."""
    with Container(settings) as container:
        Housekeeping(container).run(stop)
