"""An example of a good call to each endpoint, for the tests that hold for all of them.

A noun adds a module `example_<nouns>.py` with `prepared(rest)`: it makes what its examples name and
gives them by operation id. Examples are called in any order, each at most once in a world.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.web.admin_api import (
    example_clients,
    example_connect_keys,
    example_declarations,
    example_gateways,
    example_keys,
    example_providers,
    example_records,
    example_resources,
    example_tokens,
    example_users,
)
from tests.web.admin_api.example_values import Example

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.web.admin_api.endpoints import Endpoint
    from tests.machine.doors import Answer
    from tests.web.admin_api.rest import Rest

NOUNS: Final = (
    example_keys,
    example_clients,
    example_connect_keys,
    example_gateways,
    example_providers,
    example_resources,
    example_tokens,
    example_users,
    example_records,
    example_declarations,
)
NONE: Final = "00000000000000000000-no"
"""Nobody's id."""


def prepared(rest: Rest) -> Mapping[str, Example]:
    """Examples by operation id, of things that are there now."""
    examples = {"describeApi": Example()}
    for noun in NOUNS:
        found = noun.prepared(rest)
        assert not examples.keys() & found.keys()
        examples.update(found)
    return examples


def call(
    rest: Rest,
    endpoint: Endpoint,
    example: Example,
    *,
    token: str = "",
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """The call of an example."""
    match = {"If-Match": "*"} if endpoint.needs_match else {}
    said = {} if example.said is None and endpoint.has_body else example.said
    return rest.call(
        endpoint.method,
        endpoint.path.format_map(example.path),
        said,
        token=token,
        query=example.query,
        headers={**match, **(headers or {})},
    )


def foreign(endpoint: Endpoint, example: Example) -> Example:
    """The same call with every id swapped for one of nobody."""
    return Example(dict.fromkeys(endpoint.variables, NONE), example.said, example.query)
