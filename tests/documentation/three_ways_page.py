"""The page `docs/reference/three-ways.md`: `python -m tests.documentation.three_ways_page`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authserver.web.admin_api.table import ENDPOINTS
from tests.documentation.shell_only import SHELL_ONLY
from tests.documentation.three_ways import ONLY_HERE, WAYS

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "three-ways.md"
_HEAD: Final = """\
# Console, REST and command line

This page is generated: `make docs` writes it anew, and a test holds it against all three.

Everything that the console does is possible by the [administration API](administration-api.md) and
on the [command line](command-line.md): all three call the same services, and the record of acts
says by which way an act came. Commands are below `authserver`, paths below
`ISSUER/admin/api/v1`."""

_SHELL: Final = """
## Only on the command line

These are matters of the machine.

| command | why |
|---|---|"""


def three_ways_page() -> str:
    """The page as Markdown, ending with a line end."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    calls = {each.operation: f"`{each.method} {each.path}`" for each in ENDPOINTS}
    yield _HEAD
    for heading, ways in WAYS:
        yield f"\n## {heading}\n"
        yield "| task | console | REST | command line |"
        yield "|---|---|---|---|"
        for way in ways:
            if ONLY_HERE.issuperset(way.pages) and way.pages:
                continue
            console = "yes" if way.pages else "-"
            rest = "<br>".join(calls[each] for each in way.operations)
            commands = "<br>".join(f"`{each}`" for each in way.commands)
            yield f"| {way.task} | {console} | {rest} | {commands} |"
    yield _SHELL
    for command, reason in SHELL_ONLY.items():
        yield f"| `{command}` | {reason} |"


if __name__ == "__main__":
    sys.stdout.write(three_ways_page())
