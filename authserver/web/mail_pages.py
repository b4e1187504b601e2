"""Mails out of templates: in the languages of the pages, as text and as HTML."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from babel.dates import format_date
from jinja2 import (
    Environment,
    FileSystemLoader,
    StrictUndefined,
    TemplateError,
    select_autoescape,
)

from authserver.domain.mail import MailKind, WrittenMail
from authserver.domain.mail_ports import Blame, MailNotSent
from authserver.services.security_notices import OF_ACCOUNTS
from authserver.web.catalogues import catalogue, spoken
from authserver.web.user_agents import shown_browser

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.ports import Clock

FOLDER: Final = Path(__file__).parent / "templates" / "mail"
DAY: Final = 86_400.0


class MailPages:
    """Satisfies `authserver.domain.mail_ports.MailWriter`."""

    def __init__(self, *, issuer: str, clock: Clock, language: str) -> None:
        """`language` is spoken to readers whose own is not known."""
        self._issuer = issuer
        self._clock = clock
        self._language = language

    def write(self, kind: MailKind, locale: str, words: Mapping[str, object]) -> WrittenMail:
        """The mail, as it is true now. Raises MailNotSent, for ever."""
        language = spoken([locale]) or self._language
        values = {**words, **self._of_the_frame(kind, language, words)}
        try:
            text = _templates(language).get_template(f"{kind}.txt")
            subject = "".join(text.blocks["subject"](text.new_context(values))).strip()
            html = _templates(language).get_template(f"{kind}.html")
            return WrittenMail(
                subject=subject,
                text=text.render(values).strip() + "\n",
                html=html.render(values, subject=subject),
                locale=language,
            )
        except (TemplateError, TypeError) as error:
            # Words that a newer version put in; a defect of ours is found by the tests.
            detail = f"its words do not fit its templates: {type(error).__name__}"
            raise MailNotSent(Blame.FOR_EVER, detail) from None

    def _of_the_frame(
        self, kind: MailKind, language: str, words: Mapping[str, object]
    ) -> dict[str, object]:
        _ = partial(_translated, language)
        reader = words.get("reader", "")
        hello = _("Hello %(name)s,") % {"name": reader} if reader else _("Hello,")
        why = ""
        if kind in OF_ACCOUNTS:
            why = (
                _("You get this because the settings of the server name this address.")
                if words.get("is_alert")
                else _(
                    "You get this because it is about your account. There is one of a kind in "
                    "an hour at most."
                )
            )
        elif kind is not MailKind.TEST:
            why = (
                _("You get this because you are named as the token's team.")
                if words.get("for_team")
                else _("You get this because you answer for the token.")
            )
        ends_at = words.get("ends_at")
        left = ends_at - self._clock.now() if isinstance(ends_at, int | float) else 0.0
        return {
            "issuer": self._issuer,
            "language": language,
            "greeting": hello,
            "why": why,
            "days": math.ceil(left / DAY),
        }


@cache
def _templates(language: str) -> Environment:
    made = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(disabled_extensions=("txt",), default=True),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        extensions=["jinja2.ext.i18n"],
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]  # added by the extension
        partial(_translated, language), partial(_counted, language), newstyle=True
    )
    made.filters["moment"] = partial(_moment, language)
    made.filters["browser"] = partial(_browser, language)
    return made


def _translated(language: str, text: str) -> str:
    return catalogue(language).get(text) or text


def _counted(language: str, singular: str, plural: str, number: int) -> str:
    """All our languages have one plural, for all but one."""
    return _translated(language, singular if number == 1 else plural)


def _browser(language: str, agent: str) -> str:
    """What a browser says it is, in words."""
    browser, system = shown_browser(agent)
    if browser and system:
        both = _translated(language, "%(browser)s on %(system)s")
        return both % {"browser": browser, "system": system}
    return browser or system or _translated(language, "Unknown browser")


def _moment(language: str, at: float | None) -> str:
    """A moment to the minute, always with the zone; a word for never."""
    if at is None:
        return _translated(language, "never")
    point = datetime.fromtimestamp(at, UTC)
    day = format_date(point.date(), "long", locale=language)
    return f"{day}, {point:%H:%M} UTC"
