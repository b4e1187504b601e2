"""Examples of calls about configuration in files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.web.admin_api.example_values import Example

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.web.admin_api.rest import Rest

GROUP = '[[group]]\nname = "declared"\n'


def prepared(_: Rest) -> Mapping[str, Example]:
    """A file with one group, and the files that groups are written to."""
    people = frozenset({"admin:people:read", "admin:people:write"})
    return {
        "applyDeclarations": Example(said={"text": GROUP}, also=people),
        "exportDeclarations": Example(query="kinds=group", also=people),
    }
