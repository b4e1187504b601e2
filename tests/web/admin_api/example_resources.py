"""Examples of calls about resources, their hand-over and their accounts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.web.admin_api.example_values import Example

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.web.admin_api.rest import Rest

SECRET = "token-of-the-site"
CREDENTIAL = {"kind": "service-credential", "secret": SECRET, "account": "robot"}


def prepared(rest: Rest) -> Mapping[str, Example]:
    """A site for each act."""
    container, act = rest.container, rest.container.operator
    said = {
        **dict.fromkeys(("showResource", "deleteResource", "disableResource", "enableResource")),
        **dict.fromkeys(("listCredentials", "rotateCredential", "showHandOver")),
        **dict.fromkeys(("listAccounts", "unmapAccount", "removeHandOver")),
        "changeResource": {"signing_algorithm": "RS256"},
        "setHandOver": CREDENTIAL,
        "mapAccount": {"subject": "user:ada", "account": "ada"},
        "importAccounts": {"accounts": [{"subject": "user:ada", "account": "ada"}]},
    }
    examples = {}
    for operation, body in said.items():
        name = f"for-{operation.lower()}"
        rest.world.installation.site(name)
        examples[operation] = Example({"resource": name}, body)
    container.hand_overs.set_plain("for-removehandover", act, kind="assertion")
    container.subject_accounts.map("for-unmapaccount", "user:ada", "ada", act)
    unmapped = {"resource": "for-unmapaccount", "subject": "user:ada"}
    new = {"name": "example-new", "kind": "jira-dc", "url": "https://new.example.test"}
    return {
        **examples,
        "unmapAccount": Example(unmapped),
        "listResources": Example(query="q=for-&kind=jira-dc&limit=2"),
        "createResource": Example(said=new),
    }
