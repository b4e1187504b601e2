"""Operators see that mail waits, never what is in it, and have it tried again."""

from __future__ import annotations

import pytest

from authserver.domain.errors import Conflict, InvalidField, NotFound
from authserver.domain.mail import MailStatus
from authserver.domain.mail_ports import Blame, MailNotSent
from tests.services.mail_room import DAY, MailRoom
from tests.services.world import ADMIN, ISSUER

UNKNOWN = MailNotSent(Blame.FOR_EVER, "550 no such user")


@pytest.fixture
def room() -> MailRoom:
    return MailRoom()


def test_mails_are_listed_oldest_first_whatever_their_number(
    room: MailRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("authserver.services.mail_administration.PAGE", 2)
    for number in range(5):
        room.put_in(f"key-{number}")
        room.clock.advance(1)
    room.sender.failures = [UNKNOWN]
    room.deliver()
    assert [each.key for each in room.administration.list()] == [f"key-{n}" for n in range(5)]
    assert len(room.administration.list(MailStatus.SENT)) == 4
    assert room.administration.list(MailStatus.WAITING) == []


def test_what_was_given_up_is_tried_again_for_days(room: MailRoom) -> None:
    room.put_in()
    room.sender.failures = [UNKNOWN]
    room.deliver()
    (mail,) = room.mails
    room.clock.advance(30 * DAY)
    again = room.administration.retry(mail.mail_id, ADMIN)
    assert room.administration.get(mail.mail_id) == again
    assert again.expires_at == room.clock.now() + 5 * DAY
    assert room.deliver() == 1
    assert room.actions() == ["mail.given_up", "mail.retried", "mail.sent"]
    assert room.database.audit[1].actor == ADMIN.actor


def test_what_waits_for_its_next_try_is_tried_now(room: MailRoom) -> None:
    room.put_in()
    room.sender.failures = [MailNotSent(Blame.MAIL, "450 later")]
    room.deliver()
    assert room.deliver() == 0
    room.administration.retry(room.mails[0].mail_id, ADMIN)
    assert room.deliver() == 1


def test_what_was_sent_is_not_sent_again(room: MailRoom) -> None:
    room.put_in()
    room.deliver()
    with pytest.raises(Conflict, match="is sent"):
        room.administration.retry(room.mails[0].mail_id, ADMIN)
    with pytest.raises(NotFound):
        room.administration.retry("never", ADMIN)
    with pytest.raises(NotFound):
        room.administration.get("never")


def test_a_test_mail_goes_past_the_outbox(room: MailRoom) -> None:
    mail_id = room.administration.test("root@example.org", ADMIN)
    assert room.mails == []
    (sent,) = room.sender.sent
    assert (sent.mail_id, sent.to) == (mail_id, "root@example.org")
    assert f"issuer={ISSUER}" in sent.written.text
    (record,) = room.database.audit
    assert (record.action, record.actor, record.object_id) == ("mail.tested", ADMIN.actor, mail_id)
    assert record.details["to"] == "root@example.org"


def test_a_test_mail_that_is_refused_says_why(room: MailRoom) -> None:
    room.sender.usual = UNKNOWN
    with pytest.raises(MailNotSent, match="550"):
        room.administration.test("root@example.org", ADMIN)
    with pytest.raises(InvalidField, match="one e-mail address"):
        room.administration.test("root@example.org, eve@example.org", ADMIN)


def test_while_mail_is_off_there_is_nothing_to_try() -> None:
    room = MailRoom(is_on=False)
    with pytest.raises(Conflict, match=r"mail\.host"):
        room.administration.test("root@example.org", ADMIN)
    with pytest.raises(Conflict, match=r"mail\.host"):
        room.administration.retry("any", ADMIN)
