"""An account has several names; which they are is not for strangers to learn."""

from __future__ import annotations

import pytest

from authserver.domain.errors import Throttled
from tests.services.house import PASSWORD, House


@pytest.fixture
def house() -> House:
    return House()


def fill(house: House, name: str) -> None:
    """Guess until the name is blocked."""
    for _ in range(3):
        house.refused(name)


@pytest.mark.rule("SE-06")
def test_a_block_does_not_tell_which_names_are_one_account(house: House) -> None:
    """Nor that there is one: a name that nobody has is never blocked under another."""
    fill(house, "ada")
    house.refused("ada@example.org", PASSWORD)
    with pytest.raises(Throttled):
        house.sign_in("ada")


@pytest.mark.rule("SE-06")
def test_a_block_under_another_name_is_answered_after_the_same_work(house: House) -> None:
    fill(house, "ada")
    fill(house, "nobody")
    seen = []
    for name in ("ada@example.org", "nobody@example.org"):
        house.database.calls.clear()
        house.world.passwords.compared.clear()
        house.refused(name, PASSWORD)
        seen.append((dict(house.database.calls), len(house.world.passwords.compared)))
    assert seen[0] == seen[1]
    assert seen[0][1] == 1
