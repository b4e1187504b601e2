"""Examples of calls about API tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from tests.web.admin_api.example_values import Example

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.web.admin_api.rest import Rest

SERVICE: Final = {
    "client_id": "robot",
    "name": "Robot",
    "scopes": ["READ"],
    "resources": ["jira-main"],
}
NEW: Final = {
    "user": "token-owner",
    "purpose": "reports",
    "scopes": ["READ"],
    "resources": ["jira-main"],
}
OF_ROBOT: Final = {**NEW, "subject_type": "service", "client_id": "robot"}


def prepared(rest: Rest) -> Mapping[str, Example]:
    """A token for each act."""
    rest.made("/users", {"username": "token-owner"})
    rest.made("/clients", SERVICE)
    said: dict[str, Any] = {
        **dict.fromkeys(("showToken", "showLineage", "enableToken")),
        "rotateToken": {"overlap_seconds": 60},
        "revokeToken": {"reason": "left behind"},
        "disableToken": {"reason": "looked odd"},
        "offerToken": {"delivery": "link"},
    }
    examples = {}
    for operation, body in said.items():
        new = {**NEW, "delivery": "link"} if operation == "offerToken" else OF_ROBOT
        token_id = rest.made("/tokens", new)["token"]["token_id"]
        examples[operation] = Example({"token_id": token_id}, body)
    disabled = examples["enableToken"].path["token_id"]
    rest.container.api_token_power.disable(disabled, rest.container.operator)
    return {
        **examples,
        "listTokens": Example(query="user=token-owner&q=reports&limit=2&where=client%3Drobot"),
        "listStaleTokens": Example(query="unused_for_seconds=86400"),
        "reportLeak": Example(
            said={"found": [{"secret": "asv_pat_of_nobody", "source": "a chat"}]}
        ),
        "createToken": Example(said=OF_ROBOT),
        "actOnTokens": Example(said={"where": "ticket=X-1", "action": "disable"}),
    }
