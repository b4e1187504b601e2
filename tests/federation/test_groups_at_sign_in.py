"""Groups at a provider count here from sign-in to sign-in, and an outage demotes nobody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.group_rules import GroupEffect, SnapshotState
from authserver.domain.providers import GroupSource, ProviderKind
from tests.federation.fake_provider import hang
from tests.federation.grouping import GRACE, Club
from tests.federation.world import problem

if TYPE_CHECKING:
    from tests.federation.fake_provider import FakeProvider
    from tests.federation.world import FederatedWorld
    from tests.machine.doors import Answer

ENTRA, OKTA = ProviderKind.ENTRA, ProviderKind.OKTA
DEVS: Final = "dddddddd-1111-2222-3333-444444444444"
OPS: Final = "eeeeeeee-1111-2222-3333-444444444444"
MANY: Final = [f"{number:08d}-aaaa-bbbb-cccc-000000000000" for number in range(249)]


@pytest.fixture
def club(federated: FederatedWorld) -> Club:
    return Club(federated)


def userinfo(club: Club, tokens: dict[str, Any]) -> Answer:
    """What the server tells an app of Grace."""
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    return club.federated.people.lane.get("/oauth2/userinfo", headers=headers)


def overflowing(club: Club, source: GroupSource = GroupSource.GRAPH) -> FakeProvider:
    """Grace signed in while she was in few groups; now they are too many for a token."""
    fake = club.provider(kind=ENTRA, source=source)
    club.usual_rules(DEVS, OPS)
    assert club.comes(OPS, DEVS).path == "/account"
    assert club.administers()
    fake.overage = True
    return fake


def test_groups_at_the_provider_show_in_the_groups_of_the_user(club: Club) -> None:
    club.provider()
    club.usual_rules()
    people = club.federated.people
    browser = people.browser()
    club.comes("Ops", "Devs", browser=browser)
    tokens = people.tokens(people.web_app, browser, scope="openid groups READ")
    assert userinfo(club, tokens).json["groups"] == ["ops", "team"]


@pytest.mark.rule("FE-09")
def test_a_group_that_is_gone_is_gone_at_the_next_sign_in_with_its_tokens(club: Club) -> None:
    club.provider()
    club.usual_rules()
    people = club.federated.people
    browser = people.browser()
    club.comes("Ops", browser=browser)
    tokens = people.tokens(people.web_app, browser, scope="openid groups WRITE")
    assert userinfo(club, tokens).json["groups"] == ["ops"]
    club.comes("Devs")
    assert club.groups() == ["team"]
    assert not club.administers()
    assert club.identity().ceiling == frozenset({"READ"})
    assert userinfo(club, tokens).status == 401
    again = people.tokens(people.web_app, browser, scope="openid groups WRITE")
    assert set(again["scope"].split()) == {"openid", "groups", "READ"}


def test_a_sign_in_that_takes_something_leads_to_tokens_that_count(club: Club) -> None:
    """Times in tokens are whole seconds, and what was issued until then is denied."""
    club.provider()
    club.usual_rules()
    people = club.federated.people
    club.comes("Ops")
    browser = people.browser()
    club.comes("Devs", browser=browser, then_wait=0)
    tokens = people.tokens(people.web_app, browser, scope="openid groups READ")
    assert userinfo(club, tokens).json["groups"] == ["team"]


@pytest.mark.rule("FE-09")
def test_an_overage_that_cannot_be_resolved_takes_every_right_by_groups(club: Club) -> None:
    overflowing(club, GroupSource.CLAIM)
    assert club.comes().path == "/account"
    assert club.groups() == []
    assert not club.administers()
    assert club.identity().ceiling == frozenset()
    snapshot = club.identity().snapshot
    assert snapshot is not None
    assert (snapshot.state, snapshot.values) == (SnapshotState.OVERAGE, ())
    assert "too many" in snapshot.detail


@pytest.mark.rule("FE-09")
def test_an_overage_is_read_page_by_page_and_its_own_address_never_asked(club: Club) -> None:
    fake = overflowing(club)
    fake.pages.groups = [*MANY, DEVS]
    assert club.comes().path == "/account"
    assert club.groups() == ["team"]
    assert not club.administers()
    snapshot = club.identity().snapshot
    assert snapshot is not None
    assert (snapshot.state, snapshot.source, len(snapshot.values)) == ("complete", "graph", 250)
    pages = [sent for sent in club.federated.http.sent if "/transitiveMemberOf" in sent.path]
    assert len(pages) == 3
    assert club.federated.http.strangers == []


@pytest.mark.parametrize("fault", ["hang", "500", "403", "second page", "other host"])
def test_a_directory_in_an_outage_demotes_nobody(club: Club, fault: str) -> None:
    fake = overflowing(club)
    fake.pages.groups = list(MANY)
    if fault == "hang":
        fake.faults["/microsoft.graph.group"] = hang()
    elif fault == "second page":
        fake.pages.status_after_first_page = 500
    elif fault == "other host":
        fake.pages.next_host = "canary.example.net"
    else:
        fake.pages.status = int(fault)
    assert club.comes().path == "/account"
    assert club.groups() == ["ops", "team"]
    assert club.administers()
    snapshot = club.identity().snapshot
    assert snapshot is not None
    assert (snapshot.state, snapshot.is_outage) == (SnapshotState.UNKNOWN, True)
    assert club.federated.http.strangers == []


@pytest.mark.rule("FE-09")
def test_a_claim_that_is_missing_takes_every_right_by_groups(club: Club) -> None:
    club.provider()
    club.usual_rules()
    club.comes("Ops")
    club.comes()
    snapshot = club.identity().snapshot
    assert snapshot is not None
    assert snapshot.state is SnapshotState.UNKNOWN
    assert (club.groups(), club.administers()) == ([], False)


def test_a_person_of_cognito_without_groups_is_in_none(club: Club) -> None:
    club.provider(kind=ProviderKind.COGNITO)
    club.rule("Banned", GroupEffect.DENY)
    assert club.comes().path == "/account"
    assert problem(club.comes("Banned")) == "denied-by-group"


def test_a_hundred_groups_of_okta_may_not_be_all(club: Club) -> None:
    fake = club.provider(kind=OKTA, limit=100)
    fake.thin = True
    club.usual_rules()
    club.comes("Ops")
    club.comes("Devs", *MANY[:99])
    assert club.groups() == ["ops", "team"]
    assert club.administers()
    club.comes("Devs", *MANY[:98])
    assert club.groups() == ["team"]


def test_a_hundred_groups_of_okta_are_read_from_its_directory(club: Club) -> None:
    fake = club.provider(kind=OKTA, limit=100, source=GroupSource.OKTA_API)
    fake.pages.groups = [*MANY, "Devs"]
    club.usual_rules()
    club.comes("Ops", *MANY[:99])
    assert club.groups() == ["team"]
    snapshot = club.identity().snapshot
    assert snapshot is not None
    assert (snapshot.state, snapshot.source, len(snapshot.values)) == ("complete", "okta api", 250)


@pytest.mark.rule("FE-10")
def test_the_administrators_of_one_provider_are_nobody_at_another(club: Club) -> None:
    club.provider("acme")
    club.usual_rules()
    club.provider("other", fake={"issuer": "https://other.example.org"})
    assert club.comes("Ops", "Devs", name="other").path == "/account"
    assert (club.groups(), club.administers()) == ([], False)
    assert not club.federated.user(GRACE).is_administrator


@pytest.mark.rule("FE-10")
def test_no_group_administers_without_a_rule_that_says_so(club: Club) -> None:
    club.provider()
    club.rule("Devs", GroupEffect.LOCAL_GROUP, "team")
    club.comes("Devs", "Ops", "admin", "administrators", "Administrators", "root")
    assert (club.groups(), club.administers()) == (["team"], False)


@pytest.mark.parametrize(
    ("kind", "groups", "expected"),
    [
        (ProviderKind.OIDC, ("Banned",), "denied-by-group"),
        (ProviderKind.OIDC, (), "groups-unusable"),
        (ProviderKind.OIDC, ("Devs", 7), "groups-unusable"),
        (OKTA, tuple(MANY[:100]), "groups-unusable"),
    ],
)
def test_a_rule_that_denies_keeps_out_whoever_may_be_in_the_group(
    club: Club, kind: ProviderKind, groups: tuple[object, ...], expected: str
) -> None:
    club.provider(kind=kind, limit=100)
    club.rule("Banned", GroupEffect.DENY)
    browser = club.federated.people.browser()
    page = club.comes(*groups, browser=browser)
    assert page.status == 403
    assert problem(page) == expected
    assert browser.get("/account").path == "/login"
    assert club.comes("Devs").path == "/account"


def test_a_session_that_is_there_stays_when_a_rule_would_keep_out(club: Club) -> None:
    club.provider()
    club.rule("Banned", GroupEffect.DENY)
    browser = club.federated.people.browser()
    club.comes("Devs", browser=browser)
    assert problem(club.comes()) == "groups-unusable"
    assert browser.get("/account").status == 200


@pytest.mark.parametrize("groups", [(), ("Devs",), ("Devs", 7)])
def test_no_group_anywhere_locks_the_last_local_administrator_out(
    club: Club, groups: tuple[object, ...]
) -> None:
    people = club.federated.people
    people.user("root", is_administrator=True)
    club.provider()
    club.usual_rules()
    club.comes("Ops")
    club.comes(*groups)
    assert club.administers("root")
    with club.federated.container.database.reading() as stores:
        assert stores.users.count_administrators() == 1
