"""The outbox: one mail for each key, and one process for each try."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.mail import MailKind, MailStatus
from authserver.storage.sweeping import HISTORY_SECONDS, Sweeper
from tests.doubles import FakeClock
from tests.storage.examples import NOW
from tests.storage.mail_examples import DAY, mail
from tests.storage.people_examples import HOSTILE
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.domain.mail import WaitingMail
    from authserver.domain.ports import Database
    from authserver.storage.database import SqlDatabase

SENT: dict[str, Any] = {"status": MailStatus.SENT, "sealed": b"", "sent_at": NOW + 1, "tries": 1}


def add(database: Database, *mails: WaitingMail) -> list[bool]:
    with database.writing() as stores:
        return [stores.mails.add(each) for each in mails]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"status": MailStatus.GIVEN_UP, "tries": 7, "last_error": "550 unknown"},
        {"kind": MailKind.TOKEN_READY, "to": "jörg@exämple.org", **SENT},
        {"sealed": bytes(range(256)), "next_try_at": NOW + 0.25, "expires_at": NOW},
    ],
)
def test_a_mail_comes_back_as_it_was_put_in(
    any_database: Database, changes: dict[str, Any]
) -> None:
    put_in = mail(**changes)
    assert add(any_database, put_in, mail("mail-2")) == [True, True]
    with any_database.reading() as stores:
        assert stores.mails.get("mail-1") == put_in
        assert stores.mails.list()[0] == put_in


def test_a_second_mail_of_a_key_is_not_put_in(any_database: Database) -> None:
    first = mail(key="once")
    assert add(any_database, first, mail("mail-2", key="once")) == [True, False]
    with any_database.reading() as stores:
        assert stores.mails.list() == [first]
        assert stores.mails.known(["once", "never"]) == {"once"}
        assert stores.mails.known([]) == frozenset()


@pytest.mark.parametrize("token_ids", [{"t1"}, {"t1", "t2"}, set()])
def test_what_is_unsent_about_tokens_is_cancelled(
    any_database: Database, token_ids: set[str]
) -> None:
    ready, stale = MailKind.TOKEN_READY, MailKind.TOKEN_STALE
    known = {
        "a": mail("a", key="token-ready:t1:x", kind=ready),
        "b": mail("b", key="token-stale:t1:7", kind=stale, status=MailStatus.GIVEN_UP),
        "c": mail("c", key="token-ready:t2:x", kind=ready),
        "d": mail("d", key="token-ready:t11:x", kind=ready),
        "e": mail("e", key="token-ready:t1:y", kind=ready, **SENT),
        "f": mail("f", key="token-stopped:t1:7", kind=MailKind.TOKEN_STOPPED),
        "g": mail("g", key="t1", kind=ready),
    }
    add(any_database, *known.values())
    meant = [each for each, about in (("a", "t1"), ("b", "t1"), ("c", "t2")) if about in token_ids]
    with any_database.writing() as stores:
        count = stores.mails.cancel(frozenset({ready, stale}), frozenset(token_ids))
        found = {each.mail_id: each for each in stores.mails.list()}
    assert count == len(meant)
    for each in meant:
        known[each] = replace(known[each], status=MailStatus.CANCELLED, sealed=b"")
    assert found == known


def test_a_key_stays_taken_when_its_mail_was_sent(any_database: Database) -> None:
    assert add(any_database, mail(key="once", **SENT), mail("mail-2", key="once")) == [True, False]


def test_due_are_those_whose_time_has_come_longest_waiting_first(any_database: Database) -> None:
    add(
        any_database,
        mail("late", next_try_at=NOW + 0.001),
        mail("b", next_try_at=NOW - 5),
        mail("a", next_try_at=NOW - 5),
        mail("old", next_try_at=NOW - 9),
        mail("now"),
        *(
            mail(str(status), status=status, next_try_at=NOW - 99)
            for status in MailStatus
            if status is not MailStatus.WAITING
        ),
    )
    with any_database.reading() as stores:
        found = [each.mail_id for each in stores.mails.due(NOW, limit=9)]
        assert found == ["old", "a", "b", "now"]
        assert [each.mail_id for each in stores.mails.due(NOW, limit=2)] == ["old", "a"]


def test_whoever_counted_a_try_first_goes_on(any_database: Database) -> None:
    add(any_database, mail(), mail("mail-2"))
    begun = mail(tries=1, next_try_at=NOW + 60, last_error="4.2.0", expires_at=NOW + 9)
    with any_database.writing() as stores:
        assert stores.mails.settle(begun, tries_before=0)
        assert not stores.mails.settle(replace(begun, next_try_at=NOW + 99), tries_before=0)
        assert stores.mails.get("mail-1") == begun
        assert stores.mails.get("mail-2") == mail("mail-2")


def test_what_was_sent_is_sent_no_more(any_database: Database) -> None:
    add(any_database, mail())
    with any_database.writing() as stores:
        assert stores.mails.settle(mail(**SENT), tries_before=0)
        assert not stores.mails.settle(mail(tries=2), tries_before=1)
        given_up = MailStatus.GIVEN_UP
        assert not stores.mails.settle(mail(tries=2), tries_before=1, status_before=given_up)
        assert stores.mails.get("mail-1") == mail(**SENT)


def test_what_was_given_up_can_wait_again(any_database: Database) -> None:
    add(any_database, mail(status=MailStatus.GIVEN_UP, tries=4))
    with any_database.writing() as stores:
        given_up = MailStatus.GIVEN_UP
        assert stores.mails.settle(mail(tries=4), tries_before=4, status_before=given_up)
        assert [each.mail_id for each in stores.mails.due(NOW, limit=9)] == ["mail-1"]


def test_another_seal_replaces_the_one_that_is_known(any_database: Database) -> None:
    add(any_database, mail())
    with any_database.writing() as stores:
        assert not stores.mails.replace_sealed("mail-1", before=b"other", after=b"new")
        assert stores.mails.replace_sealed("mail-1", before=b"sealed words", after=b"new")
        assert not stores.mails.replace_sealed("mail-2", before=b"new", after=b"newer")
        assert stores.mails.get("mail-1") == mail(sealed=b"new")


def test_mails_are_listed_by_id_in_pages(any_database: Database) -> None:
    add(any_database, *(mail(each) for each in ("b", "B", "a-1", "_", "a")))
    add(any_database, mail("c", status=MailStatus.SENT))
    with any_database.reading() as stores:
        everything = [each.mail_id for each in stores.mails.list()]
        assert everything == ["B", "_", "a", "a-1", "b", "c"]
        assert [each.mail_id for each in stores.mails.list(after="a", limit=2)] == ["a-1", "b"]
        assert [each.mail_id for each in stores.mails.list(MailStatus.SENT)] == ["c"]


@pytest.mark.parametrize("mail_id", HOSTILE)
def test_an_odd_id_is_not_found(any_database: Database, mail_id: str) -> None:
    with any_database.reading() as stores:
        assert stores.mails.get(mail_id) is None
        stores.mails.list(after=mail_id)


def test_of_many_that_would_try_one_does(database: SqlDatabase) -> None:
    add(database, mail())

    def claim(_: int) -> bool:
        with database.writing() as stores:
            return stores.mails.settle(mail(tries=1), tries_before=0)

    assert sum(race(4, claim)) == 1


def test_old_mails_go_a_season_after_their_last_try(database: SqlDatabase) -> None:
    over = NOW - HISTORY_SECONDS
    add(
        database,
        mail("old", expires_at=over),
        mail("waiting", expires_at=over - DAY),
        mail("new", expires_at=over + 1),
    )
    assert Sweeper(database, FakeClock(NOW)).sweep()["mails"] == 2
    with database.reading() as stores:
        assert [each.mail_id for each in stores.mails.list()] == ["new"]
