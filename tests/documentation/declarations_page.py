"""`docs/reference/configuration-files.md`: `python -m tests.documentation.declarations_page`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authserver.domain.declarations import DeclaredKind
from authserver.services.declaration_language import DECLARED
from authserver.services.declaration_reading import LARGEST_FILE
from authserver.services.policy_tables import Rules, Table

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "configuration-files.md"
_HEAD: Final = f"""\
# Configuration files

This page is generated: `make docs` writes it anew. See also [how configuration is kept in
files](../howto/keep-configuration-in-files.md).

`authserver apply` takes TOML of at most {LARGEST_FILE // 2**20} MiB for each file, and every
file of a folder whose name ends in `.toml`; `policies/NAME.toml` in it is a policy document
itself. Each object stands under its own heading in double brackets, in any file and any order.
Unknown keys are refused.

**A file says all of an object.** A key that is left out is what the third column says, also
where it was something else before. Objects that no file states stay as they are, unless
`--prune` is given and files made them. Paths are beside the file that names them. Secrets are
in files of their own: what is new is written there, and never over a file that is there; what a
provider or a site gave is read from there when it is needed, which is when the object, or the
rest of the hand-over, is new or another.
"""


def declarations_page() -> str:
    """The page as Markdown, ending with a line end."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD
    yield "| kind | |\n|---|---|"
    for kind in DeclaredKind:
        yield f"| [`[[{kind}]]`](#{kind}) | {DECLARED[kind].meaning} |"
    for kind in DeclaredKind:
        yield from _section(DECLARED[kind], f"[[{kind}]]", kind.value)


def _section(table: Table, heading: str, path: str) -> Iterator[str]:
    level = "##" if "." not in path else "###"
    yield f'\n{level} <a id="{path.replace(".", "-")}"></a>`{heading}`\n'
    yield table.meaning
    yield "\n| key | value | left out | meaning |\n|---|---|---|---|"
    inner = []
    for key in table.keys:
        here = f"{path}.{key.name}"
        if isinstance(key.kind, Rules):
            inner.append((key.kind.table, f"[[{here}]]", here))
        elif isinstance(key.kind, Table):
            inner.append((key.kind, f"[{here}]", here))
        said = key.kind.said.replace("|", "\\|")
        unset = key.unset or "**must be written**"
        yield f"| `{key.name}` | {said} | {unset} | {key.meaning} |"
    for each in inner:
        yield from _section(*each)


if __name__ == "__main__":
    sys.stdout.write(declarations_page())
