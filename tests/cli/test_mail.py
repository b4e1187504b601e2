"""`authserver mail`."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.mail import MailKind
from authserver.domain.mail_ports import Blame, MailNotSent
from authserver.services.administration import operator
from authserver.services.mail_previews import MailPreviews
from authserver.web.mail_pages import MailPages
from tests.cli.runs import run
from tests.cli.stub_wiring import StubInstallation
from tests.services.mail_room import WORDS, MailRoom

if TYPE_CHECKING:
    from click.testing import Result

LINK = "https://auth.example.com/account/pick-up/asv_pu_secret"
UNKNOWN = MailNotSent(Blame.FOR_EVER, "the server refused the recipient: 550 no such user")


@pytest.fixture
def room() -> MailRoom:
    """One mail was sent, one given up, one waits."""
    made = MailRoom()
    made.put_in("sent", to="sent@example.org")
    made.put_in("given-up", to="unknown@example.org")
    made.sender.failures = [None, UNKNOWN]
    made.deliver()
    made.clock.advance(60)
    words = {**WORDS, "link": LINK, "link_ends_at": 1.0}
    made.put_in("waits", to="waits@example.org", kind=MailKind.TOKEN_READY, words=words)
    return made


def ask(room: MailRoom, *arguments: str) -> Result:
    container = SimpleNamespace(
        clock=room.clock,
        mail_administration=room.administration,
        mail_previews=MailPreviews(
            MailPages(issuer="https://auth.example.com", clock=room.clock, language="en"),
            room.clock,
            "https://auth.example.com",
        ),
        operator=operator("root"),
        close=lambda: None,
    )
    return run("mail", *arguments, wiring=StubInstallation(container=container))


def done(room: MailRoom, *arguments: str) -> str:
    result = ask(room, *arguments)
    assert result.exit_code == 0, result.output
    return result.stdout


def told(room: MailRoom, *arguments: str) -> Any:
    return json.loads(done(room, *arguments, "--json"))


def refused(room: MailRoom, code: int, *arguments: str) -> str:
    result = ask(room, *arguments)
    assert (result.exit_code, result.stdout) == (code, "")
    return result.stderr


def id_of(room: MailRoom, status: str) -> str:
    (mail,) = told(room, "list", "--status", status)["mails"]
    return str(mail["mail"])


def test_mails_are_listed_with_what_became_of_them(room: MailRoom) -> None:
    lines = done(room, "list").splitlines()
    assert [line.split()[1] for line in lines] == ["STATUS", "sent", "given-up", "waiting"]
    assert "550 no such user" in lines[2]
    assert "token-ready" in lines[3]
    assert "1 minute ago" in lines[1]
    assert done(room, "list", "--status", "cancelled") == ""


def test_scripts_read_the_same(room: MailRoom) -> None:
    (mail,) = told(room, "list", "--status", "given-up")["mails"]
    assert mail == {
        "mail": mail["mail"],
        "about": "token-expires",
        "to": "unknown@example.org",
        "status": "given-up",
        "created_at": "2027-01-15T08:00:00.000Z",
        "next_try_at": None,
        "tried_until_at": "2027-01-20T08:00:00.000Z",
        "tries": 1,
        "sent_at": None,
        "last_error": UNKNOWN.detail,
    }
    assert told(room, "show", mail["mail"]) == mail


def test_what_is_in_a_mail_is_shown_to_nobody(room: MailRoom) -> None:
    mail_id = id_of(room, "waiting")
    shown = [done(room, "list"), done(room, "list", "--json"), done(room, "show", mail_id)]
    shown.append(done(room, "show", mail_id, "--json"))
    for text in shown:
        assert "waits@example.org" in text
        assert "pick-up" not in text
        assert "asv_pu" not in text


def test_one_mail_is_shown_with_its_next_try(room: MailRoom) -> None:
    text = done(room, "show", id_of(room, "waiting"))
    assert "next try     2027-01-15 08:01:00 UTC" in text
    assert "tried until  2027-01-20 08:01:00 UTC" in text


def test_what_was_given_up_is_tried_again(room: MailRoom) -> None:
    mail_id = id_of(room, "given-up")
    assert done(room, "retry", mail_id) == f"mail {mail_id} is tried within seconds\n"
    assert told(room, "show", mail_id)["status"] == "waiting"
    assert told(room, "retry", mail_id)["status"] == "waiting"
    room.deliver()
    assert told(room, "show", mail_id)["status"] == "sent"
    assert "nothing left to send" in refused(room, 1, "retry", mail_id)


def test_a_test_mail_is_sent_at_once(room: MailRoom) -> None:
    assert "to root@example.org" in done(room, "test", "--to", "root@example.org")
    told(room, "test", "--to", "root@example.org", "--language", "de")
    assert [each.written.locale for each in room.sender.sent[-2:]] == ["", "de"]


def test_a_refusal_says_what_the_server_said(room: MailRoom) -> None:
    room.sender.usual = UNKNOWN
    assert "not sent: the server refused the recipient: 550" in refused(
        room, 1, "test", "--to", "root@example.org"
    )
    assert "--to: one e-mail address" in refused(room, 2, "test", "--to", "root")
    assert "authserver mail list" in refused(room, 1, "show", "never")


def test_while_mail_is_off_that_is_said() -> None:
    assert "set mail.host" in refused(MailRoom(is_on=False), 1, "test", "--to", "a@example.org")


@pytest.mark.parametrize("kind", list(MailKind))
def test_every_mail_is_shown_with_words_made_up_for_it(room: MailRoom, kind: MailKind) -> None:
    subject = told(room, "preview", str(kind))["subject"]
    assert done(room, "preview", str(kind)).startswith(f"Subject: {subject}\n\n")
    assert done(room, "preview", str(kind), "--html").startswith("<!doctype html>")
    german = told(room, "preview", str(kind), "--language", "de")
    assert (german["language"], german["subject"] == subject) == ("de", False)
