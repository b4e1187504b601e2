"""What readers of the documentation do: type commands, save files.

Commands stand in `console` blocks, `$ ` before each, then its output. A file is a block with its
name behind the language: `python app.py`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLOCK: Final = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_FILE: Final = re.compile(r"^```[a-z]+ ([a-z_]+\.[a-z]+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PROMPT: Final = "$ "
_ANYTHING: Final = "…"


@dataclass(frozen=True, slots=True)
class DocumentedCommand:
    """One command and what the page shows of its output; "" where it shows nothing.

    `…` in the output stands for anything, also for several lines.
    """

    text: str
    output: str

    def expects(self, printed: str) -> bool:
        """Whether what was printed is what the page shows."""
        if not self.output:
            return True
        parts = (re.escape(part) for part in self.output.strip().split(_ANYTHING))
        return re.fullmatch(".*?".join(parts), printed.strip(), re.DOTALL) is not None


def documented_commands(page: str) -> Iterator[DocumentedCommand]:
    """Every command of a Markdown page, in order."""
    for block in _BLOCK.finditer(page):
        command, output = "", ""
        for line in block[1].splitlines():
            if line.startswith(_PROMPT):
                if command:
                    yield DocumentedCommand(command, output)
                command, output = line.removeprefix(_PROMPT), ""
            else:
                output += line + "\n"
        if command:
            yield DocumentedCommand(command, output)


def documented_files(page: str) -> dict[str, str]:
    """Every file that readers of a Markdown page save, by its name."""
    return {block[1]: block[2] for block in _FILE.finditer(page)}
