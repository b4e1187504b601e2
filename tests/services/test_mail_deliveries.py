"""Nothing is lost while the server is away, nothing is sent twice by two processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import StorageUnavailable
from authserver.domain.mail import MailStatus
from authserver.domain.mail_ports import Blame, MailNotSent
from tests.services.mail_room import DAY, WORDS, MailRoom

if TYPE_CHECKING:
    from authserver.domain.mail import WaitingMail

DOWN = MailNotSent(Blame.SERVER, "connect_failed: ECONNREFUSED")
GREYLISTED = MailNotSent(Blame.MAIL, "the server refused the recipient: 450 later")
UNKNOWN = MailNotSent(Blame.FOR_EVER, "the server refused the recipient: 550 no such user")


@pytest.fixture
def room() -> MailRoom:
    return MailRoom()


def only(room: MailRoom) -> WaitingMail:
    (mail,) = room.mails
    return mail


def test_what_waits_is_sent_once_and_its_words_are_forgotten(room: MailRoom) -> None:
    room.put_in()
    waiting = only(room)
    assert room.deliver() == 1
    assert room.deliver() == 0
    (sent,) = room.sender.sent
    assert (sent.mail_id, sent.to, sent.created_at) == (
        waiting.mail_id,
        "ada@example.org",
        room.clock.now(),
    )
    assert "name=export" in sent.written.text
    assert sent.written.locale == "de"
    mail = only(room)
    assert (mail.status, mail.sealed, mail.tries) == (MailStatus.SENT, b"", 1)
    assert mail.sent_at == room.clock.now()
    assert room.actions() == ["mail.sent"]


def test_while_the_server_is_down_everything_waits_and_then_goes(room: MailRoom) -> None:
    for number in range(5):
        room.put_in(f"key-{number}")
    room.sender.usual = DOWN
    for _ in range(200):
        room.deliver()
        room.clock.advance(2)
    # It was asked a few times, not with every mail every two seconds.
    assert 3 <= room.sender.asked <= 12
    assert {each.status for each in room.mails} == {MailStatus.WAITING}
    room.sender.usual = None
    room.clock.advance(4 * 3600)
    assert room.deliver() == 5
    assert {each.status for each in room.mails} == {MailStatus.SENT}


def test_pauses_between_tries_double_up_to_four_hours(room: MailRoom) -> None:
    room.put_in()
    room.sender.usual = GREYLISTED
    pauses = []
    for _ in range(11):
        room.deliver()
        mail = only(room)
        pauses.append(mail.next_try_at - room.clock.now())
        room.clock.set_now(mail.next_try_at)
    assert pauses[:4] == [60, 120, 240, 480]
    assert pauses[-2:] == [4 * 3600, 4 * 3600]
    assert only(room).last_error == GREYLISTED.detail


def test_greylisting_of_one_mail_does_not_hold_up_the_others(room: MailRoom) -> None:
    for number in range(3):
        room.put_in(f"key-{number}")
    room.sender.failures = [GREYLISTED]
    assert room.deliver() == 2
    room.clock.advance(61)
    assert room.deliver() == 1


def test_what_is_refused_for_ever_is_given_up_at_once_and_on_record(room: MailRoom) -> None:
    room.put_in()
    room.sender.usual = UNKNOWN
    assert room.deliver() == 0
    room.clock.advance(30 * DAY)
    room.deliver()
    assert room.sender.asked == 1
    mail = only(room)
    assert (mail.status, mail.last_error) == (MailStatus.GIVEN_UP, UNKNOWN.detail)
    (event,) = room.database.audit
    assert (event.action, event.outcome, event.reason) == (
        "mail.given_up",
        "failed",
        UNKNOWN.detail,
    )
    assert event.object_id == mail.mail_id
    assert event.details == {"kind": "token-expires", "to": "ada@example.org", "tries": 1}


@pytest.mark.parametrize("failure", [DOWN, GREYLISTED])
def test_after_five_days_a_mail_is_given_up(room: MailRoom, failure: MailNotSent) -> None:
    room.put_in()
    room.sender.usual = failure
    end = room.clock.now() + 5 * DAY
    while only(room).status is MailStatus.WAITING:
        assert room.clock.now() < end + 1
        room.deliver()
        room.clock.advance(3600)
    assert room.clock.now() > end - 6 * 3600
    assert only(room).status is MailStatus.GIVEN_UP
    assert room.actions() == ["mail.given_up"]


def test_mail_that_is_too_late_is_given_up_even_while_the_server_rests(room: MailRoom) -> None:
    room.put_in("first")
    room.clock.advance(1)
    room.put_in("link", until=room.clock.now() + 10)
    room.sender.usual = DOWN
    room.deliver()
    room.clock.set_now(room.clock.now() + 11)
    room.deliver()
    assert room.sender.asked == 1
    assert [each.status for each in room.mails] == [MailStatus.WAITING, MailStatus.GIVEN_UP]


def test_of_two_processes_one_sends_a_mail(room: MailRoom) -> None:
    room.put_in()
    other = room.make_deliveries()
    room.sender.meanwhile = lambda: other.deliver(lambda: True) if room.sender.asked < 2 else 0
    assert room.deliver() == 1
    assert len(room.sender.sent) == 1


def test_a_process_that_dies_while_it_sends_leaves_the_mail_to_be_tried_again(
    room: MailRoom,
) -> None:
    room.put_in()

    def die() -> None:
        raise KeyboardInterrupt

    room.sender.meanwhile = die
    with pytest.raises(KeyboardInterrupt):
        room.deliver()
    room.sender.meanwhile = None
    assert room.deliver() == 0
    room.clock.advance(61)
    assert room.deliver() == 1
    assert only(room).tries == 2


def test_a_mail_whose_sending_cannot_be_noted_goes_again_under_the_same_id(room: MailRoom) -> None:
    """At least once: programs that read mail show one message id once."""
    room.put_in()
    room.sender.meanwhile = lambda: room.database.failing.add("audit.add")
    with pytest.raises(StorageUnavailable):
        room.deliver()
    room.sender.meanwhile = None
    room.database.failing.clear()
    room.clock.advance(61)
    assert room.deliver() == 1
    assert len({each.mail_id for each in room.sender.sent}) == 1
    assert len(room.sender.sent) == 2


def test_whoever_loses_the_lease_stops_between_two_mails(room: MailRoom) -> None:
    for number in range(3):
        room.put_in(f"key-{number}")
    turns = iter([True, True, False, True])
    assert room.deliveries.deliver(lambda: next(turns)) == 2
    assert next(turns)


def test_without_mail_nobody_asks_for_the_lease(room: MailRoom) -> None:
    def fail() -> bool:
        raise AssertionError("asked")

    assert room.deliveries.deliver(fail) == 0


def test_a_missing_key_file_holds_mail_up_until_it_is_back(room: MailRoom) -> None:
    room.put_in()
    room.world.sealer.known.clear()
    room.deliver()
    assert only(room).status is MailStatus.WAITING
    assert "do not open" in only(room).last_error
    room.world.sealer.known.add("1")
    room.clock.advance(61)
    assert room.deliver() == 1


def test_words_that_fit_no_template_are_given_up_and_stop_nothing(room: MailRoom) -> None:
    room.put_in("bad", words={**WORDS, "name": "unwritable"})
    room.clock.advance(1)
    room.put_in("good")
    assert room.deliver() == 1
    assert [each.status for each in room.mails] == [MailStatus.GIVEN_UP, MailStatus.SENT]


def test_of_two_processes_that_saw_a_mail_waiting_one_sends_it(room: MailRoom) -> None:
    room.put_in()
    other = room.make_deliveries()

    def overtake() -> None:
        other.deliver(lambda: True)

    # The other one does it all between our look and our try.
    room.database.while_reading = overtake
    assert room.deliver() == 0
    assert len(room.sender.sent) == 1
    assert only(room).tries == 1
