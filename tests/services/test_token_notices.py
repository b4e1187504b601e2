"""Owners and teams are told 30, 14, 7 and 1 days before the end, once each."""

from __future__ import annotations

from dataclasses import replace
from math import ceil
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.api_token_conditions import INCIDENT_REASON
from authserver.domain.api_tokens import ApiTokenStatus, LastUse
from authserver.domain.mail import MailKind
from authserver.services.incident_notices import MOST_LISTED
from authserver.services.token_notices import BATCH, NoticeCounts
from tests.services.mail_room import DAY, MailRoom

if TYPE_CHECKING:
    from authserver.domain.api_tokens import ApiToken


@pytest.fixture
def room() -> MailRoom:
    return MailRoom()


def ends(room: MailRoom) -> NoticeCounts:
    return room.notices.tell_of_ends(lambda: True)


def stops(room: MailRoom) -> NoticeCounts:
    return room.notices.tell_of_stops(lambda: True)


def change(room: MailRoom, token: ApiToken, **changes: Any) -> None:
    with room.database.writing() as stores:
        stores.api_tokens.save(replace(token, **changes))


@pytest.mark.feature(11)
def test_a_token_is_told_of_30_14_7_and_1_days_before_its_end_and_on_no_other_day(
    room: MailRoom,
) -> None:
    token = room.token(days=60)
    days_left = []
    for _ in range(62 * 4):
        if ends(room).put_in:
            days_left.append(ceil((token.expires_at - room.clock.now()) / DAY))
        room.clock.advance(DAY / 4)
    assert days_left == [30, 14, 7, 1]
    assert room.readers(MailKind.TOKEN_EXPIRES) == ["ada@example.org"] * 4


def test_who_starts_anew_tells_nobody_twice(room: MailRoom) -> None:
    room.token(days=20)
    assert ends(room) == NoticeCounts(1, 0)
    room.notices = room.make_notices()
    assert ends(room) == NoticeCounts(0, 0)


def test_after_a_pause_only_the_latest_day_is_told(room: MailRoom) -> None:
    room.token(days=0.5)
    assert ends(room).put_in == 1
    assert len(room.mails) == 1


def test_the_mail_says_which_token_ends_and_when(room: MailRoom) -> None:
    token = room.token(days=7, resources=frozenset({"jira-main", "gone"}))
    ends(room)
    (mail,) = room.mails
    assert mail.expires_at == room.clock.now() + 5 * DAY
    assert room.words(mail) == {
        "token_id": "t1",
        "name": token.name,
        "purpose": token.purpose,
        "sites": ["gone", "https://jira-main.example.com"],
        "reader": "Ada",
        "for_team": False,
        "ends_at": token.expires_at,
    }


def test_owner_and_team_are_told(room: MailRoom) -> None:
    room.group("data", room.user("bob"))
    room.token("t1", days=5, team="data")
    room.token("t2", days=5, team="ops@example.org")
    assert ends(room) == NoticeCounts(4, 0)
    assert room.readers() == [
        "ada@example.org",
        "ada@example.org",
        "bob@example.org",
        "ops@example.org",
    ]


def test_who_cannot_be_told_is_counted_and_keeps_nobody_else_from_it(
    room: MailRoom, caplog: pytest.LogCaptureFixture
) -> None:
    room.token("t1", days=5, owner=room.user("bob", email="").subject)
    room.token("t2", days=5)
    assert ends(room) == NoticeCounts(1, 1)
    assert "1 owners or teams" in caplog.text


@pytest.mark.parametrize(
    "changes",
    [
        {"successor_id": "t2"},
        {"status": ApiTokenStatus.REVOKED},
        {"status": ApiTokenStatus.DISABLED},
        {"status": ApiTokenStatus.PENDING},
        {"days": 31},
        {"days": -1},
    ],
)
def test_nobody_is_told_of_a_token_that_was_rotated_stopped_or_goes_on(
    room: MailRoom, changes: dict[str, Any]
) -> None:
    room.token(**{"days": 5, **changes})
    assert ends(room) == NoticeCounts(0, 0)


def test_a_short_life_is_no_news_at_its_beginning(room: MailRoom) -> None:
    now = room.clock.now()
    room.token("week", days=7, created_at=now)
    room.token("ten-days", days=10, created_at=now)
    assert ends(room).put_in == 0
    room.clock.advance(3 * DAY)
    assert ends(room).put_in == 1
    assert room.words(room.mails[0])["token_id"] == "ten-days"


def test_another_end_is_told_anew(room: MailRoom) -> None:
    token = room.token(days=6)
    assert ends(room).put_in == 1
    change(room, token, expires_at=token.expires_at - 2 * DAY)
    assert ends(room).put_in == 1


def test_many_tokens_are_told_in_batches_as_long_as_the_lease_holds(room: MailRoom) -> None:
    for number in range(BATCH + 5):
        room.token(f"t{number:04}", days=3)
    turns = iter([True, False])
    counts = room.notices.tell_of_ends(lambda: next(turns))
    assert counts.put_in == BATCH
    assert ends(room).put_in == 5
    room.database.calls.clear()
    assert ends(room).put_in == 0
    assert room.database.calls["writing"] == 0


def test_while_mail_is_off_nothing_is_looked_at() -> None:
    room = MailRoom(is_on=False)
    room.token(days=5)
    room.database.calls.clear()
    assert ends(room) == stops(room) == NoticeCounts(0, 0)
    assert not room.database.calls


@pytest.mark.parametrize("status", [ApiTokenStatus.DISABLED, ApiTokenStatus.REVOKED])
def test_whoever_answers_for_a_token_hears_of_its_stop_once(
    room: MailRoom, status: ApiTokenStatus
) -> None:
    now = room.clock.now()
    room.token(status=status, status_changed_at=now - 60, reason="it leaked", team="x@example.org")
    assert stops(room) == NoticeCounts(2, 0)
    room.notices = room.make_notices()
    assert stops(room) == NoticeCounts(0, 0)
    words = room.words(room.mails[0])
    assert words["reason"] == "it leaked"
    assert words["stopped_at"] == now - 60
    assert words["is_for_ever"] is (status is ApiTokenStatus.REVOKED)


def test_a_second_stop_is_told_anew(room: MailRoom) -> None:
    now = room.clock.now()
    token = room.token(status=ApiTokenStatus.DISABLED, status_changed_at=now - 60)
    assert stops(room).put_in == 1
    change(room, token, status=ApiTokenStatus.REVOKED, status_changed_at=now)
    assert stops(room).put_in == 1


@pytest.mark.parametrize(
    "changes", [{"successor_id": "t2"}, {"secret": None}, {"status_changed_at": 1.0}]
)
def test_no_stop_is_told_of_a_rotated_token_an_unclaimed_one_or_an_old_story(
    room: MailRoom, changes: dict[str, Any]
) -> None:
    usual = {"status": ApiTokenStatus.REVOKED, "status_changed_at": room.clock.now()}
    room.token(**{**usual, **changes})
    assert stops(room).put_in == 0


def test_what_a_bulk_act_stopped_is_one_mail_for_each_reader(room: MailRoom) -> None:
    revoked: dict[str, Any] = {
        "status": ApiTokenStatus.REVOKED,
        "status_changed_at": room.clock.now() - 60,
        "reason": f"{INCIDENT_REASON}i1: the laptop is gone",
    }
    bob = room.user("bob")
    for number in range(BATCH + 5):
        room.token(f"t{number:04}", **revoked)
    room.token("u1", owner=bob.subject, team="ops@example.org", name="build", **revoked)
    room.token("u2", owner=bob.subject, team="ops@example.org", name="", **revoked)
    room.token("u3", owner=bob.subject, successor_id="u2", **revoked)
    room.token("u4", owner=bob.subject, **{**revoked, "secret": None})
    room.token("u5", owner=bob.subject, **{**revoked, "reason": f"{INCIDENT_REASON}i2"})
    assert stops(room) == NoticeCounts(4, 0)
    room.notices = room.make_notices()
    assert stops(room) == stops(room) == NoticeCounts(0, 0)
    told = {(each.key, each.to): room.words(each) for each in room.mails}
    many = told["tokens-stopped:i1:revoked:ada@example.org", "ada@example.org"]
    assert (many["count"], many["more"]) == (BATCH + 5, BATCH + 5 - MOST_LISTED)
    assert isinstance(many["tokens"], list)
    assert many["tokens"][0].endswith("(t0000)")
    assert len(many["tokens"]) == MOST_LISTED
    bobs = told["tokens-stopped:i1:revoked:bob@example.org", "bob@example.org"]
    assert bobs["tokens"] == ["build (u1)", "nightly run (u2)"]
    assert (bobs["more"], bobs["for_team"], bobs["is_for_ever"]) == (0, False, True)
    assert bobs["reason"] == revoked["reason"]
    team = told["tokens-stopped:i1:revoked:ops@example.org", "ops@example.org"]
    assert (team["tokens"], team["for_team"]) == (bobs["tokens"], True)
    # One alone is told of like any other.
    alone = f"token-stopped:u5:{int(room.clock.now()) - 60}:bob@example.org"
    assert told[alone, "bob@example.org"]["token_id"] == "u5"


def test_disuse_is_told_in_the_transaction_of_who_found_it(room: MailRoom) -> None:
    used = room.token("used", last_use=LastUse(room.clock.now() - 99 * DAY))
    never = room.token("never", last_use=None)
    stops_at = room.clock.now() + 3 * DAY
    for _ in range(2):
        with room.database.writing() as stores:
            counts = [
                room.notices.tell_of_disuse_in(stores, each, stops_at=stops_at).put_in
                for each in (used, never)
            ]
    assert counts == [0, 0]
    found = [(room.words(each)["last_used_at"], each.expires_at) for each in room.mails]
    assert sorted(found, key=str) == sorted(
        [(room.clock.now() - 99 * DAY, stops_at), (None, stops_at)], key=str
    )
