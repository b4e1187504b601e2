"""`/admin/resources/<name>/edit`: where a site answers, and how its tokens are signed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flask import request

from authserver.domain.keys import SigningAlgorithm
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.showing import show
from authserver.web.admin.site_pages import READ, RESOURCES, WRITE, site_crumbs, site_path
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Response

    from authserver.domain.resources import ProtectedResource
    from authserver.services.resources import Resources
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.visits import Visits


@dataclass(frozen=True, slots=True)
class SiteEditing:
    """Changes a site."""

    visits: Visits
    resources: Resources

    def show(self, who: Administrator, name: str) -> Response:
        """GET: what it is now."""
        del who
        site = self.resources.get(name)
        start = {
            "url": site.url,
            "context_path": site.context_path,
            "signing_algorithm": site.signing_algorithm,
        }
        return self._page(site, Form(start=start))

    def save(self, who: Administrator, name: str) -> Response:
        """POST the same."""
        site, form = self.resources.get(name), Form(request.form)
        try:
            self.resources.update(
                name,
                who.act,
                # Where this server's own interface is, is not to be said.
                url=form.value("url") if site.is_site else None,
                context_path=form.value("context_path") if site.is_site else None,
                signing_algorithm=form.value("signing_algorithm"),
            )
        except REFUSALS as refusal:
            form.refused(refusal)
            return self._page(site, form)
        return self.visits.redirect_to(f"/admin{site_path(site)}?done=changed")

    def _page(self, site: ProtectedResource, form: Form) -> Response:
        return show(
            "admin/site_edit.html",
            title=_("Edit %(name)s") % {"name": site.name},
            crumbs=site_crumbs(site),
            status=200 if form.is_right else 400,
            form=form,
            site=site,
            algorithms=[
                (SigningAlgorithm.ES256.value, _("ES256: short and fast, for most sites")),
                (SigningAlgorithm.RS256.value, _("RS256: for a site that knows nothing else")),
            ],
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The row of the table of pages."""
        needs = frozenset({READ, WRITE})
        path = f"{RESOURCES}/<name>/edit"
        yield ConsolePage(path, "resource_edit", needs, self.show, self.save)
