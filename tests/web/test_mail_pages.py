"""Every mail is written in every language, and what stands in it changes no markup."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.mail import MailKind
from authserver.domain.mail_ports import Blame, MailNotSent
from authserver.services.mail_outbox import WORDS
from authserver.web.mail_pages import FOLDER, MailPages
from tests.doubles import EPOCH, FakeClock

if TYPE_CHECKING:
    from authserver.domain.mail import WrittenMail

DAY: Final = 86_400.0
EVIL: Final = "<script>alert(1)</script>\"'&{{ 7*7 }}%(name)s"
LINK: Final = "https://auth.example.test/account/pick-up/asv_pu_x"
ALL: Final = {
    "token_id": "token-1",
    "name": EVIL,
    "purpose": EVIL,
    "sites": ["https://jira.example.com", EVIL],
    "reader": EVIL,
    "for_team": False,
    "ends_at": EPOCH + 13.5 * DAY,
    "last_used_at": None,
    "stops_at": EPOCH + 3 * DAY,
    "stopped_at": EPOCH - 60,
    "is_for_ever": True,
    "reason": EVIL,
    "tokens": ["export (t1)", EVIL],
    "count": 7,
    "more": 5,
    "link": LINK,
    "link_ends_at": EPOCH + DAY,
    "issuer": "https://auth.example.test",
    "happened_at": EPOCH - 60,
    "peer": EVIL,
    "by_owner": True,
    "app": EVIL,
    "username": EVIL,
    "is_alert": False,
    "agent": EVIL,
}
KINDS: Final = list(MailKind)


class Tags(HTMLParser):
    """The elements of a document, and what their links lead to."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.loads: list[str] = []
        self.links: list[str] = []
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.names.add(tag)
        self.loads += [value or "" for name, value in attrs if name in ("src", "srcset")]
        self.links.append(given.get("href") or "")


def write(kind: MailKind, locale: str = "en", **changed: object) -> WrittenMail:
    pages = MailPages(issuer="https://auth.example.test", clock=FakeClock(), language="en")
    words = {name: value for name, value in {**ALL, **changed}.items() if name in WORDS[kind]}
    return pages.write(kind, locale, words)


@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_is_written_in_every_language_and_loads_nothing(
    kind: MailKind, locale: str
) -> None:
    mail = write(kind, locale)
    assert mail.locale == locale
    assert "\n" not in mail.subject
    tags = Tags(mail.html)
    assert not tags.names & {"script", "img", "link", "iframe", "form", "input"}
    assert tags.loads == []
    assert {each for each in tags.links if each} <= {"https://auth.example.test", LINK}
    assert f'<html lang="{locale}">' in mail.html
    assert "url(" not in mail.html
    for body in (mail.subject, mail.text, mail.html):
        assert "{{" not in body.replace("{{ 7*7 }}", "")
        assert "%(" not in body.replace("%(name)s", "")


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "name" in WORDS[kind]])
def test_what_people_called_a_token_stands_there_as_it_is(kind: MailKind) -> None:
    mail = write(kind)
    assert EVIL in mail.subject
    assert EVIL in mail.text
    assert "<script>" not in mail.html
    assert "&lt;script&gt;" in mail.html


@pytest.mark.parametrize("kind", KINDS)
def test_the_languages_differ(kind: MailKind) -> None:
    assert write(kind, "de").text != write(kind, "en").text
    assert write(kind, "de").subject != write(kind, "en").subject


@pytest.mark.parametrize(
    ("locale", "spoken"),
    [("de-AT", "de"), ("de_DE", "de"), ("DE", "de"), ("fr", "en"), ("", "en"), ("x" * 99, "en")],
)
def test_who_speaks_something_else_reads_the_usual_language(locale: str, spoken: str) -> None:
    assert write(MailKind.TEST, locale).locale == spoken


@pytest.mark.parametrize(
    ("left", "told"),
    [
        (30, "in 30 days"),
        (13.2, "in 14 days"),
        (1.5, "in 2 days"),
        (1, "within a day"),
        (0.1, "within a day"),
        (-1, "within a day"),
    ],
)
def test_days_are_counted_when_the_mail_is_written(left: float, told: str) -> None:
    assert told in write(MailKind.TOKEN_EXPIRES, ends_at=EPOCH + left * DAY).subject


def test_a_mail_about_many_tokens_lists_them_and_counts_the_others() -> None:
    mail = write(MailKind.TOKENS_STOPPED)
    assert mail.subject == "7 of your API tokens were revoked"
    for body in (mail.text, mail.html):
        assert "export (t1)" in body
        assert "and 5 more" in body
    assert EVIL in mail.text
    assert "<script>" not in mail.html
    german = write(MailKind.TOKENS_STOPPED, "de", more=0, is_for_ever=False)
    assert german.subject == "7 Ihrer API-Token wurden abgeschaltet"
    assert "weitere" not in german.text + german.html
    assert "und 5 weitere" in write(MailKind.TOKENS_STOPPED, "de").text


def test_moments_are_told_with_their_zone() -> None:
    mail = write(MailKind.TOKEN_EXPIRES, "de", ends_at=EPOCH)
    assert "15. Januar 2027, 08:00 UTC" in mail.text
    assert "never" in write(MailKind.TOKEN_STALE).text
    assert "nie" in write(MailKind.TOKEN_STALE, "de").text


def test_only_the_mail_that_brings_a_link_has_one() -> None:
    assert LINK in write(MailKind.TOKEN_READY).text
    assert f'href="{LINK}"' in write(MailKind.TOKEN_READY).html


def test_a_team_is_told_why_it_reads_this() -> None:
    assert "named as the token's team" in write(MailKind.TOKEN_EXPIRES, for_team=True).text
    assert "you answer for the token" in write(MailKind.TOKEN_EXPIRES).text


def test_whose_name_is_unknown_is_greeted_all_the_same() -> None:
    assert write(MailKind.TOKEN_EXPIRES, reader="").text.startswith("Hello,\n")


def test_words_that_fit_no_template_are_refused_for_ever() -> None:
    pages = MailPages(issuer="https://auth.example.test", clock=FakeClock(), language="en")
    for words in ({}, {**ALL, "ends_at": "tomorrow"}):
        with pytest.raises(MailNotSent) as caught:
            pages.write(MailKind.TOKEN_EXPIRES, "en", words)
        assert caught.value.blame is Blame.FOR_EVER


def test_every_kind_has_its_templates_and_no_other_is_there() -> None:
    frames = {"frame", "parts"}
    for suffix in ("txt", "html"):
        names = {path.stem for path in FOLDER.glob(f"*.{suffix}")}
        assert names == {str(kind) for kind in MailKind} | frames
