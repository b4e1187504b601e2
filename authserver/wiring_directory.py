"""Who exists and who is calling, wired: what every endpoint for machines begins with."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from authserver.crypto.client_assertions import ClientAssertionVerifier, ClientKeySets
from authserver.crypto.current_reader import CurrentTokenReader
from authserver.crypto.keyring import Keyring
from authserver.crypto.token_memory import VerifiedTokens
from authserver.services.authority import AuthorityView
from authserver.services.client_authentication import CLIENT_SECRET, ClientAuthentication
from authserver.services.directory import Directory, Keys
from authserver.services.failed_authentications import FailedAuthentications
from authserver.services.gateway_authentication import GatewayAuthentication
from authserver.services.hand_over_view import HandOverView
from authserver.services.remote_keys import RemoteKeyAssertions, RemoteKeys
from authserver.services.resource_authentication import RESOURCE_SECRET, ResourceAuthentication
from authserver.services.secret_checks import SecretCheck
from authserver.services.throttling import Throttle, ThrottleLimits
from authserver.services.usage import LastUses
from authserver.storage.sequence import SequenceReader
from authserver.wiring_grants import GrantParts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.keys import SigningKey

REMEMBERED_TOKENS: Final = 50_000
"""Verified tokens a worker keeps: about 1 KiB each."""
NETWORK_FACTOR: Final = 10
"""A network may fail ten times as often as one caller in it: offices share an address."""


class DirectoryParts(GrantParts):
    """The part of a container that knows parties, and remembers them."""

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
    def throttle_limits(self) -> ThrottleLimits:
        """How many failures are forgiven, and what a network is."""
        chosen = self.settings.throttling
        return ThrottleLimits(
            per_caller=chosen.failures,
            per_network=chosen.failures * NETWORK_FACTOR,
            window_seconds=chosen.window_seconds,
            ipv4_prefix=chosen.ipv4_prefix,
            ipv6_prefix=chosen.ipv6_prefix,
        )

    @cached_property
    def throttle(self) -> Throttle:
        """Counts failed credentials."""
        return Throttle(self.clock, self.throttle_limits)

    @cached_property
    def failed_authentications(self) -> FailedAuthentications:
        """Counts, records and refuses them."""
        return FailedAuthentications(self.database, self.throttle)

    @cached_property
    def remote_keys(self) -> RemoteKeys:
        """Keys of clients at their `jwks_uri`."""
        return RemoteKeys(
            http=self.client_http,
            public_keys=ClientKeySets(rs256=self.settings.clients.takes_rs256),
            clock=self.clock,
            aside=self.turns.aside,
        )

    @cached_property
    def client_authentication(self) -> ClientAuthentication:
        """Which client is this, really?"""
        return ClientAuthentication(
            directory=self.directory,
            database=self.database,
            clock=self.clock,
            digester=self.digester,
            secrets=SecretCheck(self.digester, self.passwords, CLIENT_SECRET),
            assertions=RemoteKeyAssertions(
                ClientAssertionVerifier(
                    self.settings.issuer,
                    self.settings.issuer + "/oauth2/token",
                    rs256=self.settings.clients.takes_rs256,
                ),
                self.remote_keys,
            ),
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

    def _keyring(self, keys: Sequence[SigningKey]) -> Keyring:
        return Keyring(keys, self.sealer, self.settings.issuer, self.verified_tokens)
