"""Several acts in one transaction count together, or not at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.authority import Change, ChangeKind
from authserver.services.administration import Administration
from authserver.services.commit_barrier import CommitBarrier
from authserver.services.groups import Groups
from authserver.services.one_transaction import OneTransaction
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from tests.services.world import World


def test_acts_see_each_other_and_tell_the_authority_last(world: World) -> None:
    late: list[Change] = []
    with world.administration.changing(late, takes_power=True) as stores:
        transaction = OneTransaction(stores, late)
        groups = Groups(
            administration=Administration(
                database=transaction,
                clock=world.clock,
                barrier=CommitBarrier(world.clock, wait_seconds=0.0),
            )
        )
        groups.create("a", "", ADMIN)
        assert [each.group.name for each in groups.list()] == ["a"]
        change = Change(ChangeKind.CLIENT, "x", 0.0)
        for _ in range(2):
            assert transaction.stores.authority.advance([change]) == stores.authority.position().seq
        assert late == [change]
        assert transaction.stores.authority.kept_from() == stores.authority.kept_from()
    assert "a" in world.database.state.groups
    assert [each.change for each in world.database.state.changes] == [change]


def test_acts_whose_transaction_fails_never_were(world: World) -> None:
    def fail_after_an_act() -> None:
        with world.database.writing() as stores:
            administration = Administration(
                database=OneTransaction(stores, []),
                clock=world.clock,
                barrier=CommitBarrier(world.clock, wait_seconds=0.0),
            )
            Groups(administration=administration).create("a", "", ADMIN)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_an_act()
    assert not world.database.state.groups
