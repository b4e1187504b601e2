"""Okta's ID tokens say who somebody is, and nothing else, where an access token comes beside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.domain.group_rules import SnapshotState
from authserver.domain.providers import GroupSource, GroupsRule, ProviderKind
from tests.federation.fake_people import FakePerson

if TYPE_CHECKING:
    from tests.federation.fake_provider import FakeProvider
    from tests.federation.world import FederatedWorld

ACCOUNT = "/login?next=/account"


def thin(federated: FederatedWorld) -> FakeProvider:
    return federated.provider(
        "acme",
        ProviderKind.OKTA,
        fake={"thin": True, "person": replace(FakePerson(), groups=("Engineers",))},
        groups=GroupsRule(GroupSource.CLAIM, "groups", 100),
        uses_userinfo=True,
    )


def test_what_a_thin_id_token_leaves_out_comes_from_userinfo(federated: FederatedWorld) -> None:
    fake = thin(federated)
    page = federated.sign_in(target=ACCOUNT)
    assert fake.person.name in page.text
    assert fake.person.email in page.text
    with federated.container.database.reading() as stores:
        identity = stores.identities.find("acme", fake.person.sub)
    assert identity is not None
    assert identity.snapshot is not None
    assert identity.snapshot.source == "userinfo"
    assert identity.snapshot.values == ("Engineers",)
    assert identity.snapshot.state is SnapshotState.COMPLETE


def test_userinfo_of_somebody_else_adds_nothing(federated: FederatedWorld) -> None:
    fake = thin(federated)
    fake.userinfo_claims["sub"] = "somebody-else"
    page = federated.sign_in(target=ACCOUNT)
    assert page.path != "/account"
    assert page.status == 403, page.texts
    with federated.container.database.reading() as stores:
        assert stores.identities.find("acme", fake.person.sub) is None
