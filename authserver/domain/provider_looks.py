"""A provider with everything that is kept of it, for those who look after it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from authserver.domain.provider_documents import DocumentKind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.group_rules import GroupRule
    from authserver.domain.provider_documents import ProviderDocument
    from authserver.domain.providers import Provider, ProviderDomain


@dataclass(frozen=True, slots=True)
class ProviderLook:
    """A provider, its group rules, its e-mail domains, and what it published last."""

    provider: Provider
    rules: Sequence[GroupRule]
    domains: Sequence[ProviderDomain]
    documents: Sequence[ProviderDocument]

    def document(self, kind: DocumentKind) -> ProviderDocument | None:
        """One of the documents."""
        return next((each for each in self.documents if each.kind is kind), None)

    @property
    def problem(self) -> str:
        """What was wrong when it was last asked, in words for administrators; empty: nothing."""
        for kind in DocumentKind:
            document = self.document(kind)
            if document is None:
                return f"its {kind} were never read"
            if document.problem:
                return document.problem
        return ""
