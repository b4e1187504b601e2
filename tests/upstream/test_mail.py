"""Mail goes to a real server, over a way that is as safe as it has to be."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cryptography import x509

from authserver.domain.errors import InvalidField
from authserver.domain.mail_ports import Blame
from authserver.upstream.mail import MailSecurity
from tests.doubles import EPOCH
from tests.mail_servers import LocalMailServer
from tests.upstream.mail_sending import LINK, MAIL, NAME, WRITTEN, failure, safe, sender

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.upstream.certificates import TestAuthority


@pytest.fixture
def server(authority: TestAuthority) -> Iterator[LocalMailServer]:
    with LocalMailServer(tls=authority.server_for(NAME), wants_password=True) as running:
        yield running


@pytest.fixture
def plain() -> Iterator[LocalMailServer]:
    with LocalMailServer() as running:
        yield running


def test_a_mail_arrives_with_both_its_forms_and_what_programs_ask_for(
    plain: LocalMailServer,
) -> None:
    sender(plain).send(MAIL)
    (received,) = plain.received
    assert (received.sender, received.recipient) == ("no-reply@example.test", "ada@example.org")
    assert received.introduced_as == "auth.example.test"
    assert received.content.isascii()
    assert max(map(len, received.content.split(b"\r\n"))) <= 998
    message = received.message
    assert message["From"] == '"Auth, server" <no-reply@example.test>'
    assert message["To"] == "ada@example.org"
    assert message["Reply-To"] == "help@example.test"
    assert message["Subject"] == WRITTEN.subject
    assert message["Message-ID"] == "<mail-id-1@example.test>"
    assert message["Date"].datetime.timestamp() == EPOCH
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Content-Language"] == "en"
    assert message.get_content_type() == "multipart/alternative"
    assert received.text.replace("\r\n", "\n") == WRITTEN.text
    assert received.html.strip() == WRITTEN.html


def test_starttls_and_the_password_protect_the_way(
    server: LocalMailServer, authority: TestAuthority
) -> None:
    safe(server, authority).send(MAIL)
    (received,) = server.received
    assert received.over_tls
    assert received.authenticated


def test_tls_may_begin_with_the_first_byte(authority: TestAuthority) -> None:
    context = authority.server_for(NAME)
    with LocalMailServer(tls=context, implicit_tls=True, wants_password=True) as server:
        safe(server, authority, security=MailSecurity.TLS).send(MAIL)
        assert server.received[0].authenticated


@pytest.mark.parametrize("security", [MailSecurity.STARTTLS, MailSecurity.TLS])
@pytest.mark.parametrize("wrong", ["name", "authority", "expired"])
def test_a_server_that_cannot_prove_its_name_gets_neither_mail_nor_password(
    authority: TestAuthority, security: MailSecurity, wrong: str
) -> None:
    context = authority.server_for("other.example.test" if wrong == "name" else NAME)
    if wrong == "expired":
        context = authority.server(x509.DNSName(NAME), valid_days=-1)
    with LocalMailServer(tls=context, implicit_tls=security is MailSecurity.TLS) as server:
        ca_file = None if wrong == "authority" else authority.ca_file
        refused = failure(safe(server, authority, security=security, ca_file=ca_file))
        assert refused.blame is Blame.SERVER
        assert refused.detail.startswith("tls_failed: ")
        assert server.received == []


def test_without_starttls_nothing_is_sent(authority: TestAuthority) -> None:
    with LocalMailServer() as server:
        refused = failure(safe(server, authority, username=""))
        assert refused.blame is Blame.SERVER
        assert "STARTTLS" in refused.detail
        assert server.received == []


def test_a_wrong_password_is_the_servers_trouble_and_not_told(
    server: LocalMailServer, authority: TestAuthority
) -> None:
    refused = failure(safe(server, authority, password=lambda: "a wrong one"))
    assert refused.blame is Blame.SERVER
    assert refused.detail.startswith("the server refused user name and password: 535")
    assert "a wrong one" not in repr(refused)
    assert server.received == []


def test_a_password_file_that_cannot_be_read_is_named(
    server: LocalMailServer, authority: TestAuthority
) -> None:
    def missing() -> str:
        raise InvalidField("mail.password_file", "cannot be read")

    refused = failure(safe(server, authority, password=missing))
    assert (refused.blame, refused.detail) == (
        Blame.SERVER,
        "mail.password_file: cannot be read",
    )


@pytest.mark.parametrize(
    ("command", "reply", "blame"),
    [
        ("RCPT", "450 4.2.0 greylisted, come back later", Blame.MAIL),
        ("RCPT", "550 5.1.1 no such user", Blame.FOR_EVER),
        ("RCPT", "421 4.3.2 closing", Blame.SERVER),
        ("DATA", "451 4.3.0 try again", Blame.MAIL),
        ("DATA", "554 5.7.1 we do not like it", Blame.FOR_EVER),
        ("MAIL", "550 5.7.1 not for you", Blame.SERVER),
        ("MAIL", "451 4.7.1 later", Blame.SERVER),
    ],
)
def test_whose_fault_a_refusal_is(
    plain: LocalMailServer, command: str, reply: str, blame: Blame
) -> None:
    plain.answers[command] = [reply]
    refused = failure(sender(plain))
    assert refused.blame is blame
    assert reply.partition(" ")[2] in refused.detail
    assert plain.received == []


def test_what_a_server_quotes_of_our_mail_is_masked(plain: LocalMailServer) -> None:
    plain.answers["DATA"] = [f"550 this link is bad: {LINK} \x1b[2J" + "y" * 300]
    detail = failure(sender(plain)).detail
    assert "asv_pu_[redacted]" in detail
    assert "xxxx" not in detail
    assert "\x1b" not in detail
    assert len(detail) < 300


def test_an_address_beyond_ascii_is_reached_where_the_server_can(plain: LocalMailServer) -> None:
    sender(plain).send(replace(MAIL, to="jörg@exämple.org"))
    (received,) = plain.received
    assert received.recipient == "jörg@xn--exmple-cua.org"
    assert "SMTPUTF8" in received.options


def test_an_address_beyond_ascii_is_given_up_where_it_cannot() -> None:
    with LocalMailServer(takes_utf8=False) as server:
        refused = failure(sender(server), replace(MAIL, to="jörg@example.org"))
        assert refused.blame is Blame.FOR_EVER
        sender(server).send(replace(MAIL, to="ada@exämple.org"))
        assert [each.recipient for each in server.received] == ["ada@xn--exmple-cua.org"]


def test_a_recipient_that_would_be_a_command_reaches_no_server(plain: LocalMailServer) -> None:
    evil = "ada@example.org>\r\nRCPT TO:<eve@evil.example"
    assert failure(sender(plain), replace(MAIL, to=evil)).blame is Blame.FOR_EVER
    assert plain.connections == 0
