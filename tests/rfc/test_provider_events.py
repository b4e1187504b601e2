"""What administrators do to identity providers is on record, and what becomes of them (AU-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.audit import Actor, ActorKind
from authserver.domain.errors import InvalidField, NotFound
from authserver.domain.group_rules import GroupEffect
from authserver.domain.providers import DomainRouting
from authserver.services.administration import Act
from authserver.services.provider_drafts import ProviderChanges, ProviderDraft
from authserver.services.provider_findings import ProviderUnusable
from tests.federation.fake_provider import FakeProvider
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.federation.bearing import BearingInstallation

ADMIN: Final = Act(Actor(ActorKind.ADMINISTRATOR, "alice"), "request-of-alice", "192.0.2.1")
ALICE: Final = {"kind": "administrator", "id": "alice"}
ACME: Final = {"kind": "provider", "id": "acme"}
SECRET: Final = "s3cret-of-the-provider-itself"
DRAFT: Final = ProviderDraft(
    name="acme",
    kind="oidc",
    client_id="client-at-provider",
    secret=SECRET,
    issuer="https://login.example.org",
)


@pytest.fixture
def installation(bearing_installation: BearingInstallation) -> BearingInstallation:
    """One whose calls to providers stay inside the process."""
    return bearing_installation


@pytest.fixture
def fake(installation: BearingInstallation) -> FakeProvider:
    """A provider that answers."""
    return FakeProvider(http=installation.http, now=installation.clock.now)


@pytest.mark.rule("AU-03")
def test_the_life_of_a_provider_is_recorded_with_before_and_after(
    installation: BearingInstallation, fake: FakeProvider
) -> None:
    container = installation.container
    providers, secrets = container.providers, container.provider_secrets
    domains, rules = container.provider_domains, container.provider_group_rules
    watch = Watch(installation)
    made: list[str] = []

    def add_rule() -> None:
        made.append(rules.add("acme", "Interns", GroupEffect.DENY, ADMIN).rule.rule_id)

    renamed = ProviderChanges(display_name="Acme")
    deeds: tuple[tuple[str, Callable[[], object]], ...] = (
        ("provider.added", lambda: providers.add(DRAFT, ADMIN)),
        ("provider.updated", lambda: providers.update("acme", renamed, ADMIN)),
        ("provider.secret_added", lambda: secrets.add("acme", f"{SECRET}-2", ADMIN)),
        ("provider.secrets_expired", lambda: secrets.expire("acme", ADMIN)),
        (
            "provider.domain_set",
            lambda: domains.set("acme", "example.org", DomainRouting.SUGGEST, ADMIN),
        ),
        ("provider.domain_removed", lambda: domains.remove("example.org", ADMIN)),
        ("provider.rule_added", add_rule),
        ("provider.rule_removed", lambda: rules.remove("acme", made[0], ADMIN)),
        ("provider.disabled", lambda: providers.disable("acme", ADMIN)),
        ("provider.enabled", lambda: providers.enable("acme", ADMIN)),
        ("provider.removed", lambda: providers.remove("acme", ADMIN)),
    )
    details: dict[str, Any] = {}
    for action, deed in deeds:
        deed()
        record = watch.one(
            action,
            actor=ALICE,
            outcome="success",
            object=ACME,
            request_id=ADMIN.request_id,
            peer=ADMIN.peer,
        )
        details[action] = record["details"]
        assert SECRET not in str(record)
    added = details["provider.added"]["after"]
    assert (added["issuer"], added["subject_rule"]) == (fake.issuer, "sub")
    assert details["provider.updated"] == {
        "before": {"display_name": "OpenID Connect"},
        "after": {"display_name": "Acme"},
    }
    assert details["provider.secrets_expired"]["ended"] == 1
    assert details["provider.domain_set"]["before"] is None
    assert details["provider.domain_removed"]["before"]["domain"] == "example.org"
    assert details["provider.rule_added"]["after"] == details["provider.rule_removed"]["before"]
    assert details["provider.disabled"] == {"before": "enabled", "after": "disabled", "users": 0}
    assert details["provider.enabled"] == {"before": "disabled", "after": "enabled"}
    assert details["provider.removed"] == {"before": "enabled", "after": "removed", "users": 0}


@pytest.mark.rule("AU-03")
@pytest.mark.rule("FE-04")
def test_a_provider_that_becomes_unusable_and_usable_again_is_on_record(
    installation: BearingInstallation, fake: FakeProvider
) -> None:
    container = installation.container
    container.providers.add(DRAFT, ADMIN)
    watch = Watch(installation)
    fake.metadata["issuer"] = "https://evil.example"
    installation.clock.advance(86_401)
    container.provider_documents.refresh_due()
    (unusable,) = (each for each in watch.new() if each["object"] == ACME)
    assert unusable["action"] == "provider.unusable"
    assert "its issuer is https://evil.example" in unusable["details"]["problem"]
    del fake.metadata["issuer"]
    container.providers.test("acme", ADMIN)
    (usable,) = (each for each in watch.new() if each["object"] == ACME)
    assert usable["action"] == "provider.usable"


@pytest.mark.rule("AU-03")
def test_what_is_refused_leaves_no_record(
    installation: BearingInstallation, fake: FakeProvider
) -> None:
    container = installation.container
    container.providers.add(DRAFT, ADMIN)
    watch = Watch(installation)
    with pytest.raises(InvalidField):
        container.providers.update("acme", ProviderChanges(scopes=["email"]), ADMIN)
    with pytest.raises(InvalidField):
        container.provider_domains.set("acme", "*", DomainRouting.FORCE, ADMIN)
    with pytest.raises(NotFound):
        container.provider_group_rules.add(
            "acme", "Everyone", GroupEffect.LOCAL_GROUP, ADMIN, value="nowhere"
        )
    fake.metadata["issuer"] = "https://evil.example"
    with pytest.raises(ProviderUnusable):
        container.providers.update("acme", ProviderChanges(client_id="other"), ADMIN)
    assert not watch.new()
