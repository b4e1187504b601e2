"""Users on real databases, where two acts at a time wait for each other by their locks."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import pytest

from authserver.crypto.digests import HmacDigester
from authserver.crypto.secret_values import ReadableSecretMaker
from authserver.domain.errors import Conflict
from authserver.domain.sessions import PASSWORD_ACR, PASSWORD_AMR
from authserver.services.administration import Administration
from authserver.services.commit_barrier import CommitBarrier
from authserver.services.grants import Grants
from authserver.services.password_rules import PasswordRules
from authserver.services.session_ends import SessionEnds
from authserver.services.sessions import Sessions
from authserver.services.user_power import UserPower
from authserver.services.users import UserDraft, Users
from tests.doubles import FakeClock, FakeEntropy
from tests.services.collaborators import CountingPasswords
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.storage.database import SqlDatabase


class Office:
    """Users and sessions on one database."""

    def __init__(self, database: SqlDatabase) -> None:
        self.database = database
        clock, entropy = FakeClock(), FakeEntropy()
        maker, barrier = ReadableSecretMaker(entropy), CommitBarrier(clock, places=8)
        administration = Administration(database=database, clock=clock, barrier=barrier)
        grants = Grants(database=database, clock=clock, barrier=barrier)
        self.clock = clock
        self.sessions = Sessions(
            administration=administration,
            digester=HmacDigester({"1": b"p" * 32}, "1", entropy),
            secret_maker=maker,
            ends=SessionEnds(grants=grants, secret_maker=maker),
            idle_seconds=3600,
            absolute_seconds=86_400,
        )
        passwords = CountingPasswords()
        power = UserPower(
            administration=administration,
            sessions=self.sessions,
            grants=grants,
            passwords=passwords,
            secret_maker=maker,
        )
        self.users = Users(
            administration=administration,
            passwords=passwords,
            secret_maker=maker,
            rules=PasswordRules(shortest=15, host="auth.example.com"),
            power=power,
        )

    def sign_in(self, username: str) -> str:
        """The cookie of a new session."""
        user = self.users.get(username).user
        with self.database.writing() as stores:
            started = self.sessions.begin(
                stores,
                user,
                acr=PASSWORD_ACR,
                amr=PASSWORD_AMR,
                previous=None,
                call=ADMIN.call(self.clock.now()),
                user_agent="Firefox",
            )
        return started.cookie

    def is_signed_in(self, cookie: str) -> bool:
        """Whether the cookie still counts."""
        return self.sessions.find(cookie, ADMIN.call(self.clock.now())) is not None


@pytest.fixture
def office(database: SqlDatabase) -> Office:
    return Office(database)


def at_once(*deeds: Callable[[], object]) -> list[str]:
    """How each ended."""
    start = threading.Barrier(len(deeds))
    ends: list[str] = []

    def do(deed: Callable[[], object]) -> None:
        start.wait(30)
        try:
            deed()
        except Conflict:
            ends.append("refused")
        else:
            ends.append("done")

    crew = [threading.Thread(target=do, args=(deed,)) for deed in deeds]
    for each in crew:
        each.start()
    for each in crew:
        each.join(60)
    return sorted(ends)


def test_administrators_who_stop_each_other_leave_one(office: Office) -> None:
    for name in ("one", "two"):
        office.users.create(UserDraft(name, is_administrator=True), ADMIN)
    ends = at_once(
        lambda: office.users.disable("one", ADMIN), lambda: office.users.disable("two", ADMIN)
    )
    assert ends == ["done", "refused"]
    with office.database.reading() as stores:
        assert stores.users.count_administrators() == 1


def test_a_stopped_user_keeps_no_session_that_began_meanwhile(office: Office) -> None:
    office.users.create(UserDraft("ada"), ADMIN)
    cookies: list[str] = [office.sign_in("ada")]
    deeds = [lambda: cookies.append(office.sign_in("ada"))] * 3
    at_once(*deeds, lambda: office.users.disable("ada", ADMIN))
    assert len(cookies) == 4
    assert not any(office.is_signed_in(cookie) for cookie in cookies)


def test_one_session_ends_once(office: Office) -> None:
    office.users.create(UserDraft("ada"), ADMIN)
    cookie = office.sign_in("ada")
    (session,) = office.sessions.list(office.users.get("ada").user.subject)
    ended: list[bool] = []
    at_once(*[lambda: ended.append(office.sessions.end(session.session_id, ADMIN))] * 6)
    assert sorted(ended) == [False] * 5 + [True]
    assert not office.is_signed_in(cookie)
