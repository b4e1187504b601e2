"""`/admin/clients/<client_id>/edit`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import request

from authserver.domain.resources import ResourceKind
from authserver.domain.roles import ROLES_WRITE, Area, to_read
from authserver.services.client_consistency import has_users
from authserver.web.admin.client_forms import CONTROLS, SEARCH, form_of, read_update
from authserver.web.admin.client_lists import CLIENTS, READ, WRITE, client_path
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.scope_choice import user_scopes
from authserver.web.admin.showing import show
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.clients import Client
    from authserver.domain.resources import ProtectedResource
    from authserver.services.clients import Clients
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.admin.scope_choice import ScopeChoice
    from authserver.web.visits import Visits


class ClientEditing:
    """Changes what a client is called and may do."""

    def __init__(
        self,
        *,
        visits: Visits,
        clients: Clients,
        sites: Callable[[], Sequence[ProtectedResource]],
        scopes: ScopeChoice,
    ) -> None:
        """`sites` are all that are registered."""
        self._visits = visits
        self._clients = clients
        self._sites = sites
        self._scopes = scopes

    def show(self, who: Administrator, client_id: str) -> Response:
        """GET: what it is now."""
        client = self._clients.get(client_id)
        return self._page(who, client, Form(start=form_of(client)))

    def save(self, who: Administrator, client_id: str) -> Response:
        """POST: look for scopes, or change it."""
        client = self._clients.get(client_id)
        form = Form(request.form)
        if request.form.get("step") == "find":
            return self._page(who, client, form)
        update = read_update(form, client, has_users=has_users(client.grant_types))
        if not form.is_right:
            return self._page(who, client, form)
        try:
            self._clients.update(client_id, update, who.act)
        except REFUSALS as refusal:
            form.refused(refusal, CONTROLS)
            return self._page(who, client, form)
        return self._visits.redirect_to(f"/admin{client_path(client)}?done=changed")

    def _page(self, who: Administrator, client: Client, form: Form) -> Response:
        chosen = form.values("resources")
        every = [
            each
            for each in self._sites()
            if each.kind is not ResourceKind.AUTHSERVER
            or who.may(ROLES_WRITE)
            or each.name in client.resources
        ]
        sites = [each for each in every if each.name in chosen]
        return show(
            "admin/client_edit.html",
            title=_("Edit %(name)s") % {"name": client.name},
            crumbs=[(_("Clients"), CLIENTS), (client.name, client_path(client))],
            status=200 if form.is_right else 400,
            form=form,
            client=client,
            sites=[(each.name, each.name, each.url) for each in every],
            scopes=self._scopes.groups(sites, form.values("scopes"), form.value(SEARCH)),
            user_scopes=user_scopes() if has_users(client.grant_types) else (),
            consents=[("remembered", _("remembered")), ("always", _("asked for every time"))],
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        needs = frozenset({READ, WRITE, to_read(Area.RESOURCES)})
        path = f"{CLIENTS}/<client_id>/edit"
        yield ConsolePage(path, "client_edit", needs, self.show, self.save)
