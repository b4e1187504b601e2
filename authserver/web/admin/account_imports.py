"""`/admin/resources/<name>/accounts/import`: many accounts at once, out of pasted CSV."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.errors import Conflict
from authserver.services.account_files import read_rows
from authserver.services.account_rows import ImportRefused
from authserver.web.admin.account_lists import ACCOUNTS, account_crumbs, accounts_path
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.showing import show
from authserver.web.admin.site_pages import READ, WRITE
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.resources import ProtectedResource
    from authserver.services.long_lists import LongLists
    from authserver.services.resources import Resources
    from authserver.services.subject_accounts import ImportPreview, SubjectAccounts
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.visits import Visits

SHOWN: Final = 100
CONTROLS: Final = {"file": "rows", "lines": "rows"}


@dataclass(frozen=True, slots=True)
class AccountImports:
    """Shows what the lines would change, and does exactly that."""

    visits: Visits
    resources: Resources
    accounts: SubjectAccounts
    lists: LongLists

    def show(self, who: Administrator, name: str) -> Response:
        """GET: where to paste."""
        del who
        return self._page(self.resources.get(name), Form())

    def act(self, who: Administrator, name: str) -> Response:
        """POST: look, or do what was looked at."""
        site, form = self.resources.get(name), Form(request.form)
        preview, problems = self._preview(name, form)
        agreed = form.value("agreed") if request.form.get("step") == "import" else ""
        if preview is None or not agreed:
            return self._page(site, form, preview, problems)
        try:
            self.accounts.import_rows(name, read_rows(_text(form).encode()), who.act, agreed=agreed)
        except Conflict:
            form.wrong("rows", _("The accounts have changed since you looked. Look again."))
        except REFUSALS as refusal:
            form.refused(refusal, CONTROLS)
        if not form.is_right:
            return self._page(site, form, preview)
        return self.visits.redirect_to(f"/admin{accounts_path(site)}?done=imported")

    def _preview(self, name: str, form: Form) -> tuple[ImportPreview | None, Sequence[str]]:
        """What the lines would change; nothing, and what is wrong with which line."""
        try:
            return self.accounts.preview(name, read_rows(_text(form).encode())), ()
        except ImportRefused as refusal:
            form.wrong("rows", _("Some lines are wrong, so none is imported."))
            return None, refusal.problems
        except REFUSALS as refusal:
            form.refused(refusal, CONTROLS)
        return None, ()

    def _page(
        self,
        site: ProtectedResource,
        form: Form,
        preview: ImportPreview | None = None,
        problems: Sequence[str] = (),
    ) -> Response:
        changes = preview.changes[:SHOWN] if preview else ()
        return show(
            "admin/account_import.html",
            title=_("Import accounts"),
            crumbs=account_crumbs(site),
            status=200 if form.is_right else 400,
            form=form,
            path=accounts_path(site),
            preview=preview,
            changes=changes,
            names=self.lists.usernames(each.subject for each in changes),
            problems=problems,
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The row of the table of pages."""
        needs = frozenset({READ, WRITE})
        yield ConsolePage(f"{ACCOUNTS}/import", "account_import", needs, self.show, self.act)


def _text(form: Form) -> str:
    return form.value("rows").replace("\r\n", "\n")
