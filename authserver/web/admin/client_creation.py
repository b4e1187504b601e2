"""`/admin/clients/-/new`: from "what is it?" to a client that works, with what to copy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.durations import written_seconds
from authserver.domain.resources import ResourceKind
from authserver.domain.roles import ROLES_WRITE, Area, to_read
from authserver.web.admin.client_forms import CONTROLS, SEARCH, read_draft
from authserver.web.admin.client_kinds import KINDS, METHOD_LABELS, kind_named
from authserver.web.admin.client_lists import CLIENTS, READ, WRITE, client_path
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.scope_choice import user_scopes
from authserver.web.admin.showing import show
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from flask import Response

    from authserver.domain.resources import ProtectedResource
    from authserver.services.clients import Clients
    from authserver.web.admin.client_kinds import CallerKind
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.admin.scope_choice import ScopeChoice
    from authserver.web.admin.snippets import Snippets

NEW: Final = f"{CLIENTS}/-/new"
DETAILS: Final = f"{NEW}/details"


class ClientCreation:
    """Asks in two steps, and answers with the secret and what to copy."""

    def __init__(
        self,
        *,
        clients: Clients,
        sites: Callable[[], Sequence[ProtectedResource]],
        scopes: ScopeChoice,
        snippets: Snippets,
        default_seconds: int,
    ) -> None:
        """`sites` are all there are; `default_seconds` is how long tokens usually last."""
        self._clients = clients
        self._sites = sites
        self._scopes = scopes
        self._snippets = snippets
        self._default_seconds = default_seconds

    def choose(self, who: Administrator) -> Response:
        """GET /admin/clients/-/new: what is it, and where does it go?"""
        sites = self.open_to(who)
        start = {
            "kind": request.args.get("kind", KINDS[0].name),
            "resources": request.args.getlist("resources")
            or ([sites[0].name] if len(sites) == 1 else []),
        }
        return self._choose(who, Form(start=start))

    def details(self, who: Administrator) -> Response:
        """GET /admin/clients/-/new/details: the rest, for this kind and these sites."""
        kind = kind_named(request.args.get("kind", ""))
        names = request.args.getlist("resources")
        form = Form(request.args)
        if kind is None:
            form.wrong("kind", _("Choose one of these."))
            return self._choose(who, form)
        if not names and not kind.has_users:
            form.wrong("resources", _("Choose at least one site."))
            return self._choose(who, form)
        start: dict[str, str | list[str]] = {
            "kind": kind.name,
            "resources": names,
            "auth_method": str(kind.methods[0]),
            "user_scopes": list(kind.scopes),
            "lifetime": written_seconds(self._default_seconds),
        }
        return self._details(who, kind, Form(start=start))

    def create(self, who: Administrator) -> Response:
        """POST the same: look for scopes, or register the client."""
        kind = kind_named(request.form.get("kind", ""))
        form = Form(request.form)
        if kind is None:
            form.wrong("kind", _("Choose one of these."))
            return self._choose(who, form)
        if request.form.get("step") == "find":
            return self._details(who, kind, form, status=200)
        draft = read_draft(form, kind, self._default_seconds)
        if not draft.scopes:
            form.wrong("scopes", _("Choose at least one: without a scope it may do nothing."))
        if not form.is_right:
            return self._details(who, kind, form)
        try:
            made = self._clients.create(draft, who.act)
        except REFUSALS as refusal:
            form.refused(refusal, CONTROLS)
            return self._details(who, kind, form)
        return show(
            "admin/client_created.html",
            title=_("%(name)s is registered") % {"name": made.client.name},
            crumbs=[(_("Clients"), CLIENTS)],
            client=made.client,
            secret="" if made.secret is None else made.secret.value,
            snippets=self._snippets.for_client(made.client),
            path=client_path(made.client),
        )

    def open_to(self, who: Administrator) -> Sequence[ProtectedResource]:
        """Sites a client can be for; this server's own interface only for owners."""
        sites = sorted(self._sites(), key=lambda site: site.kind is ResourceKind.AUTHSERVER)
        return [
            site
            for site in sites
            if site.kind is not ResourceKind.AUTHSERVER or who.may(ROLES_WRITE)
        ]

    def _choose(self, who: Administrator, form: Form) -> Response:
        return show(
            "admin/client_new.html",
            title=_("Register a client"),
            crumbs=[(_("Clients"), CLIENTS)],
            status=200 if form.is_right else 400,
            form=form,
            kinds=[(kind.name, kind.label, kind.hint) for kind in KINDS],
            sites=[(each.name, each.name, each.url) for each in self.open_to(who)],
        )

    def _details(
        self, who: Administrator, kind: CallerKind, form: Form, status: int = 0
    ) -> Response:
        chosen = form.values("resources")
        sites = [each for each in self.open_to(who) if each.name in chosen]
        scopes = self._scopes.groups(sites, form.values("scopes"), form.value(SEARCH))
        return show(
            "admin/client_details.html",
            title=_("Register: %(kind)s") % {"kind": kind.label},
            crumbs=[(_("Clients"), CLIENTS), (_("Register a client"), NEW)],
            status=status or (200 if form.is_right else 400),
            form=form,
            kind=kind,
            methods=[(str(each), METHOD_LABELS[each], "") for each in kind.methods],
            sites=sites,
            scopes=scopes,
            user_scopes=user_scopes() if kind.has_users else (),
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        needs = frozenset({READ, WRITE, to_read(Area.RESOURCES)})
        yield ConsolePage(NEW, "client_new", needs, self.choose)
        yield ConsolePage(DETAILS, "client_details", needs, self.details, self.create)
