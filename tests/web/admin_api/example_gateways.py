"""Examples of calls about gateways."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.web.admin_api.example_values import Example

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.web.admin_api.rest import Rest


def prepared(rest: Rest) -> Mapping[str, Example]:
    """A gateway for each act."""
    said = {
        **dict.fromkeys(("showGateway", "removeGateway", "listGatewayKeys", "rotateGatewayKey")),
        "renderNginx": None,
        "changeGateway": {"session_cookies": "observe"},
    }
    examples = {}
    for operation, body in said.items():
        name = f"for-{operation.lower()}"
        rest.container.gateways.add(name, "jira-main", rest.container.operator)
        examples[operation] = Example({"gateway": name}, body)
    rendered = examples["renderNginx"].path
    return {
        **examples,
        "renderNginx": Example(rendered, query="server_name=jira.example.com&part=all"),
        "listGateways": Example(query="resource=jira-main&sort=-name"),
        "createGateway": Example(said={"name": "example-new", "resource": "jira-main"}),
    }
