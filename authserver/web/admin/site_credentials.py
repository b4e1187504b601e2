"""`/admin/resources/<name>/rotate`: a new credential for a site, while the old one goes on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request

from authserver.domain.durations import written_seconds
from authserver.domain.resources import CredentialPurpose
from authserver.services.clients import OVERLAP_SECONDS
from authserver.web.admin.cells import Kind
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.questions import Question, ask
from authserver.web.admin.showing import show
from authserver.web.admin.site_pages import READ, RESOURCES, WRITE, site_crumbs, site_path
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flask import Response

    from authserver.domain.ports import Clock
    from authserver.domain.resources import ProtectedResource
    from authserver.services.resources import Resources
    from authserver.web.admin.console_pages import Administrator


@dataclass(frozen=True, slots=True)
class SiteCredentials:
    """Rotates what sites introspect with."""

    resources: Resources
    clock: Clock

    def ask(self, who: Administrator, name: str) -> Response:
        """GET: how long the old one goes on."""
        del who
        start = {"overlap": written_seconds(OVERLAP_SECONDS)}
        return self._page(self.resources.get(name), Form(start=start))

    def rotate(self, who: Administrator, name: str) -> Response:
        """POST: the new one, this once."""
        site, form = self.resources.get(name), Form(request.form)
        overlap = form.seconds("overlap") or 0
        if not form.is_right:
            return self._page(site, form)
        try:
            fresh = self.resources.rotate_credential(
                name, CredentialPurpose.INTROSPECTION, who.act, overlap_seconds=overlap
            )
        except REFUSALS as refusal:
            form.refused(refusal)
            return self._page(site, form)
        return show(
            "admin/rotated.html",
            title=_("New credential for %(name)s") % {"name": site.name},
            crumbs=site_crumbs(site),
            sentence=_("The site has a new credential."),
            value=fresh.value,
            label=_("Introspection secret, for the site"),
            beside=[(_("User name"), site.name)],
            back=(_("Done, to the site"), site_path(site)),
            ends_at=fresh.stored.created_at + overlap if overlap else None,
        )

    def _page(self, site: ProtectedResource, form: Form) -> Response:
        now = self.clock.now()
        live = site.live_credentials(CredentialPurpose.INTROSPECTION, now)
        return ask(
            Question(
                _("New credential for %(name)s") % {"name": site.name},
                _(
                    "The site gets a new introspection secret, shown once. Put it where the old "
                    "one is now, while the old one still works."
                ),
                _("Make a new credential"),
                f"{site_path(site)}/rotate",
                site_path(site),
                site_crumbs(site),
                facts=[(_("Live credentials now"), len(live), Kind.NUMBER)],
                is_done_once=True,
            ),
            form,
            template="admin/rotate.html",
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The row of the table of pages."""
        path, needs = f"{RESOURCES}/<name>/rotate", frozenset({READ, WRITE})
        yield ConsolePage(path, "resource_rotate", needs, self.ask, self.rotate)
