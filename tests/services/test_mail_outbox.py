"""Mail is put into the outbox with what it is about, and nobody reads it there."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authserver.domain.errors import Conflict
from authserver.domain.mail import MailDraft, MailKind, MailStatus
from tests.services.mail_room import DAY, WORDS, MailRoom

LINK = "https://auth.example.com/account/pick-up/asv_pu_secret"


@pytest.fixture
def room() -> MailRoom:
    return MailRoom()


def test_what_is_put_in_waits_and_opens_again(room: MailRoom) -> None:
    assert room.put_in()
    (mail,) = room.mails
    assert (mail.status, mail.to, mail.tries) == (MailStatus.WAITING, "ada@example.org", 0)
    assert mail.next_try_at == room.clock.now()
    assert mail.expires_at == room.clock.now() + 5 * DAY
    assert room.outbox.opened(mail) == ("de", WORDS)


def test_a_mail_belongs_to_the_transaction_of_what_it_is_about(room: MailRoom) -> None:
    draft = MailDraft("key", MailKind.TOKEN_EXPIRES, "ada@example.org", "", WORDS)
    with pytest.raises(Conflict), room.database.writing() as stores:  # noqa: PT012 - a whole transaction
        room.outbox.put_in(stores, draft)
        raise Conflict("it did not happen")
    assert room.mails == []


@pytest.mark.rule("AK-01")
def test_no_link_stands_in_the_database_or_in_any_repr(room: MailRoom) -> None:
    words = {**WORDS, "link": LINK, "link_ends_at": 1.0}
    assert room.put_in(kind=MailKind.TOKEN_READY, words=words)
    (mail,) = room.mails
    assert room.words(mail)["link"] == LINK
    draft = MailDraft("key", MailKind.TOKEN_READY, "ada@example.org", "", words)
    for shown in (repr(mail), repr(draft), mail.sealed.decode()):
        assert "asv_pu" not in shown


def test_a_seal_opens_for_its_own_mail_only(room: MailRoom) -> None:
    room.put_in("one")
    room.clock.advance(1)
    room.put_in("two")
    first, second = room.mails

    with pytest.raises(Conflict):
        room.outbox.opened(replace(first, sealed=second.sealed))


def test_one_key_is_one_mail(room: MailRoom) -> None:
    assert room.put_in("once")
    assert not room.put_in("once", to="eve@example.org")
    assert room.readers() == ["ada@example.org"]


@pytest.mark.parametrize("to", ["", "ada", "ada@example.org\r\nBcc: eve@example.org", "a@b, c@d"])
def test_what_is_no_address_gets_no_mail(room: MailRoom, to: str) -> None:
    assert not room.put_in(to=to)
    assert room.mails == []


def test_without_a_server_nothing_is_put_in() -> None:
    room = MailRoom(is_on=False)
    assert not room.put_in()
    assert room.mails == []


def test_a_mail_without_a_word_it_needs_is_a_defect(room: MailRoom) -> None:
    with pytest.raises(ValueError, match="needs link, link_ends_at"):
        room.put_in(kind=MailKind.TOKEN_READY)


def test_a_mail_is_not_tried_when_it_is_too_late(room: MailRoom) -> None:
    room.put_in("soon", until=room.clock.now() + 60)
    room.clock.advance(1)
    room.put_in("late", until=room.clock.now() + 99 * DAY)
    soon, late = room.mails
    assert soon.expires_at == room.clock.now() + 59
    assert late.expires_at == room.clock.now() + 5 * DAY
