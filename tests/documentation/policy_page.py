"""The page `docs/reference/policies.md`: `python -m tests.documentation.policy_page`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from authserver.services.policy_language import DOCUMENT
from authserver.services.policy_reading import LARGEST_TEXT
from authserver.services.policy_tables import MOST_RULES, Rules, Table
from authserver.services.policy_value_lists import MOST_ITEMS, Items

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.services.policy_tables import Key

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "policies.md"
_HEAD: Final = f"""\
# Policy documents

This page is generated: `make docs` writes it anew. See also [how policies work and are
combined](../explanation/policies.md) and [how to write one](../howto/write-a-policy.md).

A document is TOML: at most {LARGEST_TEXT // 1024} KiB, {MOST_RULES} rules, {MOST_ITEMS} items in
a list. Unknown keys are refused. Groups, clients, users, API tokens, scopes and operations that it
names have to be there when it is applied.

**An empty list means nobody, or nothing.** What is not written is not limited.

Every section and every rule has a `reason`: the text that refused callers read. A rule has a
`name`, unique within its section: refusals and records call it `section.name`, like
`network.office`.

Operations are written as `read`, `write`, `tag:<tag>` (as Atlassian groups the operations of
Cloud), by name (`createIssue`, or `jira-software:getBoard` for one API), or as method and path
(`GET /rest/api/2/issue/{{issueIdOrKey}}`); `authserver scope explain` tells the name of a call.
"""


def policy_page() -> str:
    """The page as Markdown, ending with a line end."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    yield _HEAD
    yield "| section | | not written |\n|---|---|---|"
    for key in DOCUMENT.keys:
        heading = f"[[{key.name}]]" if isinstance(key.kind, Rules) else f"[{key.name}]"
        yield f"| [`{heading}`](#{key.name}) | {key.meaning} | {key.unset} |"
    for key in DOCUMENT.keys:
        yield from _section(key, key.name)


def _section(key: Key, path: str) -> Iterator[str]:
    table = key.kind.table if isinstance(key.kind, Rules) else key.kind
    assert isinstance(table, Table)
    heading = f"[[{path}]]" if isinstance(key.kind, Rules) else f"[{path}]"
    level = "##" if "." not in path else "###"
    yield f'\n{level} <a id="{path.replace(".", "-")}"></a>`{heading}`\n'
    yield table.meaning
    yield "\n| key | value | not written | meaning |\n|---|---|---|---|"
    inner = []
    for part in table.keys:
        if isinstance(part.kind, Rules):
            inner.append(part)
        else:
            unset = part.unset or "**must be written**"
            yield f"| `{part.name}` | {_cell(_said(part))} | {unset} | {_cell(part.meaning)} |"
    for part in inner:
        yield from _section(part, f"{path}.{part.name}")


def _said(key: Key) -> str:
    """The kind of value; of a list what stands in it."""
    if isinstance(key.kind, Items):
        return f"a list, each item: {key.kind.kind.said}"
    return key.kind.said


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")


if __name__ == "__main__":
    sys.stdout.write(policy_page())
