"""Configuration in files, wired."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from authserver.services.commit_barrier import CommitBarrier
from authserver.services.declaration_export import DeclarationExport
from authserver.services.declarations import Declarations
from authserver.services.declared_clients import DeclaredClients
from authserver.services.declared_gateways import DeclaredGateways
from authserver.services.declared_people import DeclaredGroups, DeclaredUsers
from authserver.services.declared_policies import DeclaredPolicies
from authserver.services.declared_providers import DeclaredProviders
from authserver.services.declared_resources import DeclaredResources
from authserver.wiring_explanations import ExplanationParts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.declarations import DeclaredKind
    from authserver.services.declared_looks import Looks
    from authserver.services.declared_objects import DeclaredObjects
    from authserver.services.one_transaction import OneTransaction

_SHARED: Final = (
    "catalogue",
    "key_files",
    "passwords",
    "provider_credentials",
    "provider_http",
    "sealer",
    "turns",
)
"""Parts that take long to make, or are one for the process, and open no transaction."""
_PLACES: Final = 8


class DeclarationParts(ExplanationParts):
    """The part of a container that applies files and writes them."""

    @cached_property
    def declarations(self) -> Declarations:
        """Applies files."""
        return Declarations(
            administration=self.administration,
            looks=self.provider_checks,
            objects=self.declared_objects,
        )

    @cached_property
    def declaration_export(self) -> DeclarationExport:
        """Writes files."""
        return DeclarationExport(database=self.database, objects=self.declared_objects)

    def declared_objects(
        self, transaction: OneTransaction, looks: Looks
    ) -> Mapping[DeclaredKind, DeclaredObjects]:
        """Everything that files declare, worked on inside one transaction.

        It is a container of its own, whose only database is that transaction.
        """
        inner = type(self)(self.settings, clock=self.clock, entropy=self.entropy)
        parts = vars(inner)
        parts |= {name: getattr(self, name) for name in _SHARED}
        parts["database"] = transaction
        parts["provider_checks"] = looks
        # Whoever opened the transaction waits, once, when it is committed.
        parts["barrier"] = CommitBarrier(self.clock, wait_seconds=0.0, places=_PLACES)
        stores = transaction.stores
        seconds = self.settings.tokens.access_token_seconds
        every: tuple[DeclaredObjects, ...] = (
            DeclaredResources(inner, stores),
            DeclaredGateways(inner),
            DeclaredClients(inner, access_token_seconds=seconds),
            DeclaredGroups(inner, stores),
            DeclaredProviders(inner, stores),
            DeclaredUsers(inner, stores),
            DeclaredPolicies(inner, stores),
        )
        return {each.kind: each for each in every}
