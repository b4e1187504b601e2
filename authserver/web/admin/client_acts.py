"""Stopping clients, letting them go on, ending them: one or several, always asked first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from authserver.domain.clients import ClientStatus
from authserver.web.admin.client_lists import CLIENTS, READ, WRITE, client_path
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import Form
from authserver.web.admin.questions import Question, ask, reasoned
from authserver.web.admin.ticked import Ticked, TickedActs, TickedVerb, there
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l
from authserver.web.languages import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.clients import Client
    from authserver.services.administration import Act
    from authserver.services.clients import Clients
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.visits import Visits


class ClientActs:
    """Asks whether, and does it."""

    def __init__(self, visits: Visits, clients: Clients) -> None:
        """Take the collaborators; hold no state of its own."""
        self._visits = visits
        self._clients = clients

    def ask_disable(self, who: Administrator, client_id: str) -> Response:
        """GET /admin/clients/<client_id>/disable."""
        del who
        return ask(self._disabling(self._clients.get(client_id)), Form())

    def disable(self, who: Administrator, client_id: str) -> Response:
        """POST the same."""
        form = Form(request.form)
        act = reasoned(who.act, form)
        if not form.is_right:
            return ask(self._disabling(self._clients.get(client_id)), form)
        self._clients.disable(client_id, act)
        return self._back(client_id, "disabled")

    def ask_enable(self, who: Administrator, client_id: str) -> Response:
        """GET /admin/clients/<client_id>/enable."""
        del who
        client = self._clients.get(client_id)
        return ask(
            Question(
                _("Enable %(name)s?") % {"name": client.name},
                _("It gets tokens again, as it is registered."),
                _("Enable"),
                f"{client_path(client)}/enable",
                client_path(client),
                _crumbs(client),
            ),
            Form(),
        )

    def enable(self, who: Administrator, client_id: str) -> Response:
        """POST the same."""
        self._clients.enable(client_id, who.act)
        return self._back(client_id, "enabled")

    def ask_delete(self, who: Administrator, client_id: str) -> Response:
        """GET /admin/clients/<client_id>/delete."""
        del who
        return ask(self._deleting(self._clients.get(client_id)), Form())

    def delete(self, who: Administrator, client_id: str) -> Response:
        """POST the same."""
        form = Form(request.form)
        act = reasoned(who.act, form)
        if not form.is_right:
            return ask(self._deleting(self._clients.get(client_id)), form)
        self._clients.delete(client_id, act)
        return self._visits.redirect_to(f"/admin{CLIENTS}?done=deleted")

    def _found(self, keys: Sequence[str]) -> Sequence[Ticked]:
        return [
            Ticked(each.client_id, f"{each.name} ({each.client_id})", client_path(each))
            for each in there(self._clients.get, keys)
        ]

    def _stop(self, client_id: str, act: Act) -> None:
        if self._clients.get(client_id).status is not ClientStatus.DISABLED:
            self._clients.disable(client_id, act)

    def _disabling(self, client: Client) -> Question:
        return Question(
            _("Disable %(name)s?") % {"name": client.name},
            _("None of its tokens count until it is enabled again. It takes effect at once."),
            _("Disable"),
            f"{client_path(client)}/disable",
            client_path(client),
            _crumbs(client),
            is_dangerous=True,
            asks_reason=True,
        )

    def _deleting(self, client: Client) -> Question:
        return Question(
            _("Delete %(name)s for ever?") % {"name": client.name},
            _(
                "Its tokens and secrets end at once, and its id is never given out again. "
                "To stop it for a time, disable it instead."
            ),
            _("Delete for ever"),
            f"{client_path(client)}/delete",
            client_path(client),
            _crumbs(client),
            is_dangerous=True,
            asks_reason=True,
        )

    def _back(self, client_id: str, done: str) -> Response:
        return self._visits.redirect_to(f"/admin{CLIENTS}/{client_id}?done={done}")

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        one, needs = f"{CLIENTS}/<client_id>", frozenset({READ, WRITE})
        verbs = (
            TickedVerb(
                "disable",
                plural("Disable %(num)s client?", "Disable %(num)s clients?"),
                _l("None of their tokens count until they are enabled again."),
                _l("Disable"),
                self._stop,
            ),
            TickedVerb(
                "enable",
                plural("Enable %(num)s client?", "Enable %(num)s clients?"),
                _l("They get tokens again, as they are registered."),
                _l("Enable"),
                self._clients.enable,
                is_dangerous=False,
            ),
        )
        yield from TickedActs(
            self._visits, CLIENTS, "clients_bulk", needs, _l("Clients"), self._found, verbs
        ).pages()
        yield ConsolePage(f"{one}/disable", "client_disable", needs, self.ask_disable, self.disable)
        yield ConsolePage(f"{one}/enable", "client_enable", needs, self.ask_enable, self.enable)
        yield ConsolePage(f"{one}/delete", "client_delete", needs, self.ask_delete, self.delete)


def _crumbs(client: Client) -> Sequence[tuple[str, str]]:
    return [(_("Clients"), CLIENTS), (client.name, client_path(client))]
