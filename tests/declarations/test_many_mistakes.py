"""Of files that are wrong all over, reading ends: no call may keep a worker busy with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.declarations import DeclarationsInvalid, DeclaredFile
from authserver.services.declaration_reading import read_files
from authserver.services.policy_places import ENDS, MOST_PROBLEMS

if TYPE_CHECKING:
    from tests.declarations.office import Office

MANY = MOST_PROBLEMS + 1000
KEYS = '[[group]]\nname = "a"\n' + "".join(f"no-key-{number} = 1\n" for number in range(MANY))
KINDS = "".join(f"no-kind-{number} = 1\n" for number in range(MANY))
TABLES = "[[group]]\n" * MANY
ITEMS = "group = [" + "1, " * MANY + "]\n"
AGAIN = '[[group]]\nname = "a"\n' * MANY


@pytest.mark.parametrize("text", [KEYS, KINDS, TABLES, ITEMS, AGAIN])
def test_reading_ends_after_so_many_mistakes_and_says_that_it_did(text: str) -> None:
    found = read_files([DeclaredFile("a.toml", text)])
    *told, last = found.problems
    assert len(told) == MOST_PROBLEMS
    assert ENDS not in {each.allowed for each in told}
    assert last.allowed == ENDS
    assert last.line >= told[-1].line
    assert found.is_torn


def test_files_behind_so_many_mistakes_are_not_read() -> None:
    found = read_files([DeclaredFile("a.toml", KEYS), DeclaredFile("b.toml", "no toml")])
    assert {each.file for each in found.problems} == {"a.toml"}


def test_mistakes_of_several_files_count_together() -> None:
    some = "".join(f"no-kind-{number} = 1\n" for number in range(MOST_PROBLEMS // 2))
    found = read_files([DeclaredFile(each, some) for each in ("a", "b", "c")])
    assert len(found.problems) == MOST_PROBLEMS + 1
    assert (found.problems[-1].file, found.problems[-1].allowed) == ("c", ENDS)


def test_nothing_is_tried_behind_so_many_mistakes(desk: Office) -> None:
    """A good name in words that no service takes: found when it is done, and not before."""
    name = "not a client id"
    desk.write("a.toml", "".join(f'[[client]]\nclient_id = "{name} {n}"\n' for n in range(MANY)))
    before = desk.position
    with pytest.raises(DeclarationsInvalid) as refusal:
        desk.plan()
    allowed = [each.allowed for each in refusal.value.problems]
    assert (len(allowed), allowed.count(ENDS)) == (MOST_PROBLEMS + 1, 1)
    assert desk.position == before
