"""The policies of sites, as a worker remembers them under the authority's lease."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.authority import ChangeKind
from authserver.domain.errors import StorageUnavailable
from authserver.domain.policy_documents import DEFAULT_DOCUMENT
from authserver.domain.policy_problems import PolicyInvalid
from authserver.services.policy_reading import read_policy
from authserver.services.remembering import Remembered
from authserver.services.site_policies import SitePolicy, compile_policy, no_policy

if TYPE_CHECKING:
    from authserver.domain.operations import OperationCatalogue
    from authserver.domain.policy_documents import PolicyDocument, PolicyVersion
    from authserver.domain.ports import Database, Stores
    from authserver.domain.resources import ProtectedResource
    from authserver.services.authority import AuthorityView

_Documents = tuple[tuple["PolicyVersion", "PolicyDocument"], ...]


class PolicyView:
    """What calls to sites are asked. Only to be believed after `AuthorityView.ensure_fresh`.

    There are few sites: what was compiled is kept for each until one of its documents changes.
    """

    def __init__(
        self, database: Database, view: AuthorityView, catalogue: OperationCatalogue
    ) -> None:
        """Know nothing yet; forget a site's policy when its document or the default one changes."""
        self._catalogue = catalogue
        self._documents: Remembered[str, _Documents] = Remembered(
            database,
            view,
            ChangeKind.POLICY,
            _load,
            concerns=lambda resource, changed: changed in {DEFAULT_DOCUMENT, resource},
        )
        self._compiled: dict[str, tuple[_Documents, str, SitePolicy]] = {}

    def of(self, resource: ProtectedResource) -> SitePolicy:
        """The policy of a registered resource.

        Raises:
            StorageUnavailable: the database is needed and does not answer, or a document that was
                applied cannot be read any more: then nobody may call.
        """
        documents = self._documents.get(resource.name)
        assert documents is not None  # noqa: S101 - _load always finds them, perhaps none
        known = self._compiled.get(resource.name)
        if known is not None and known[0] is documents and known[1] == resource.url:
            return known[2]
        policy = self._compile(documents, resource)
        # Two threads may do it at once: they make the same.
        self._compiled[resource.name] = (documents, resource.url, policy)
        return policy

    def _compile(self, documents: _Documents, resource: ProtectedResource) -> SitePolicy:
        if not documents:
            return no_policy(resource)
        return compile_policy(documents, self._catalogue.of_kind(resource.kind), resource)


def _load(stores: Stores, resource: str) -> _Documents:
    documents = []
    # A site may be called like the default document: then it has none of its own.
    for name in dict.fromkeys((DEFAULT_DOCUMENT, resource)):
        version = stores.policies.current(name)
        if version is None:
            continue
        try:
            documents.append((version, read_policy(version.text)))
        except PolicyInvalid as error:
            raise StorageUnavailable(
                f"policy {name}@{version.number} cannot be read: {error.problems[0]}"
            ) from None
    return tuple(documents)
