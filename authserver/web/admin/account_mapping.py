"""Letting an account of a site stand for somebody, and for nobody any more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.clients import SUBJECT_PREFIX as CLIENT
from authserver.web.admin.account_lists import ACCOUNTS, account_crumbs, accounts_path
from authserver.web.admin.cells import Kind
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.questions import Question, ask, reasoned
from authserver.web.admin.showing import show
from authserver.web.admin.site_pages import READ, WRITE
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.resources import ProtectedResource
    from authserver.services.clients import Clients
    from authserver.services.long_lists import LongLists
    from authserver.services.resources import Resources
    from authserver.services.subject_accounts import SubjectAccounts
    from authserver.services.users import Users
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

KINDS: Final[Sequence[tuple[str, Text, Text]]] = (
    ("user", _l("A user here"), _l("By user name.")),
    ("client", _l("A client"), _l("By client id: for what calls on its own, without a user.")),
    ("subject", _l("Any subject"), _l("As it stands in tokens (sub), such as user:… or client:….")),
)


@dataclass(frozen=True, slots=True)
class AccountMapping:
    """Maps one, and takes one away."""

    visits: Visits
    resources: Resources
    accounts: SubjectAccounts
    users: Users
    clients: Clients
    lists: LongLists

    def show(self, who: Administrator, name: str) -> Response:
        """GET /admin/resources/<name>/accounts/map, with who it is where that is known."""
        del who
        subject = request.args.get("subject", "")
        start = {
            "kind": "subject" if subject else "user",
            "subject": subject,
            "account": request.args.get("account", ""),
        }
        if subject.startswith(CLIENT):
            start |= {"kind": "client", "subject": subject.removeprefix(CLIENT)}
        return self._page(self.resources.get(name), Form(start=start))

    def map(self, who: Administrator, name: str) -> Response:
        """POST the same."""
        site, form = self.resources.get(name), Form(request.form)
        kinds = {"user": "subject", "client": "subject"}
        try:
            self.accounts.map(name, self._subject(form), form.value("account"), who.act)
        except REFUSALS as refusal:
            form.refused(refusal, kinds)
            return self._page(site, form)
        return self.visits.redirect_to(f"/admin{accounts_path(site)}?done=mapped")

    def ask(self, who: Administrator, name: str) -> Response:
        """GET /admin/resources/<name>/accounts/unmap: whom its `subject` names."""
        del who
        return self._asked(self.resources.get(name), Form(request.args))

    def unmap(self, who: Administrator, name: str) -> Response:
        """POST the same."""
        site, form = self.resources.get(name), Form(request.form)
        act = reasoned(who.act, form)
        if form.is_right:
            try:
                self.accounts.unmap(name, form.value("subject"), act)
            except REFUSALS as refusal:
                form.refused(refusal)
        if not form.is_right:
            return self._asked(site, form)
        return self.visits.redirect_to(f"/admin{accounts_path(site)}?done=unmapped")

    def _subject(self, form: Form) -> str:
        """Whom the form means. Raises NotFound."""
        handle, kind = form.value("subject"), form.value("kind")
        if kind == "user":
            return self.users.get(handle).user.subject
        if kind == "client":
            return CLIENT + self.clients.get(handle).client_id
        return handle

    def _page(self, site: ProtectedResource, form: Form) -> Response:
        return show(
            "admin/account_map.html",
            title=_("Map an account"),
            crumbs=account_crumbs(site),
            status=200 if form.is_right else 400,
            form=form,
            path=accounts_path(site),
            kinds=KINDS,
            is_cloud=site.kind.value.endswith("cloud"),
        )

    def _asked(self, site: ProtectedResource, form: Form) -> Response:
        subject = form.value("subject")
        called = self.lists.called([subject])[subject]
        path = accounts_path(site)
        return ask(
            Question(
                _("Remove the account of %(name)s?") % {"name": called},
                _(
                    "Their calls are refused at this site until they are mapped again, where calls "
                    "arrive as the caller's own account."
                ),
                _("Remove"),
                f"{path}/unmap",
                path,
                account_crumbs(site),
                kept=[("subject", subject)],
                facts=[(_("Site"), site.name, Kind.CODE), (_("Subject (sub)"), subject, Kind.CODE)],
                is_dangerous=True,
                asks_reason=True,
            ),
            form,
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        needs = frozenset({READ, WRITE})
        yield ConsolePage(f"{ACCOUNTS}/map", "account_map", needs, self.show, self.map)
        yield ConsolePage(f"{ACCOUNTS}/unmap", "account_unmap", needs, self.ask, self.unmap)
