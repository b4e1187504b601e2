"""Examples of calls about clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.web.admin_api.example_values import Example

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.web.admin_api.rest import Rest

NEW = {"name": "Example", "scopes": ["READ"], "resources": ["jira-main"]}


def prepared(rest: Rest) -> Mapping[str, Example]:
    """A client for each act."""
    operations = (
        *("showClient", "changeClient", "deleteClient", "disableClient", "enableClient"),
        *("listSecrets", "rotateSecret"),
    )
    examples = {}
    for operation in operations:
        client_id = f"for-{operation}"
        rest.made("/clients", {**NEW, "client_id": client_id})
        said = {"name": "Another"} if operation == "changeClient" else None
        examples[operation] = Example({"client_id": client_id}, said)
    return {
        "listScopes": Example(query="q=read&resource_kind=jira-dc&limit=2"),
        "findOperations": Example(query="call=GET%20/rest/api/2/myself"),
        **examples,
        "listClients": Example(query="q=example&limit=2&sort=-created_at"),
        "createClient": Example(said={**NEW, "client_id": "example-new"}),
    }
