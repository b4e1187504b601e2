"""Examples of calls about identity providers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.external_tokens import DenialKind
from authserver.domain.group_rules import GroupEffect
from authserver.domain.providers import GroupSource, GroupsRule
from authserver.web.written_names import name_as_segment
from tests.federation.fake_provider import FakeProvider
from tests.federation.world import FederatedWorld
from tests.web.admin_api.example_values import Example

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.web.admin_api.rest import Rest

SECRET: Final = "s3cret-that-the-provider-gave"
NAME: Final = "theirs"


def prepared(rest: Rest) -> Mapping[str, Example]:
    """One provider for what changes little, and one for each act that ends it."""
    federated = FederatedWorld(rest.world)
    for name in (NAME, "for-removal", "for-disabling", "for-change"):
        federated.provider(name)
    directory = GroupsRule(source=GroupSource.GRAPH, directory_client_id="reader")
    federated.provider("with-directory", groups=directory)
    return {
        **_providers(rest),
        **_parts(rest),
    }


def _of(name: str, said: Any = None, **path: str) -> Example:
    return Example({"provider": name, **path}, said)


def _providers(rest: Rest) -> Mapping[str, Example]:
    fake = FakeProvider(
        http=rest.world.installation.provider_http,
        now=rest.world.clock.now,
    )
    new = {
        "name": "example-new",
        "kind": "oidc",
        "client_id": fake.client_id,
        "secret": SECRET,
        "discovery_url": fake.discovery_url,
    }
    return {
        "listProviders": Example(query="q=the&limit=1&status=enabled"),
        "addProvider": Example(said=new),
        "showProvider": _of(NAME),
        "changeProvider": _of(
            "for-change",
            {"display_name": "Theirs", "bearer": {"audiences": ["api"], "scopes": {}}},
        ),
        "removeProvider": _of("for-removal"),
        "testProvider": _of(NAME),
        "disableProvider": _of("for-disabling"),
        "enableProvider": _of("for-disabling"),
    }


def _parts(rest: Rest) -> Mapping[str, Example]:
    container, act = rest.container, rest.container.operator
    added = container.provider_group_rules.add(NAME, "Interns", GroupEffect.DENY, act)
    container.external_denials.deny(NAME, DenialKind.TOKEN, "token-1", act)
    container.provider_domains.set(NAME, "example.org", "suggest", act)
    return {
        "listProviderSecrets": _of(NAME),
        "addProviderSecret": _of(NAME, {"secret": SECRET, "expires_in_seconds": 86_400}),
        "expireProviderSecrets": _of("for-change", {}),
        "setDirectorySecret": _of("with-directory", {"secret": SECRET}),
        "listGroupRules": _of(NAME),
        "addGroupRule": _of(NAME, {"group": "Robots", "effect": "deny"}),
        "removeGroupRule": _of(NAME, rule_id=added.rule.rule_id),
        "listDenials": _of(NAME),
        "deny": _of(NAME, {"kind": "client", "value": "client-there", "reason": "lost"}),
        "allow": _of(NAME, denial_id=name_as_segment("token:token-1")),
        "listDomains": Example(),
        "setDomain": Example(said={"provider": NAME, "domain": "example.net"}),
        "removeDomain": Example({"domain": "example.org"}),
    }
