"""No word gets out of its header, and addresses from all over the world are reached or refused."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.domain.mail import WrittenMail, is_address
from authserver.domain.mail_ports import Blame, MailNotSent, OutgoingMail
from authserver.upstream.mail_messages import Message, Sender, message_of
from tests.doubles import EPOCH

WRITTEN: Final = WrittenMail(subject="Hello", text="text", html="<p>html</p>", locale="en")
US: Final = Sender("no-reply@example.test")
HEADERS: Final = {
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language"),
    *("Content-Type", "MIME-Version"),
}


def message(to: str = "ada@example.org", subject: str = "Hello", sender: Sender = US) -> Message:
    written = replace(WRITTEN, subject=subject)
    return message_of(OutgoingMail("mail-1", to, EPOCH, written), sender)


@given(st.text(max_size=300))
def test_no_subject_adds_a_header_or_ends_the_head(subject: str) -> None:
    try:
        made = message(subject=subject)
    except MailNotSent as refused:
        assert refused.blame is Blame.FOR_EVER  # noqa: PT017 - lone surrogates cannot be written
        return
    assert set(message_from_bytes(made.content, policy=default).keys()) == HEADERS


@pytest.mark.parametrize(
    "bad", ["\r\nBcc: eve@evil.example", "\nX: y", "\r", "\x0b\x0c\x85\u2028z"]
)
def test_line_ends_in_a_subject_are_blanks(bad: str) -> None:
    parsed = message_from_bytes(message(subject=f"a{bad}").content, policy=default)
    assert set(parsed.keys()) == HEADERS
    assert parsed["Subject"].startswith("a")


@pytest.mark.parametrize(
    "bad",
    [
        *("", "ada", "@example.org", "ada@", "a@b@c", "ada@example..org", "ada@-x.org", "ada@x-"),
        *("ada@example.org\r\nRCPT TO:<eve@evil.example>", "a\nb@example.org", "a b@example.org"),
        *("<ada@example.org>", "Ada <ada@example.org>", "ada@example.org, eve@evil.example"),
        *("ada@example.org;eve@evil.example", '"a b"@example.org', "a@[127.0.0.1]", "a..b@x.org"),
        *(".a@x.org", "a.@x.org", "ada(x)@example.org", "x" * 65 + "@example.org", "\ud800@x.org"),
        *("a@" + "b" * 260, "ada@exa_mple.org", "a\x00@example.org", "a@x.org\u2028"),
    ],
)
def test_what_is_no_single_address_is_refused_for_ever(bad: str) -> None:
    assert not is_address(bad)
    with pytest.raises(MailNotSent) as caught:
        message(to=bad)
    assert caught.value.blame is Blame.FOR_EVER


@given(st.text(max_size=40), st.text(max_size=40))
def test_what_counts_as_an_address_ends_no_command(local: str, domain: str) -> None:
    address = f"{local}@{domain}"
    if is_address(address):
        assert not set(address) & set(' \r\n\t<>,;:"\\()[]\x00')
        assert address.isprintable()


def test_a_domain_beyond_ascii_is_looked_up_as_browsers_do() -> None:
    made = message(to="ada@exämple.org", sender=Sender("nö-reply@bücher.example"))
    assert made.recipient == "ada@xn--exmple-cua.org"
    assert made.sender == "nö-reply@xn--bcher-kva.example"
    assert made.is_international
    assert not message(to="ada@exämple.org").is_international


@pytest.mark.parametrize("domain", ["faße.example", "x" * 70 + "ä.example"])
def test_a_domain_that_may_be_somebody_elses_is_refused(domain: str) -> None:
    with pytest.raises(MailNotSent) as caught:
        message(to=f"ada@{domain}")
    assert caught.value.blame is Blame.FOR_EVER


def test_a_name_beyond_ascii_needs_no_special_server() -> None:
    made = message(sender=Sender("no-reply@example.test", "Jörg, “Auth”"))
    assert made.content.isascii()
    parsed = message_from_bytes(made.content, policy=default)
    assert parsed["From"].addresses[0].display_name == "Jörg, “Auth”"


def test_a_local_part_beyond_ascii_stands_in_the_head_as_it_is() -> None:
    made = message(to="jörg@example.org")
    assert made.is_international
    assert "To: jörg@example.org".encode() in made.content
