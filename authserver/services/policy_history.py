"""Policies of sites as they were, or as they would be: compiled aside from the hot path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import NotFound
from authserver.domain.policy_documents import DEFAULT_DOCUMENT, PolicyVersion
from authserver.services.policy_reading import read_policy
from authserver.services.policy_versions import existing
from authserver.services.site_policies import compile_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.operations import OperationCatalogue
    from authserver.domain.policy_documents import PolicyDocument
    from authserver.domain.ports import Stores
    from authserver.domain.resources import ProtectedResource
    from authserver.services.site_policies import SitePolicy

DRAFT: Final = 0
"""The number of a version that was not applied yet."""
_PART: Final = re.compile(r"(\S+)@([1-9][0-9]{0,9})")


def policy_at(
    stores: Stores, catalogue: OperationCatalogue, resource: ProtectedResource, label: str
) -> SitePolicy:
    """The policy that a label names (`default@3 jira@1`), empty for none.

    Raises:
        NotFound: there is no such version.
        PolicyInvalid: it cannot be read any more.
    """
    documents: list[tuple[PolicyVersion, PolicyDocument]] = []
    for part in label.split():
        named = _PART.fullmatch(part)
        if named is None:
            raise NotFound("policy version", part)
        version = existing(stores, named[1], int(named[2]))
        documents.append((version, read_policy(version.text)))
    return compile_policy(documents, catalogue.of_kind(resource.kind), resource)


def policy_with(
    stores: Stores,
    catalogue: OperationCatalogue,
    resource: ProtectedResource,
    drafts: Mapping[str, PolicyDocument],
) -> SitePolicy:
    """The policy of now, but with `drafts` in the place of the documents of those names.

    Raises:
        PolicyInvalid: a version that counts cannot be read any more.
    """
    documents: list[tuple[PolicyVersion, PolicyDocument]] = []
    for name in (DEFAULT_DOCUMENT, resource.name):
        if name in drafts:
            draft = PolicyVersion(name, DRAFT, "", 0.0, "", "")
            documents.append((draft, drafts[name]))
            continue
        version = stores.policies.current(name)
        if version is not None:
            documents.append((version, read_policy(version.text)))
    return compile_policy(documents, catalogue.of_kind(resource.kind), resource)
