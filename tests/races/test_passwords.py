"""A password is used, changed and reset at once: all are answered, nothing outlives a reset."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from tests.races.passwords import (
    GRANTS,
    NEW,
    SIGN_INS,
    at_once,
    changing,
    household,
    is_alive,
    is_done,
    sign_in,
)
from tests.supervisor.running import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.databases import PostgresDatabases
    from tests.races.passwords import Household

pytestmark = pytest.mark.slow

ROUNDS: Final = 20
MANY: Final = 60
ANSWERS: Final = {303, 403}
"""Signed in, or a password that was changed meanwhile."""
BLIND: Final = "the test above cannot see what it is there for"
NO_ORDER: Final = """
import authserver.services.password_changes as password_changes

wanted = password_changes.GrantFilter
password_changes.GrantFilter = lambda subject: wanted(subject="nobody")

import time
import authserver.services.sessions as sessions

end_all_in = sessions.Sessions.end_all_in

def slowly(self, *parts, **options):
    time.sleep(0.05)
    return end_all_in(self, *parts, **options)

sessions.Sessions.end_all_in = slowly
"""
"""A change waits for grants only when it has come to the authority, and takes its time there."""
WITHOUT: Final = """
import inspect
import authserver.services.{module} as weakened

written = inspect.getsource(weakened)
assert written.count({line!r}) == 1
exec(compile(written.replace({line!r}, ""), weakened.__file__, "exec"), vars(weakened))
"""
"""A module without one of its lines."""
STALE_SIGN_IN: Final = WITHOUT.format(
    module="sign_in", line="and current.password_hash == user.password_hash"
)
"""Whoever knew the password when it was compared gets in."""
STALE_CHANGE: Final = WITHOUT.format(
    module="password_changes", line="or before.password_hash != user.password_hash"
)
"""Whoever knew the password when it was compared sets another one."""


@pytest.fixture(scope="module")
def racing(
    postgres_databases: PostgresDatabases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Household]:
    with household(tmp_path_factory.mktemp("passwords"), postgres_databases) as racing:
        yield racing


def change_beside_revocations(racing: Household) -> bool:
    """A change wakes an identity while apps revoke and others sign in: whether all were served."""
    person = racing.person()
    owner = racing.signed_in(person)
    values = racing.refresh_tokens(person, GRANTS)
    others = [racing.browser(number) for number in range(2)]
    racing.put_to_sleep(person)
    changed, *answers = at_once(
        [
            changing(owner, person),
            *(racing.revoking(value, number) for number, value in enumerate(values)),
            *(partial(sign_in, each, person.username, person.password) for each in others),
        ]
    )
    revoked, pages = set(answers[:GRANTS]), {page.status for page in answers[GRANTS:]}
    if not (is_done(changed) and revoked == {200} and pages <= ANSWERS):
        return False
    assert is_alive(owner)
    assert not any(is_alive(each) for each in others)
    assert not any(racing.racing.is_refreshable(value) for value in values)
    return True


def test_who_changes_a_password_and_who_revokes_never_wait_for_each_other(
    racing: Household,
) -> None:
    assert all(change_beside_revocations(racing) for _ in range(MANY))


def test_without_one_order_of_locks_they_do(
    postgres_databases: PostgresDatabases, tmp_path: Path
) -> None:
    with household(tmp_path, postgres_databases, NO_ORDER) as racing:
        # It takes some rounds until they meet: then the database ends one of the two.
        assert not all(change_beside_revocations(racing) for _ in range(3 * MANY)), BLIND
        logs = [each.log_file for each in racing.racing.servers]
        # Logs are written a moment after the answers.
        wait_until(lambda: any("40P01: deadlock" in each.read_text() for each in logs), BLIND)


def reset_beside_everything(racing: Household) -> bool:
    """An administrator resets a password that is used and changed: whether nothing was left."""
    person = racing.person()
    owner = racing.signed_in(person)
    values = racing.refresh_tokens(person, 2)
    others = [racing.browser(number) for number in range(SIGN_INS)]
    racing.put_to_sleep(person)
    services = racing.container
    one_time, changed, *answers = at_once(
        [
            partial(services.users.reset_password, person.subject, services.operator),
            changing(owner, person),
            *(racing.refreshing(value, number) for number, value in enumerate(values)),
            *(partial(sign_in, each, person.username, person.password) for each in others),
        ]
    )
    # Changed before, somebody was faster, not that password any more, or signed out.
    assert changed.status in {303, 403, 409}, changed.text
    # Refreshed before the reset; or asleep, or over.
    assert set(answers[: len(values)]) <= {200, 400}, answers
    assert {page.status for page in answers[len(values) :]} <= ANSWERS
    if any(is_alive(each) for each in (owner, *others)):
        return False
    assert not any(racing.racing.is_refreshable(value) for value in values)
    last = racing.browser(0)
    return is_done(sign_in(last, person.username, one_time)) and is_alive(last)


@pytest.mark.rule("SE-03")
@pytest.mark.rule("RT-07")
def test_of_whoever_signs_in_or_changes_the_password_while_it_is_reset_nothing_is_left(
    racing: Household,
) -> None:
    assert [reset_beside_everything(racing) for _ in range(ROUNDS)] == [True] * ROUNDS


@pytest.mark.parametrize("without", [STALE_SIGN_IN, STALE_CHANGE], ids=["sign-in", "change"])
def test_without_a_second_look_at_the_password_something_is_left(
    postgres_databases: PostgresDatabases, tmp_path: Path, without: str
) -> None:
    with household(tmp_path, postgres_databases, without) as racing:
        assert not all(reset_beside_everything(racing) for _ in range(2 * ROUNDS)), BLIND


def change_twice(racing: Household) -> int:
    """Two browsers of one person change the password to different ones: how many did."""
    person = racing.person()
    browsers = [racing.signed_in(person, number) for number in range(2)]
    wanted = [f"{NEW}, number {number}" for number in range(2)]
    pages = at_once(
        [changing(each, person, new) for each, new in zip(browsers, wanted, strict=True)]
    )
    assert {page.status for page in pages} <= {303, 403, 409}, [page.text for page in pages]
    done = [is_done(page) for page in pages]
    entering = [sign_in(racing.browser(0), person.username, new) for new in wanted]
    assert [is_done(page) for page in entering] == done or sum(done) > 1
    return sum(done)


def test_of_two_changes_at_once_one_counts(racing: Household) -> None:
    assert [change_twice(racing) for _ in range(ROUNDS)] == [1] * ROUNDS


def test_without_a_second_look_at_the_password_both_seem_to(
    postgres_databases: PostgresDatabases, tmp_path: Path
) -> None:
    with household(tmp_path, postgres_databases, STALE_CHANGE) as racing:
        assert any(change_twice(racing) > 1 for _ in range(ROUNDS)), BLIND
