"""A sender to a real mail server on loopback, and the mail it sends."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.crypto.system import SystemClock
from authserver.domain.mail import WrittenMail
from authserver.domain.mail_ports import MailNotSent, OutgoingMail
from authserver.upstream.mail import MailSecurity, MailServer, SmtpSender
from authserver.upstream.mail_messages import Sender
from tests.doubles import EPOCH
from tests.mail_servers import PASSWORD, USERNAME, LocalMailServer
from tests.upstream.resolvers import everywhere

if TYPE_CHECKING:
    from tests.upstream.certificates import TestAuthority

NAME: Final = "mail.example.test"
LINK: Final = "https://auth.example.test/account/pick-up/asv_pu_" + "x" * 49
WRITTEN: Final = WrittenMail(
    subject="Your token “BI export” ends", text=f"Hello\n.\n{LINK}\n", html="<p>Hü</p>", locale="en"
)
MAIL: Final = OutgoingMail("mail-id-1", "ada@example.org", EPOCH, WRITTEN)
US: Final = Sender("no-reply@example.test", "Auth, server", "help@example.test")


def settings(server: LocalMailServer, **stated: Any) -> MailServer:
    usual = MailServer(
        host=NAME,
        port=server.port,
        security=MailSecurity.NONE,
        our_name="auth.example.test",
        username="",
        password=lambda: PASSWORD,
        ca_file=None,
        connect_seconds=5,
        total_seconds=10,
    )
    return replace(usual, **stated)


def sender(server: LocalMailServer, sent_by: Sender = US, **stated: Any) -> SmtpSender:
    return SmtpSender(
        server=settings(server, **stated),
        sender=sent_by,
        clock=SystemClock(),
        resolver=everywhere("127.0.0.1"),
    )


def safe(server: LocalMailServer, authority: TestAuthority, **stated: Any) -> SmtpSender:
    usual = {
        "security": MailSecurity.STARTTLS,
        "username": USERNAME,
        "ca_file": authority.ca_file,
    }
    return sender(server, **{**usual, **stated})


def failure(sending: SmtpSender, mail: OutgoingMail = MAIL) -> MailNotSent:
    with pytest.raises(MailNotSent) as caught:
        sending.send(mail)
    assert caught.value.__cause__ is None
    return caught.value
