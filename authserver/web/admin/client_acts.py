"""Stopping clients, letting them go on, ending them: one or several, always asked first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.clients import ClientStatus
from authserver.domain.errors import InvalidField, NotFound
from authserver.web.admin.client_lists import CLIENTS, READ, WRITE, client_path
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, WHOLE, Form
from authserver.web.admin.questions import Question, ask, reasoned
from authserver.web.languages import gettext as _
from authserver.web.languages import ngettext

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.clients import Client
    from authserver.services.administration import Act
    from authserver.services.clients import Clients
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.visits import Visits

DISABLE: Final = "disable"
ENABLE: Final = "enable"
MOST_AT_ONCE: Final = 200


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

    def ask_bulk(self, who: Administrator) -> Response:
        """GET /admin/clients/-/bulk: what was ticked in the list."""
        del who
        return self._asked_bulk(Form())

    def bulk(self, who: Administrator) -> Response:
        """POST the same: those that are gone meanwhile are left out."""
        form = Form(request.form)
        act = reasoned(who.act, form)
        if not form.is_right:
            return self._asked_bulk(form)
        refused = []
        for client in self._ticked():
            try:
                self._do(client, act)
            except REFUSALS as refusal:
                refused.append(f"{client.client_id}: {refusal}")
        if refused:
            form.wrong(WHOLE, "; ".join(refused))
            return self._asked_bulk(form)
        return self._visits.redirect_to(f"/admin{CLIENTS}?done={_action()}")

    def _do(self, client: Client, act: Act) -> None:
        if _action() == ENABLE:
            self._clients.enable(client.client_id, act)
        elif client.status is not ClientStatus.DISABLED:
            self._clients.disable(client.client_id, act)

    def _asked_bulk(self, form: Form) -> Response:
        ticked = self._ticked()
        if not ticked:
            return self._visits.redirect_to(f"/admin{CLIENTS}?done=nothing")
        count = len(ticked)
        if _action() == DISABLE:
            title = ngettext("Disable %(num)s client?", "Disable %(num)s clients?", count)
            sentence = _("None of their tokens count until they are enabled again.")
        else:
            title = ngettext("Enable %(num)s client?", "Enable %(num)s clients?", count)
            sentence = _("They get tokens again, as they are registered.")
        return ask(
            Question(
                title % {"num": count},
                sentence,
                _("Disable") if _action() == DISABLE else _("Enable"),
                f"{CLIENTS}/-/bulk",
                CLIENTS,
                [(_("Clients"), CLIENTS)],
                [(f"{each.name} ({each.client_id})", client_path(each)) for each in ticked],
                [("action", _action()), *(("id", each.client_id) for each in ticked)],
                is_dangerous=_action() == DISABLE,
                asks_reason=True,
            ),
            form,
        )

    def _ticked(self) -> Sequence[Client]:
        """Those whose boxes were ticked and that are there."""
        found = []
        for client_id in dict.fromkeys(request.values.getlist("id")[:MOST_AT_ONCE]):
            try:
                found.append(self._clients.get(client_id))
            except NotFound:
                continue
        return found

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
        yield ConsolePage(f"{CLIENTS}/-/bulk", "clients_bulk", needs, self.ask_bulk, self.bulk)
        yield ConsolePage(f"{one}/disable", "client_disable", needs, self.ask_disable, self.disable)
        yield ConsolePage(f"{one}/enable", "client_enable", needs, self.ask_enable, self.enable)
        yield ConsolePage(f"{one}/delete", "client_delete", needs, self.ask_delete, self.delete)


def _action() -> str:
    """What is to be done with those that are ticked. Raises InvalidField for anything else."""
    action = request.values.get("action", "")
    if action not in {DISABLE, ENABLE}:
        raise InvalidField("action", f"{DISABLE} or {ENABLE}")
    return action


def _crumbs(client: Client) -> Sequence[tuple[str, str]]:
    return [(_("Clients"), CLIENTS), (client.name, client_path(client))]
