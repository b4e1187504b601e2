"""Signing in at identity providers, wired."""

from __future__ import annotations

from functools import cached_property

from authserver.services.connections import Connections
from authserver.services.directory_groups import DirectoryGroups
from authserver.services.federated_arrivals import FederatedArrivals
from authserver.services.federated_sign_in import FederatedSignIn
from authserver.services.federated_users import FederatedUsers
from authserver.services.group_effects import GroupEffects
from authserver.services.group_reading import GroupReading
from authserver.services.identities import Identities
from authserver.services.sign_in_choices import SignInChoices
from authserver.services.upstream_attempts import UpstreamAttempts
from authserver.services.upstream_proof import UpstreamProof
from authserver.wiring_providers import ProviderParts


class FederationParts(ProviderParts):
    """The part of a container that signs people in at providers, and out again."""

    @cached_property
    def identities(self) -> Identities:
        """Who users are at providers."""
        return Identities(administration=self.administration, power=self.provider_power)

    @cached_property
    def connections(self) -> Connections:
        """What users see of that."""
        return Connections(self.database)

    @cached_property
    def sign_in_choices(self) -> SignInChoices:
        """The ways in."""
        return SignInChoices(self.database)

    @cached_property
    def federated_users(self) -> FederatedUsers:
        """Users who come from a provider."""
        return FederatedUsers(secret_maker=self.secret_maker)

    @cached_property
    def group_effects(self) -> GroupEffects:
        """What groups at a provider change here."""
        return GroupEffects()

    @cached_property
    def group_reading(self) -> GroupReading:
        """Groups at providers."""
        directory = DirectoryGroups(
            server=self.provider_servers,
            credentials=self.provider_credentials,
            aside=self.turns.aside,
        )
        return GroupReading(directory=directory)

    @cached_property
    def federated_sign_in(self) -> FederatedSignIn:
        """Signs people in at providers."""
        proof = UpstreamProof(
            server=self.provider_servers,
            documents=self.provider_documents,
            credentials=self.provider_credentials,
            reader=self.foreign_tokens,
            groups=self.group_reading,
            clock=self.clock,
        )
        arrivals = FederatedArrivals(
            administration=self.administration,
            sessions=self.sessions,
            users=self.federated_users,
            effects=self.group_effects,
            sealer=self.sealer,
            notices=self.security_notices,
        )
        return FederatedSignIn(
            issuer=self.settings.issuer,
            database=self.database,
            documents=self.provider_documents,
            attempts=UpstreamAttempts(
                database=self.database,
                digester=self.digester,
                secret_maker=self.secret_maker,
                sealer=self.successor_sealer,
            ),
            proof=proof,
            arrivals=arrivals,
        )
