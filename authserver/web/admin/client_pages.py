"""`/admin/clients/<client_id>`: all that is known of one client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.roles import Area, to_read
from authserver.domain.searches import GrantSearch
from authserver.services.audit_searches import SearchTerms
from authserver.services.client_consistency import has_users
from authserver.services.client_descriptions import described
from authserver.web.admin.client_facts import client_facts, user_facts
from authserver.web.admin.client_lists import CLIENTS, READ
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.showing import show, what_happened
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from flask import Response

    from authserver.domain.audit_records import AuditRecord
    from authserver.domain.clients import Client
    from authserver.domain.ports import Clock
    from authserver.services.audit import AuditService
    from authserver.services.clients import Clients
    from authserver.services.grants import Grants
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.admin.snippets import Snippets
    from authserver.web.languages import Text

MOST_GRANTS: Final = 10
MOST_RECORDS: Final = 10
DONE: Final[Mapping[str, Text]] = {
    "changed": _l("The client is changed. What it may no longer do has ended for its tokens, too."),
    "disabled": _l("The client is disabled: none of its tokens count until it is enabled again."),
    "enabled": _l("The client is enabled."),
}
"""What the page may say happened."""


class ClientPages:
    """Shows one client."""

    def __init__(
        self,
        *,
        clients: Clients,
        grants: Grants,
        audit: AuditService,
        snippets: Snippets,
        clock: Clock,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._clients = clients
        self._grants = grants
        self._audit = audit
        self._snippets = snippets
        self._clock = clock

    def show(self, who: Administrator, client_id: str) -> Response:
        """GET /admin/clients/<client_id>."""
        client = self._clients.get(client_id)
        now = self._clock.now()
        wanted = GrantSearch(client_id=client_id, live_at=now)
        grants, count = self._grants.newest(wanted, MOST_GRANTS)
        return show(
            "admin/client.html",
            title=client.name,
            crumbs=[(_("Clients"), CLIENTS)],
            client=client,
            facts=client_facts(client),
            user_facts=user_facts(client) if has_users(client.grant_types) else (),
            keys=described(client)["keys"],
            secrets=[(each, each.is_live(now)) for each in client.secrets],
            grants=grants if who.may(to_read(Area.SUPPORT)) else (),
            grant_count=count,
            records=self._records(who, client),
            snippets=self._snippets.for_client(client),
            done=what_happened(DONE),
        )

    def _records(self, who: Administrator, client: Client) -> Sequence[AuditRecord]:
        if not who.may(to_read(Area.AUDIT)):
            return ()
        terms = SearchTerms(client=client.client_id)
        return self._audit.search(terms, limit=MOST_RECORDS).records

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        path = f"{CLIENTS}/<client_id>"
        yield ConsolePage(path, "client", frozenset({READ}), self.show)
