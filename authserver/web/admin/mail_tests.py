"""`/admin/mails/-/test`: a mail that says nothing but that mail works."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.mail_ports import MailNotSent
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, WHOLE, Form
from authserver.web.admin.mail_lists import MAILS, READ, TEST, WRITE
from authserver.web.admin.showing import show, what_happened
from authserver.web.catalogues import LANGUAGE_NAMES
from authserver.web.languages import gettext as _
from authserver.web.languages import language
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from werkzeug.wrappers import Response

    from authserver.services.mail_administration import MailAdministration
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

DONE: Final[Mapping[str, Text]] = {
    "sent": _l("The mail server has taken the mail. Now see whether it arrives."),
}


@dataclass(frozen=True, slots=True)
class MailTests:
    """Sends one past the outbox, and says at once why not."""

    visits: Visits
    mails: MailAdministration
    is_on: bool

    def ask(self, who: Administrator) -> Response:
        """GET /admin/mails/-/test: to whom, to oneself unless changed."""
        return self._page(Form(start={"to": who.user.data.email, "language": language()}))

    def send(self, who: Administrator) -> Response:
        """POST the same."""
        form = Form(request.form)
        try:
            self.mails.test(form.value("to"), who.act, form.value("language"))
        except MailNotSent as failure:
            form.wrong(WHOLE, _("Not sent: %(why)s") % {"why": failure.detail})
        except REFUSALS as refusal:
            form.refused(refusal)
        if not form.is_right:
            return self._page(form)
        return self.visits.redirect_to(f"/admin{TEST}?done=sent")

    def _page(self, form: Form) -> Response:
        return show(
            "admin/mail_test.html",
            title=_("Send a test mail"),
            crumbs=[(_("Mail"), MAILS)],
            status=200 if form.is_right else 400,
            form=form,
            is_on=self.is_on,
            languages=LANGUAGE_NAMES.items(),
            done=what_happened(DONE),
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The row of the table of pages."""
        yield ConsolePage(TEST, "mail_test", frozenset({READ, WRITE}), self.ask, self.send)
