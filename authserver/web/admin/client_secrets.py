"""`/admin/clients/<client_id>/rotate`: a new secret, while the old ones go on for a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.durations import written_seconds
from authserver.services.clients import OVERLAP_SECONDS
from authserver.web.admin.cells import Kind
from authserver.web.admin.client_lists import CLIENTS, READ, WRITE, client_path
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.questions import Question, ask
from authserver.web.admin.showing import show
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Response

    from authserver.domain.clients import Client
    from authserver.domain.ports import Clock
    from authserver.services.clients import Clients
    from authserver.web.admin.console_pages import Administrator

NAMES: Final = {"overlap": "overlap", "expires_in": "expires_in"}


class ClientSecrets:
    """Rotates the secrets of clients."""

    def __init__(self, clients: Clients, clock: Clock) -> None:
        """Take the collaborators; hold no state of its own."""
        self._clients = clients
        self._clock = clock

    def ask(self, who: Administrator, client_id: str) -> Response:
        """GET: how long the old ones go on."""
        del who
        start = {"overlap": written_seconds(OVERLAP_SECONDS)}
        return self._page(self._clients.get(client_id), Form(start=start))

    def rotate(self, who: Administrator, client_id: str) -> Response:
        """POST: the new secret, this once."""
        client = self._clients.get(client_id)
        form = Form(request.form)
        overlap = form.seconds("overlap")
        expires_in = form.seconds("expires_in")
        if not form.is_right:
            return self._page(client, form)
        try:
            fresh = self._clients.rotate_secret(
                client_id, who.act, overlap_seconds=overlap or 0, expires_in=expires_in
            )
        except REFUSALS as refusal:
            form.refused(refusal, NAMES)
            return self._page(client, form)
        ends_at = fresh.stored.created_at + (overlap or 0)
        return show(
            "admin/client_rotated.html",
            title=_("New secret for %(name)s") % {"name": client.name},
            crumbs=[(_("Clients"), CLIENTS), (client.name, client_path(client))],
            sentence=_("The client has a new secret."),
            value=fresh.value,
            label=_("New client secret"),
            back=(_("Done, to the client"), client_path(client)),
            ends_at=ends_at if overlap else None,
        )

    def _page(self, client: Client, form: Form) -> Response:
        now = self._clock.now()
        live = [each for each in client.secrets if each.is_live(now)]
        return ask(
            Question(
                _("New secret for %(name)s") % {"name": client.name},
                _(
                    "The client gets a new secret, shown once. Put it where the old one is now, "
                    "while the old one still works."
                ),
                _("Make a new secret"),
                f"{client_path(client)}/rotate",
                client_path(client),
                [(_("Clients"), CLIENTS), (client.name, client_path(client))],
                facts=[(_("Live secrets now"), len(live), Kind.NUMBER)],
                is_done_once=True,
            ),
            form,
            template="admin/client_rotate.html",
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        path, needs = f"{CLIENTS}/<client_id>/rotate", frozenset({READ, WRITE})
        yield ConsolePage(path, "client_rotate", needs, self.ask, self.rotate)
