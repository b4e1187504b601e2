"""Examples of calls about Connect keys and initial access tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authserver.services.initial_access_tokens import InitialTokenDraft
from tests.web.admin_api.example_values import Example

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.web.admin_api.rest import Rest

SECRET = "shared-secret-of-the-app-" + "x" * 20
OTHER = "another-secret-of-the-app-" + "y" * 20
APP = {"client_id": "app-client", "name": "App", "scopes": ["READ"], "resources": ["jira-main"]}
KEY: dict[str, Any] = {
    "resource": "jira-main",
    "client_id": "app-client",
    "secret": SECRET,
    "scopes": ["READ"],
}


def prepared(rest: Rest) -> Mapping[str, Example]:
    """A key of an app for each act."""
    rest.made("/clients", APP)
    said: dict[str, Any] = {
        **dict.fromkeys(("showConnectKey", "removeConnectKey")),
        **dict.fromkeys(("enableConnectKey", "disableConnectKey")),
        "rotateConnectKey": {"secret": OTHER},
    }
    examples = {}
    for operation, body in said.items():
        made = rest.made("/connect-keys", {**KEY, "issuer": f"https://{operation}.example.test/"})
        path = {"resource": "jira-main", "connect_key": made["key_id"]}
        examples[operation] = Example(path, body)
    draft = InitialTokenDraft("to be revoked")
    token = rest.container.initial_access_tokens.create(draft, rest.container.operator).token
    return {
        **examples,
        "listConnectKeys": Example(query="resource=jira-main&q=example&limit=3"),
        "addConnectKey": Example(said={**KEY, "issuer": "com.example.app"}),
        "listInitialTokens": Example(query="limit=1"),
        "createInitialToken": Example(said={"label": "for partners"}),
        "revokeInitialToken": Example({"token_id": token.token_id}),
    }
