"""`authserver key`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from authserver.domain.keys import KeyState
from tests.cli.administered import TIMES
from tests.doubles import EPOCH

if TYPE_CHECKING:
    from tests.cli.administered import Administered


def kid(here: Administered, state: KeyState, algorithm: str = "ES256") -> str:
    """The one key of a ring in that state."""
    (found,) = (
        key.kid
        for key in here.container.signing_keys.list()
        if key.state is state and key.algorithm == algorithm
    )
    return found


def rows(here: Administered, *arguments: str) -> list[list[str]]:
    lines = here.done("key", "list", *arguments).stdout.splitlines()
    assert re.split(" {2,}", lines[0]) == ["ALGORITHM", "KEY", "STATE", "MADE", "SINCE", "THEN"]
    return [re.split(" {2,}", line) for line in lines[1:]]


def test_the_list_says_what_happens_to_each_key_and_when(here: Administered) -> None:
    here.world.clock.set_now(EPOCH + 120)
    coming, signing = kid(here, KeyState.NEXT), kid(here, KeyState.ACTIVE)
    ago = "2 minutes ago"
    assert rows(here)[:2] == [
        ["ES256", coming, "next", ago, ago, "signs from 2027-01-15 10:00:00 UTC"],
        ["ES256", signing, "active", ago, ago, "retires 2027-01-15 10:00:00 UTC"],
    ]
    assert [row[0] for row in rows(here)] == ["ES256", "ES256", "RS256", "RS256"]


def test_a_key_that_is_due_says_so(here: Administered) -> None:
    here.world.clock.set_now(EPOCH + TIMES.use)
    assert [row[5] for row in rows(here)[:2]] == ["signs from now", "retires now"]


def test_the_change_over_waits_for_the_announcement(here: Administered) -> None:
    """The next key was made late: after the active one's time it is not in every cache yet."""
    here.world.clock.set_now(EPOCH + TIMES.use - 60)
    here.container.signing_keys.revoke(kid(here, KeyState.NEXT), here.container.operator)
    here.world.clock.set_now(EPOCH + TIMES.use - 60)
    due = [row[5] for row in rows(here)[:2]]
    assert due == ["signs from 2027-01-15 10:14:00 UTC", "retires 2027-01-15 10:14:00 UTC"]


def test_retiring_keys_say_when_they_are_removed_and_ended_ones_are_shown_on_demand(
    here: Administered,
) -> None:
    here.world.clock.advance(TIMES.announce)
    here.container.signing_keys.rotate(None, here.container.operator)
    assert rows(here)[2][2:] == [
        "retiring",
        "15 minutes ago",
        "now",
        "is removed 2027-01-15 09:20:00 UTC",
    ]
    here.world.clock.advance(TIMES.keep)
    here.container.signing_keys.maintain("worker-1", here.container.operator)
    assert [row[2] for row in rows(here)] == ["next", "active"] * 2
    assert [row[2] for row in rows(here, "--all")] == ["next", "active", "gone"] * 2
    assert rows(here, "--all")[2][5] == "-"


def test_the_list_tells_scripts_states_and_times(here: Administered) -> None:
    told = here.json("key", "list")["keys"]
    assert len(told) == 4
    assert told[1] == {
        "kid": kid(here, KeyState.ACTIVE),
        "algorithm": "ES256",
        "state": "active",
        "next_state": "retiring",
        "created_at": "2027-01-15T08:00:00.000Z",
        "activated_at": "2027-01-15T08:00:00.000Z",
        "retired_at": None,
        "ended_at": None,
        "next_at": "2027-01-15T10:00:00.000Z",
    }
    here.container.signing_keys.revoke(kid(here, KeyState.ACTIVE), here.container.operator)
    (ended,) = (each for each in here.json("key", "list", "--all")["keys"] if each["ended_at"])
    assert (ended["state"], ended["next_state"], ended["next_at"]) == ("revoked", None, None)


def test_a_next_key_in_a_ring_where_nothing_signs_is_due(here: Administered) -> None:
    del here.world.database.state.keys[kid(here, KeyState.ACTIVE)]
    assert rows(here)[0][5] == "signs from now"


def test_an_active_key_without_a_successor_retires_when_its_time_is_over(
    here: Administered,
) -> None:
    del here.world.database.state.keys[kid(here, KeyState.NEXT)]
    assert rows(here)[0][5] == "retires 2027-01-15 10:00:00 UTC"


def test_an_empty_list_says_what_to_do_next(here: Administered) -> None:
    here.world.database.state.keys.clear()
    result = here.done("key", "list")
    assert (result.stdout, "authserver init" in result.stderr) == ("", True)
    assert here.json("key", "list") == {"keys": []}


def test_rotate_says_which_keys_sign_and_what_becomes_of_tokens(here: Administered) -> None:
    here.world.clock.advance(TIMES.announce)
    coming = kid(here, KeyState.NEXT), kid(here, KeyState.NEXT, "RS256")
    told = here.done("key", "rotate").stdout
    assert f"ES256: {coming[0]} signs from now on" in told
    assert f"RS256: {coming[1]} signs from now on" in told
    assert "tokens signed before stay good" in told
    assert "for 1 hour 5 minutes" in told


def test_one_ring_can_be_rotated(here: Administered) -> None:
    here.world.clock.advance(TIMES.announce)
    before, coming = kid(here, KeyState.ACTIVE), kid(here, KeyState.NEXT, "RS256")
    told = here.json("key", "rotate", "--algorithm", "RS256")
    assert told == {"active": [{"algorithm": "RS256", "kid": coming}]}
    assert kid(here, KeyState.ACTIVE) == before


def test_a_rotation_too_early_is_refused_and_says_from_when(here: Administered) -> None:
    assert "until 2027-01-15 08:15:00 UTC" in here.refused(1, "key", "rotate")
    assert "Invalid value" in here.refused(2, "key", "rotate", "--algorithm", "HS256")


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_revoke_says_what_is_lost_and_asks_first(here: Administered, answer: str) -> None:
    signing = kid(here, KeyState.ACTIVE)
    result = here.run("key", "revoke", signing, input_text=answer)
    assert result.exit_code == 1
    assert f"Revoke the active key {signing} for ever?" in result.stderr
    assert "Every token it signed is refused" in result.stderr
    assert kid(here, KeyState.ACTIVE) == signing


def test_revoking_the_key_that_signs_names_its_successor(here: Administered) -> None:
    signing, coming = kid(here, KeyState.ACTIVE), kid(here, KeyState.NEXT)
    result = here.run("key", "revoke", signing, input_text="y\n")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"key {signing} is revoked: no token that it signed is good any more",
        f"ES256: {coming} signs from now on",
    ]


def test_revoking_a_key_that_does_not_sign_yet_loses_nothing(here: Administered) -> None:
    coming = kid(here, KeyState.NEXT)
    asked = here.run("key", "revoke", coming, input_text="n\n")
    assert "It signs no token that is good now." in asked.stderr
    assert here.json("key", "revoke", coming, "--yes") == {
        "kid": coming,
        "state": "revoked",
        "successor": None,
    }
    assert (
        "signs from now on"
        not in here.done("key", "revoke", kid(here, KeyState.NEXT), "--yes").stdout
    )


def test_revoke_tells_scripts_the_successor(here: Administered) -> None:
    signing, coming = kid(here, KeyState.ACTIVE), kid(here, KeyState.NEXT)
    assert here.json("key", "revoke", signing, "--yes")["successor"] == coming
    assert "revoked already" in here.refused(1, "key", "revoke", signing, "--yes")


def test_a_key_that_nobody_knows_is_not_found_before_anything_is_asked(
    here: Administered,
) -> None:
    told = here.refused(1, "key", "revoke", "nothing")
    assert told == (
        "error: no key named 'nothing'\nhint: authserver key list shows those there are\n"
    )


def test_a_database_that_does_not_answer_has_its_own_exit_code(here: Administered) -> None:
    here.world.database.down = True
    assert here.refused(4, "key", "list").startswith("error: ")
