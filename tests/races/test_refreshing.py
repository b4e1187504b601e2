"""However many refresh, replay and revoke at once, a family has one leaf or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.refresh_tokens import GRACE_SECONDS
from tests.races.families import CALLERS, INVALID_GRANT, Family, family
from tests.races.weakened import NO_ENDING, NO_ROTATION, weakened

if TYPE_CHECKING:
    from pathlib import Path

    from tests.races.families import Deployment, Reply, Request

UNAVAILABLE = 503
"""A revoker that finds no place to wait changes nothing and says so."""


def mixed(some: Request, others: Request) -> list[Request]:
    """Requests of two kinds in turn, one for each caller."""
    return [some, others] * (CALLERS // 2)


def dead(racing: Family, replies: list[Reply]) -> bool:
    """Whether nothing that was given out is of any use."""
    given = [reply.body for reply in replies if "access_token" in reply.body]
    refresh_tokens = {tokens["refresh_token"] for tokens in given}
    return not (
        any(racing.is_active(tokens["access_token"]) for tokens in given)
        or any(racing.is_refreshable(value) for value in refresh_tokens)
    )


def refresh_at_once(racing: Family) -> tuple[int, int]:
    """Fifty refreshes with one token: different successors given, leaves left."""
    racing.forget()
    value = racing.tokens()["refresh_token"]
    replies = racing.callers.at_once([racing.refreshing(value)] * CALLERS)
    assert all(reply.is_good for reply in replies), [reply.error for reply in replies]
    assert racing.is_active(replies[0].body["access_token"])
    assert racing.is_active(replies[-1].body["access_token"])
    return len({reply.body["refresh_token"] for reply in replies}), racing.leaves()


@pytest.mark.rule("RT-04")
@pytest.mark.trap(10)
def test_all_of_fifty_refreshes_get_the_same_successor_and_there_is_one_leaf(
    racing: Family,
) -> None:
    assert {refresh_at_once(racing) for _ in range(5)} == {(1, 1)}


@pytest.mark.slow
@pytest.mark.rule("RT-04")
def test_all_of_fifty_refreshes_get_the_same_successor_two_hundred_times(racing: Family) -> None:
    assert {refresh_at_once(racing) for _ in range(200)} == {(1, 1)}


@pytest.mark.slow
def test_without_rotation_under_one_statement_successors_differ(
    deployment: Deployment, tmp_path: Path
) -> None:
    extra = weakened(tmp_path / "weakened", NO_ROTATION)
    with family(tmp_path, deployment, extra) as racing:
        successors, leaves = refresh_at_once(racing)
    assert successors > 1, "the test above cannot see what it is there for"
    assert leaves > 1


def replay_at_once(racing: Family) -> bool:
    """A superseded token is replayed while its successor is used; whether all of it is dead."""
    first = racing.tokens()
    second = racing.callers.ask(racing.refreshing(first["refresh_token"]))
    racing.age(GRACE_SECONDS + 1)
    replies = racing.callers.at_once(
        mixed(
            racing.refreshing(first["refresh_token"]),
            racing.refreshing(second.body["refresh_token"]),
        )
    )
    assert {reply.error for reply in replies if not reply.is_good} <= {INVALID_GRANT}
    assert not any(reply.is_good for reply in replies[::2]), "the old token was good for something"
    return dead(racing, [second, *replies])


@pytest.mark.rule("RT-02")
@pytest.mark.rule("RT-04")
def test_a_replay_outside_the_window_ends_the_family_whatever_runs_beside_it(
    racing: Family,
) -> None:
    assert all(replay_at_once(racing) for _ in range(5))


@pytest.mark.slow
@pytest.mark.rule("RT-02")
def test_a_replay_outside_the_window_ends_the_family_two_hundred_times(racing: Family) -> None:
    assert all(replay_at_once(racing) for _ in range(200))


def revoke_at_once(racing: Family) -> bool:
    """Half revoke the token that the others refresh; whether all of it is dead in the end."""
    value = racing.tokens()["refresh_token"]
    replies = racing.callers.at_once(mixed(racing.revoking(value), racing.refreshing(value)))
    revoked = [reply.status for reply in replies[::2]]
    assert set(revoked) <= {200, UNAVAILABLE}, revoked
    assert 200 in revoked
    refreshed = [reply for reply in replies[1::2] if not reply.is_good]
    assert {reply.error for reply in refreshed} <= {INVALID_GRANT}
    return dead(racing, replies[1::2])


@pytest.mark.rule("RV-07")
def test_of_a_grant_that_is_revoked_while_it_is_refreshed_nothing_is_left(racing: Family) -> None:
    assert all(revoke_at_once(racing) for _ in range(5))


@pytest.mark.slow
@pytest.mark.rule("RV-07")
def test_of_a_grant_that_is_revoked_nothing_is_left_two_hundred_times(racing: Family) -> None:
    assert all(revoke_at_once(racing) for _ in range(200))


@pytest.mark.slow
@pytest.mark.rule("RT-08")
def test_rotation_and_replay_are_remembered_when_every_process_was_killed(racing: Family) -> None:
    first, other = racing.tokens(), racing.tokens()
    second = racing.callers.ask(racing.refreshing(first["refresh_token"]))
    racing.age(GRACE_SECONDS + 1)
    for server in racing.servers:
        server.kill()
    for server in racing.servers:
        server.start()
    assert racing.is_active(second.body["access_token"])
    replayed = racing.callers.ask(racing.refreshing(first["refresh_token"]))
    assert replayed.error == INVALID_GRANT
    assert dead(racing, [second])
    assert racing.is_refreshable(other["refresh_token"])


@pytest.mark.slow
def test_without_the_end_of_the_grant_something_is_left(
    deployment: Deployment, tmp_path: Path
) -> None:
    extra = weakened(tmp_path / "weakened", NO_ENDING)
    with family(tmp_path, deployment, extra) as racing:
        dead_after_replay = replay_at_once(racing)
        dead_after_revocation = all(revoke_at_once(racing) for _ in range(200))
    assert not dead_after_replay, "the test of replays cannot see what it is there for"
    assert not dead_after_revocation, "the test of revocation cannot see what it is there for"
