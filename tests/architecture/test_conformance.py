"""The page that says which requirement is proven by which test."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.conformance.markers import find_marks
from tests.conformance.page import PAGE, conformance_page, marks, requirements

if TYPE_CHECKING:
    from pathlib import Path


def test_every_marker_names_a_requirement_of_the_list() -> None:
    known = {row.identifier for row in requirements()}
    unknown = {rule: tests for rule, tests in marks().items() if rule not in known}
    assert unknown == {}, "add rows to tests/conformance/requirements.tsv"


def test_the_list_names_each_requirement_once() -> None:
    identifiers = [row.identifier for row in requirements()]
    assert len(set(identifiers)) == len(identifiers)
    assert {row.level for row in requirements()} <= {"B", "H", "S"}


def test_every_requirement_stands_on_the_page() -> None:
    shown = set(re.findall(r"^\* \*\*(.+?)\*\*", conformance_page(), re.MULTILINE))
    assert shown == {row.identifier for row in requirements()}


def test_the_page_is_what_the_tests_say() -> None:
    assert PAGE.read_text() == conformance_page(), "run: make docs"


def test_markers_are_found_wherever_they_may_stand(tmp_path: Path) -> None:
    path = tmp_path / "test_sample.py"
    path.write_text(
        "pytestmark = [pytest.mark.rule('A-1')]\n"
        "@pytest.mark.rule('B-1')\n"
        "@pytest.mark.rule('B-2')\n"
        "def test_one(): ...\n"
        "@pytest.mark.parametrize('x', [pytest.param(1, marks=pytest.mark.rule('C-1'))])\n"
        "def test_two(x): ...\n"
        "@pytest.mark.rule('D-1')\n"
        "class TestThree:\n"
        "    @pytest.mark.rule('E-1')\n"
        "    def test_four(self): ...\n"
        "@pytest.mark.rule('Z-1')\n"
        "def helper(): ...\n"
    )
    name = path.name
    assert find_marks([path], tmp_path) == {
        "A-1": [
            f"{name}::test_one",
            f"{name}::test_two",
            f"{name}::TestThree",
            f"{name}::TestThree::test_four",
        ],
        "B-1": [f"{name}::test_one"],
        "B-2": [f"{name}::test_one"],
        "C-1": [f"{name}::test_two"],
        "D-1": [f"{name}::TestThree"],
        "E-1": [f"{name}::TestThree::test_four"],
    }
