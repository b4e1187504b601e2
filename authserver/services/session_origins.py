"""Where the sessions of a user come from: what is on record of their beginnings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.sessions import PASSWORD_ACR
from authserver.services.audit_searches import SearchTerms

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.ports import Database
    from authserver.domain.sessions import Session
    from authserver.services.audit import AuditService

BEGINNINGS: Final = ("session.started", "session.renewed")
MOST: Final = 20
"""Sessions that are looked up; a page with more of them names no provider for the rest."""


class SessionOrigins:
    """Reads at which provider somebody signed in."""

    def __init__(self, audit: AuditService, database: Database) -> None:
        """Take the collaborators; hold no state of its own."""
        self._audit = audit
        self._database = database

    def providers(self, sessions: Sequence[Session]) -> Mapping[str, str]:
        """By session id what people call the provider, where that is on record."""
        away = [each for each in sessions if each.acr != PASSWORD_ACR][:MOST]
        names = {each.session_id: self._provider(each) for each in away}
        if not any(names.values()):
            return {}
        with self._database.reading() as stores:
            called = {each.name: each.display_name for each in stores.providers.list()}
        return {key: called.get(name, name) for key, name in names.items() if name}

    def _provider(self, session: Session) -> str:
        terms = SearchTerms(object_name=f"session:{session.session_id}")
        for record in self._audit.search(terms, limit=len(BEGINNINGS) * 2).records:
            if record.action in BEGINNINGS:
                return str(record.details.get("provider", ""))
        return ""
