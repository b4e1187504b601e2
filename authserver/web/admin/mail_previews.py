"""`/admin/mails/preview`: every mail as its readers get it, with words made up for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import Response, request

from authserver.domain.errors import NotFound
from authserver.domain.mail import MailKind
from authserver.domain.roles import Area, to_read
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.showing import show
from authserver.web.catalogues import LANGUAGE_NAMES, spoken
from authserver.web.languages import gettext as _
from authserver.web.languages import language
from authserver.web.languages import lazy_gettext as _l
from authserver.web.page_policy import MAIL_POLICY

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from authserver.services.mail_previews import MailPreviews
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.languages import Text

PREVIEW: Final = "/mails/preview"
OCCASIONS: Final[Mapping[MailKind, Text]] = {
    MailKind.TOKEN_MADE: _l("An API token was made"),
    MailKind.TOKEN_READY: _l("An API token waits to be picked up"),
    MailKind.TOKEN_EXPIRES: _l("An API token ends soon"),
    MailKind.TOKEN_STALE: _l("Nobody uses an API token"),
    MailKind.TOKEN_STOPPED: _l("An API token was stopped"),
    MailKind.TOKENS_STOPPED: _l("Several API tokens were stopped at once"),
    MailKind.DEVICE_ALLOWED: _l("A device was let in"),
    MailKind.NEW_SIGN_IN: _l("A sign-in in a new browser"),
    MailKind.REFRESH_REUSED: _l("A refresh token came twice"),
    MailKind.NOTICES_OFF: _l("Notices were switched off"),
    MailKind.TEST: _l("Whether mail works"),
}


@dataclass(frozen=True, slots=True)
class MailPreviewPages:
    """Lists the kinds, shows one as text, and its HTML by itself."""

    previews: MailPreviews

    def list(self, who: Administrator) -> Response:
        """GET /admin/mails/preview."""
        del who
        wanted = _language()
        lines = [
            (kind, title, self.previews.preview(kind, wanted).subject)
            for kind, title in OCCASIONS.items()
        ]
        return show(
            "admin/mail_previews.html",
            title=_("Mail previews"),
            lines=lines,
            wanted=wanted,
            languages=LANGUAGE_NAMES,
        )

    def one(self, who: Administrator, kind: str) -> Response:
        """GET /admin/mails/preview/<kind>."""
        del who
        found, wanted = _kind(kind), _language()
        return show(
            "admin/mail_preview.html",
            title=OCCASIONS[found],
            crumbs=[(_("Mail previews"), PREVIEW)],
            kind=found,
            mail=self.previews.preview(found, wanted),
            wanted=wanted,
            languages=LANGUAGE_NAMES,
        )

    def html(self, who: Administrator, kind: str) -> Response:
        """GET /admin/mails/preview/<kind>/html: the mail alone, under a policy of its own."""
        del who
        written = self.previews.preview(_kind(kind), _language())
        response = Response(written.html, mimetype="text/html")
        response.headers["Content-Security-Policy"] = MAIL_POLICY
        response.headers["Content-Language"] = written.locale
        return response

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        needs = frozenset({to_read(Area.MAIL)})
        menu = MenuEntry(Section.SERVER, _l("Mail previews"))
        yield ConsolePage(PREVIEW, "mail_previews", needs, self.list, menu=menu)
        yield ConsolePage(f"{PREVIEW}/<kind>", "mail_preview", needs, self.one)
        yield ConsolePage(f"{PREVIEW}/<kind>/html", "mail_preview_html", needs, self.html)


def _kind(name: str) -> MailKind:
    """The kind of this name. Raises NotFound."""
    if name not in list(MailKind):
        raise NotFound("mail", name)
    return MailKind(name)


def _language() -> str:
    return spoken([request.args.get("language", "")]) or language()
