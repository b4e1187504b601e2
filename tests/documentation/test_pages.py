"""Generated pages are what their sources say."""

from __future__ import annotations

from tests.documentation.command_line_page import PAGE, command_line_page


def test_the_page_of_the_command_line_is_what_the_commands_say() -> None:
    assert PAGE.read_text() == command_line_page(), "run: make docs"
