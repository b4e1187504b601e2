"""Everything that the console does is possible by REST and on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from authserver.app_console import console_pages
from authserver.app_pages import visits_of
from authserver.cli.main import cli
from authserver.web.admin_api.table import ENDPOINTS
from tests.documentation.shell_only import SHELL_ONLY
from tests.documentation.three_ways import ONLY_HERE, WAYS
from tests.documentation.three_ways_page import PAGE, three_ways_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.people.world import PeopleWorld

EVERY = [way for _, ways in WAYS for way in ways]


def commands() -> Iterator[str]:
    """Every command there is, groups too, without the program's name."""
    context = click.Context(cli)
    todo = [("", cli.get_command(context, noun), noun) for noun in cli.list_commands(context)]
    while todo:
        before, command, name = todo.pop()
        said = f"{before} {name}".strip()
        yield said
        if isinstance(command, click.Group):
            todo += [(said, inner, inner_name) for inner_name, inner in command.commands.items()]


def test_each_page_of_the_console_has_its_row(world: PeopleWorld) -> None:
    pages = {each.name for each in console_pages(visits_of(world.container), world.container)}
    assert {name for way in EVERY for name in way.pages} == pages, "say it in three_ways.py"


def test_what_the_console_does_is_possible_by_rest_and_on_the_command_line() -> None:
    lacking = [
        way.task
        for way in EVERY
        if not ONLY_HERE.issuperset(way.pages) and not (way.operations and way.commands)
    ]
    assert lacking == []


def test_each_call_and_each_command_of_the_table_is_there() -> None:
    known = {each.operation for each in ENDPOINTS} - {"describeApi"}
    assert {name for way in EVERY for name in way.operations} == known, "say it in three_ways.py"
    assert {name for way in EVERY for name in way.commands} <= set(commands())


def test_what_is_on_the_command_line_is_possible_by_rest_or_a_matter_of_the_machine() -> None:
    told = {name for way in EVERY if way.operations for name in way.commands}
    known = set(commands())
    groups = {said for said in known if any(each.startswith(f"{said} ") for each in known)}
    kinds = {said for said in known if said.rpartition(" ")[0] == "provider add"}
    assert known - groups - kinds - told - {"provider add"} == SHELL_ONLY.keys()


def test_the_page_says_what_the_table_says() -> None:
    assert PAGE.read_text() == three_ways_page(), "run: make docs"
