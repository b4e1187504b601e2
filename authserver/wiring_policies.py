"""Policies, wired."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from authserver.domain.policy_documents import DEFAULT_DOCUMENT
from authserver.domain.resources import SITE_KINDS
from authserver.services.policies import Policies
from authserver.services.policy_references import StoredReferences
from authserver.services.policy_view import PolicyView
from authserver.wiring_connect import ConnectParts

if TYPE_CHECKING:
    from authserver.domain.ports import Stores


class PolicyParts(ConnectParts):
    """The part of a container that knows policies."""

    @cached_property
    def policies(self) -> Policies:
        """Policy documents."""
        return Policies(administration=self.administration, references=self._policy_references)

    @cached_property
    def policy_view(self) -> PolicyView:
        """The policies of sites, remembered under the lease."""
        return PolicyView(self.database, self.view, self.catalogue.operations)

    def _policy_references(self, stores: Stores, name: str) -> StoredReferences:
        """The default document may speak of every product, a site's of its own."""
        resource = None if name == DEFAULT_DOCUMENT else stores.resources.get(name)
        kinds = SITE_KINDS if resource is None else (resource.kind,)
        products = [self.catalogue.operations.of_kind(kind) for kind in kinds]
        return StoredReferences(stores, products, self.scopes_of_kind)
