"""The life of signing keys as acts: announced, recorded, told to all, by one worker at a time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.authority import ChangeKind
from authserver.domain.errors import Conflict, NotFound, StorageUnavailable
from authserver.domain.key_rotation import due_steps
from authserver.domain.keys import KeyState, KeyTimes, SigningAlgorithm
from authserver.services import signing_keys
from authserver.services.commit_barrier import REVOKER_WAIT_SECONDS
from authserver.services.signing_keys import LEASE_SECONDS, SigningKeys
from tests.services.world import ADMIN, World

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from authserver.domain.key_rotation import KeyStep
    from authserver.domain.keys import SigningKey

ES256, RS256 = SigningAlgorithm.ES256, SigningAlgorithm.RS256
TIMES = KeyTimes(announce=900, use=7200, keep=3900, jwks_max_age=600)
ENDED = (KeyState.GONE, KeyState.REVOKED)


@pytest.fixture
def keys(world: World) -> SigningKeys:
    """Both rings after their first maintenance: one active key and one next key each."""
    keys = SigningKeys(administration=world.administration, key_maker=world.key_maker, times=TIMES)
    keys.maintain("worker-1", ADMIN)
    world.database.audit.clear()
    world.clock.slept.clear()
    return keys


def kids(keys: SigningKeys, state: KeyState, algorithm: SigningAlgorithm = ES256) -> list[str]:
    return [key.kid for key in keys.list() if key.state is state and key.algorithm is algorithm]


def changed(world: World, since: int) -> list[tuple[ChangeKind, str]]:
    changes = [each.change for each in world.database.state.changes if each.position.seq > since]
    return [(change.kind, change.value) for change in changes]


def test_an_empty_ring_gets_a_key_that_signs_and_one_that_is_announced(
    world: World, keys: SigningKeys
) -> None:
    for algorithm in SigningAlgorithm:
        assert len(kids(keys, KeyState.ACTIVE, algorithm)) == 1
        assert len(kids(keys, KeyState.NEXT, algorithm)) == 1
    assert keys.times == TIMES


def test_when_nothing_is_due_nothing_is_written(world: World, keys: SigningKeys) -> None:
    writes = world.database.calls["writing"]
    assert keys.maintain("worker-1", ADMIN) == 0
    assert world.database.calls["writing"] == writes


def test_of_several_workers_one_rotates(world: World, keys: SigningKeys) -> None:
    world.clock.advance(TIMES.use)
    with world.database.writing() as stores:
        assert stores.leases.acquire("signing-keys", "worker-2", world.clock.now(), LEASE_SECONDS)
    assert keys.maintain("worker-1", ADMIN) == 0
    assert keys.maintain("worker-2", ADMIN) > 0
    assert keys.maintain("worker-2", ADMIN) == 0


def test_a_dead_workers_lease_runs_out(world: World, keys: SigningKeys) -> None:
    world.clock.advance(TIMES.use)
    with world.database.writing() as stores:
        stores.leases.acquire("signing-keys", "worker-2", world.clock.now(), LEASE_SECONDS)
    world.clock.advance(LEASE_SECONDS)
    assert keys.maintain("worker-1", ADMIN) > 0


def test_a_key_lives_from_next_to_gone(world: World, keys: SigningKeys) -> None:
    first, second = kids(keys, KeyState.ACTIVE)[0], kids(keys, KeyState.NEXT)[0]
    world.clock.advance(TIMES.use)
    keys.maintain("worker-1", ADMIN)
    assert (kids(keys, KeyState.ACTIVE), kids(keys, KeyState.RETIRING)) == ([second], [first])
    world.clock.advance(TIMES.keep)
    keys.maintain("worker-1", ADMIN)
    assert kids(keys, KeyState.GONE) == [first]
    gone = next(key for key in keys.list() if key.kid == first)
    assert gone.sealed_private == b""


def test_each_step_is_told_to_the_workers_and_recorded(world: World, keys: SigningKeys) -> None:
    seq = world.database.state.seq
    world.clock.advance(TIMES.use)
    steps = keys.maintain("worker-1", ADMIN)
    told = changed(world, seq)
    assert len(told) == len(world.database.audit) == steps
    assert {kind for kind, _ in told} == {ChangeKind.KEY}
    assert [event.object_id for event in world.database.audit] == [value for _, value in told]
    actions = {event.action for event in world.database.audit}
    assert actions == {"key.made", "key.active", "key.retiring"}
    assert all(event.actor == ADMIN.actor for event in world.database.audit)


def test_a_rotation_lets_the_announced_key_sign_now(world: World, keys: SigningKeys) -> None:
    first, second = kids(keys, KeyState.ACTIVE)[0], kids(keys, KeyState.NEXT)[0]
    other = kids(keys, KeyState.ACTIVE, RS256)
    world.clock.advance(TIMES.announce)
    (active,) = keys.rotate(ES256, ADMIN)
    assert active.kid == second
    assert kids(keys, KeyState.RETIRING) == [first]
    assert len(kids(keys, KeyState.NEXT)) == 1
    assert kids(keys, KeyState.ACTIVE, RS256) == other
    assert world.clock.slept == []


def test_a_rotation_of_all_rings_rotates_each(world: World, keys: SigningKeys) -> None:
    world.clock.advance(TIMES.announce)
    active = keys.rotate(None, ADMIN)
    assert {key.algorithm for key in active} == set(SigningAlgorithm)
    assert all(len(kids(keys, KeyState.RETIRING, each)) == 1 for each in SigningAlgorithm)


def test_a_key_that_was_not_announced_long_enough_does_not_sign(
    world: World, keys: SigningKeys
) -> None:
    before = world.database.state
    world.clock.advance(TIMES.announce - 1)
    with pytest.raises(Conflict, match=r"until 2027-01-15 08:15:00 UTC"):
        keys.rotate(None, ADMIN)
    assert world.database.state is before


def test_a_ring_without_a_next_key_gets_one_and_signs_on(world: World, keys: SigningKeys) -> None:
    active, (lost,) = kids(keys, KeyState.ACTIVE), kids(keys, KeyState.NEXT)
    del world.database.state.keys[lost]
    keys.rotate(ES256, ADMIN)
    assert kids(keys, KeyState.ACTIVE) == active
    assert len(kids(keys, KeyState.NEXT)) == 1


def test_revoking_the_active_key_ends_it_and_lets_the_next_one_sign(
    world: World, keys: SigningKeys
) -> None:
    first, second = kids(keys, KeyState.ACTIVE)[0], kids(keys, KeyState.NEXT)[0]
    successor = keys.revoke(first, ADMIN)
    assert successor is not None
    assert successor.kid == second
    assert kids(keys, KeyState.REVOKED) == [first]
    assert kids(keys, KeyState.ACTIVE) == [second]
    assert len(kids(keys, KeyState.NEXT)) == 1
    ended = next(key for key in keys.list() if key.kid == first)
    assert (ended.sealed_private, ended.ended_at) == (
        b"",
        world.clock.now() - sum(world.clock.slept),
    )


@pytest.mark.parametrize("state", [KeyState.NEXT, KeyState.RETIRING])
def test_revoking_another_key_changes_nothing_about_who_signs(
    world: World, keys: SigningKeys, state: KeyState
) -> None:
    world.clock.advance(TIMES.announce)
    keys.rotate(ES256, ADMIN)
    active, (kid,) = kids(keys, KeyState.ACTIVE), kids(keys, state)
    assert keys.revoke(kid, ADMIN) is None
    assert kids(keys, KeyState.ACTIVE) == active
    assert kids(keys, KeyState.REVOKED) == [kid]


@pytest.mark.rule("AD-07")
def test_a_revocation_returns_when_no_worker_accepts_the_key(
    world: World, keys: SigningKeys
) -> None:
    world.worker.view.poll()
    kid = kids(keys, KeyState.ACTIVE)[0]
    keys.revoke(kid, ADMIN)
    assert sum(world.clock.slept) == pytest.approx(REVOKER_WAIT_SECONDS)
    world.worker.view.ensure_fresh()
    assert kid not in world.worker.keys.ring.jwks().decode()


def test_a_revocation_is_on_record(world: World, keys: SigningKeys) -> None:
    kid = kids(keys, KeyState.ACTIVE)[0]
    keys.revoke(kid, ADMIN)
    event = world.database.audit[0]
    assert (event.action, event.object_id) == ("key.revoked", kid)
    assert event.details == {"before": "active", "algorithm": "ES256"}


def test_a_key_that_nobody_knows_cannot_be_revoked(world: World, keys: SigningKeys) -> None:
    with pytest.raises(NotFound):
        keys.revoke("es256-99", ADMIN)
    assert world.clock.slept == []


@pytest.mark.parametrize("state", ENDED)
def test_a_key_that_has_ended_cannot_be_revoked_again(
    world: World, keys: SigningKeys, state: KeyState
) -> None:
    kid = kids(keys, KeyState.ACTIVE)[0]
    with world.database.writing() as stores:
        stores.keys.move(kid, expected=KeyState.ACTIVE, to=state, at=world.clock.now())
    with pytest.raises(Conflict, match=str(state)):
        keys.revoke(kid, ADMIN)


def test_a_key_that_moves_while_it_is_revoked_is_left_to_be_looked_at(
    world: World, keys: SigningKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    kid = kids(keys, KeyState.ACTIVE)[0]
    monkeypatch.setattr("tests.memory_stores.MemoryKeys.move", lambda *_, **__: False)
    with pytest.raises(Conflict, match="look again"):
        keys.revoke(kid, ADMIN)
    assert world.database.audit == []


def test_a_step_that_another_worker_took_is_neither_recorded_nor_told(
    world: World, keys: SigningKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.clock.advance(TIMES.announce)
    monkeypatch.setattr("tests.memory_stores.MemoryKeys.move", lambda *_, **__: False)
    monkeypatch.setattr(signing_keys, "due_steps", only_the_early_steps)
    keys.rotate(ES256, ADMIN)
    assert [event.action for event in world.database.audit] == ["key.made"]


def only_the_early_steps(*question: Any, early: bool = False) -> Sequence[KeyStep]:
    """What is due at the first question of a rotation; nothing is due after that."""
    return due_steps(*question, early=True) if early else []


def test_rules_that_never_come_to_rest_are_stopped(
    world: World, keys: SigningKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = world.database.state
    world.clock.advance(TIMES.announce)
    again = due_steps(keys.list(), ES256, TIMES, world.clock.now(), early=True)
    monkeypatch.setattr(signing_keys, "due_steps", lambda *_, **__: again)
    with pytest.raises(Conflict, match="does not come to rest"):
        keys.rotate(ES256, ADMIN)
    assert world.database.state is before


@pytest.mark.parametrize("broken", ["audit.add", "authority.advance", "commit"])
def test_what_cannot_be_recorded_or_told_does_not_happen(
    world: World, keys: SigningKeys, broken: str
) -> None:
    before = world.database.state
    world.clock.advance(TIMES.use)
    kid = kids(keys, KeyState.ACTIVE)[0]
    world.database.failing.add(broken)
    acts: list[Callable[[], object]] = [
        lambda: keys.maintain("worker-1", ADMIN),
        lambda: keys.rotate(None, ADMIN),
        lambda: keys.revoke(kid, ADMIN),
    ]
    for act in acts:
        with pytest.raises(StorageUnavailable):
            act()
    assert world.database.state is before


def test_keys_are_listed_with_their_past(world: World, keys: SigningKeys) -> None:
    listed: list[SigningKey] = list(keys.list())
    assert [key.created_at for key in listed] == sorted(key.created_at for key in listed)
    assert {key.state for key in listed} == {KeyState.ACTIVE, KeyState.NEXT}
