"""`/admin/resources/<name>/hand-over`: how an allowed call arrives at a site."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.hand_over import HandOverKind
from authserver.services.hand_over_rules import DATA_CENTER, DEFAULT_HEADER
from authserver.services.hand_overs import CredentialType
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.questions import Question, ask, reasoned
from authserver.web.admin.showing import show
from authserver.web.admin.site_pages import READ, RESOURCES, WAYS, WRITE, site_crumbs, site_path
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.resources import ProtectedResource
    from authserver.services.administration import Act
    from authserver.services.hand_overs import HandOvers
    from authserver.services.resources import Resources
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

HINTS: Final[Mapping[HandOverKind, Text]] = {
    HandOverKind.SERVICE_CREDENTIAL: _l(
        "The gateway puts in a token or password of an account there. Simple, and the only way in "
        "Cloud; the site sees one account for everybody."
    ),
    HandOverKind.IDENTITY_HEADER: _l(
        "The gateway names the account in a header, which a plugin of the site believes from the "
        "gateway's address only. Each caller needs an account here."
    ),
    HandOverKind.ASSERTION: _l(
        "The gateway brings a statement signed by this server, good for a minute, which a plugin "
        "of the site verifies. Each caller needs an account here."
    ),
}
TYPES: Final[Sequence[tuple[str, Text, Text]]] = (
    (
        CredentialType.BEARER.value,
        _l("A token (Bearer)"),
        _l("A personal access token of Data Center, or an OAuth token."),
    ),
    (
        CredentialType.BASIC.value,
        _l("User name and password (Basic)"),
        _l("In Cloud the mail address and an API token."),
    ),
)


@dataclass(frozen=True, slots=True)
class SiteHandOvers:
    """Asks which way, then what it takes; a credential is never shown again."""

    visits: Visits
    resources: Resources
    hand_overs: HandOvers

    def show(self, who: Administrator, name: str) -> Response:
        """GET: the ways, or what the one takes that `kind` names."""
        del who
        site, now = self.resources.get(name), self.hand_overs.get(name)
        start = {
            "kind": request.args.get("kind", ""),
            "credential_type": CredentialType.BEARER.value,
            "account": now.account if now else "",
            "header": (now.header if now else "") or DEFAULT_HEADER,
        }
        if site.kind not in DATA_CENTER:
            start["kind"] = HandOverKind.SERVICE_CREDENTIAL.value
        if start["kind"] not in list(HandOverKind):
            start["kind"] = str(now.kind) if now else HandOverKind.SERVICE_CREDENTIAL.value
            return self._choice(site, Form(start=start))
        return self._page(site, Form(start=start))

    def save(self, who: Administrator, name: str) -> Response:
        """POST the same."""
        site, form = self.resources.get(name), Form(request.form)
        try:
            self._set(site, form, who.act)
        except REFUSALS as refusal:
            form.refused(refusal, {"type": "credential_type"})
            if form.value("kind") not in list(HandOverKind):
                return self._choice(site, form)
            return self._page(site, form)
        return self.visits.redirect_to(f"/admin{site_path(site)}?done=arrives")

    def ask_removal(self, who: Administrator, name: str) -> Response:
        """GET /admin/resources/<name>/hand-over/remove."""
        del who
        return self._removal(self.resources.get(name), Form())

    def remove(self, who: Administrator, name: str) -> Response:
        """POST the same."""
        site, form = self.resources.get(name), Form(request.form)
        act = reasoned(who.act, form)
        if form.is_right:
            try:
                self.hand_overs.unset(name, act)
            except REFUSALS as refusal:
                form.refused(refusal)
        if not form.is_right:
            return self._removal(site, form)
        return self.visits.redirect_to(f"/admin{site_path(site)}?done=arrives-not")

    def _set(self, site: ProtectedResource, form: Form, act: Act) -> None:
        kind = form.value("kind")
        if kind == HandOverKind.SERVICE_CREDENTIAL:
            is_basic = form.value("credential_type") == CredentialType.BASIC
            self.hand_overs.set_credential(
                site.name,
                act,
                credential_type=form.value("credential_type"),
                secret=form.value("secret"),
                account=form.value("account"),
                # The field stands there for tokens, too.
                user=form.value("user") if is_basic else "",
            )
        else:
            by_header = kind == HandOverKind.IDENTITY_HEADER
            header = form.value("header") if by_header else ""
            self.hand_overs.set_plain(site.name, act, kind=kind, header=header)

    def _choice(self, site: ProtectedResource, form: Form) -> Response:
        return show(
            "admin/hand_over_choice.html",
            title=_("How calls arrive"),
            crumbs=site_crumbs(site),
            status=200 if form.is_right else 400,
            form=form,
            site=site,
            ways=[(str(kind), label, HINTS[kind]) for kind, label in WAYS.items()],
        )

    def _page(self, site: ProtectedResource, form: Form) -> Response:
        kind = HandOverKind(form.value("kind"))
        now = self.hand_overs.get(site.name)
        return show(
            "admin/hand_over.html",
            title=_("How calls arrive"),
            crumbs=site_crumbs(site),
            status=200 if form.is_right else 400,
            form=form,
            site=site,
            kind=kind,
            way=WAYS[kind],
            hint=HINTS[kind],
            types=TYPES,
            replaces=now is not None and now.kind is HandOverKind.SERVICE_CREDENTIAL,
            can_choose=site.kind in DATA_CENTER,
        )

    def _removal(self, site: ProtectedResource, form: Form) -> Response:
        path = site_path(site)
        return ask(
            Question(
                _("Let no call through to %(name)s?") % {"name": site.name},
                _(
                    "Every call with a token is refused until somebody says again how calls "
                    "arrive. A stored credential is deleted; accounts stay mapped."
                ),
                _("Let no call through"),
                f"{path}/hand-over/remove",
                path,
                site_crumbs(site),
                is_dangerous=True,
                asks_reason=True,
            ),
            form,
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        one, needs = f"{RESOURCES}/<name>/hand-over", frozenset({READ, WRITE})
        yield ConsolePage(one, "resource_hand-over", needs, self.show, self.save)
        yield ConsolePage(
            f"{one}/remove", "resource_hand-over_remove", needs, self.ask_removal, self.remove
        )
