"""Every documented operation, called by nobody: only what a policy names is open (row 71)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.decisions import DenyReason, Permit
from authserver.domain.policy_documents import PolicyVersion
from authserver.domain.resources import SITE_KINDS, ResourceKind
from authserver.services.policy_reading import read_policy
from authserver.services.site_policies import compile_policy
from tests.catalogue.example_paths import example_path
from tests.services.deciding import CATALOGUE, Desk, denied

if TYPE_CHECKING:
    from authserver.domain.resources import ProtectedResource
    from authserver.services.site_policies import SitePolicy
    from tests.services.world import World

PUBLIC: Final = {
    ResourceKind.JIRA_DC: "/rest/api/2/serverInfo",
    ResourceKind.JIRA_CLOUD: "/rest/api/3/serverInfo",
    ResourceKind.CONFLUENCE_DC: "/rest/api/space",
    ResourceKind.CONFLUENCE_CLOUD: "/wiki/api/v2/spaces",
}
POLICY: Final = """
[legacy]
reason = "Everybody signs in"
[[legacy.exception]]
name = "public"
way = "anonymous"
effect = "allow"
until = 2999-01-01
paths = ["{path}"]
reason = "Shown to everybody"
"""


class Stated:
    """One policy, whatever the site."""

    def __init__(self, text: str, resource: ProtectedResource) -> None:
        version = PolicyVersion("default", 1, text, 0.0, "cli:root", "")
        product = CATALOGUE.operations.of_kind(resource.kind)
        self.policy = compile_policy([(version, read_policy(text))], product, resource)

    def of(self, _resource: ProtectedResource) -> SitePolicy:
        return self.policy


@pytest.mark.parametrize("kind", list(SITE_KINDS))
@pytest.mark.feature(45)
@pytest.mark.feature(71)
def test_without_a_credential_only_what_the_policy_names_is_open(
    world: World, kind: ResourceKind
) -> None:
    world.add_keys()
    world.add_resource(kind=kind)
    public = PUBLIC[kind]
    stated = Stated(POLICY.format(path=public), world.resources.get("jira-main"))
    closed, opened = Desk(world), Desk(world, policies=stated)
    passed = set()
    operations = CATALOGUE.operations.of_kind(kind).operations
    for operation in operations:
        path = example_path(operation)
        assert denied(closed.ask(operation.method, path)) is DenyReason.CREDENTIAL_MISSING
        if isinstance(opened.ask(operation.method, path), Permit):
            passed.add(path)
    assert passed
    assert all(path == public or path.startswith(f"{public}/") for path in passed)
    assert len(passed) < len(operations)
    for path in (f"{public}/made-up/by/an/upgrade", "/rest/new/1/x"):
        assert denied(opened.ask("GET", path)) in {
            DenyReason.UNKNOWN_PATH,
            DenyReason.CREDENTIAL_MISSING,
        }
