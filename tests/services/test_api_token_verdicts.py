"""API tokens count where, while and as far as everything they depend on lets them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from authserver.domain.access_details import AccessDetail
from authserver.domain.api_tokens import ApiTokenAccess, ApiTokenStatus, Presentation, SubjectType
from authserver.domain.authority import Change, ChangeKind
from authserver.domain.identities import Identity, IdentityStatus
from authserver.domain.providers import ProviderKind
from authserver.domain.resources import ResourceStatus
from authserver.domain.users import UserStatus
from authserver.services.api_token_verdicts import ALL_API_TOKENS
from authserver.services.clients import ClientUpdate
from authserver.services.introspection import TokenProblem
from tests.doubles import EPOCH
from tests.services.api_token_desk import DAY, TokenDesk, TokenWorker
from tests.services.foreign_claims import provider_of
from tests.services.world import ADMIN, ISSUER

JIRA_MAIN = "https://jira-main.example.com"


@pytest.fixture
def desk() -> TokenDesk:
    return TokenDesk()


def link(desk: TokenDesk, provider: str = "okta", **changes: Any) -> None:
    """Ada comes from a provider, too."""
    subject = desk.ada.subject
    identity = Identity(provider, "00u1", subject, "Ada", IdentityStatus.LINKED, 0.0, None, 0.0)
    with desk.database.writing() as stores:
        stores.providers.add(
            replace(provider_of(ProviderKind.OKTA), name=provider, living_seconds=30 * 86_400)
        )
        stores.identities.add(replace(identity, **changes))
        stores.authority.advance([Change(ChangeKind.PROVIDER, provider, EPOCH + DAY)])
    desk.tell(ChangeKind.USER, subject)


def test_a_users_token_speaks_for_the_user_and_names_what_it_is_for(desk: TokenDesk) -> None:
    detail = AccessDetail(JIRA_MAIN, ("read",), ("AB",))
    elsewhere = AccessDetail("https://wiki.example.com", ("write",))
    value = desk.add(details=(detail, elsewhere), networks=("192.0.2.0/24",))
    assert desk.good(value) == ApiTokenAccess(
        issuer=ISSUER,
        subject=desk.ada.subject,
        audience=JIRA_MAIN,
        client_id="api-token:t1",
        scopes=frozenset({"READ", "WRITE"}),
        issued_at=int(EPOCH),
        expires_at=int(EPOCH + 90 * DAY),
        token_id="t1",
        grant_id="lineage-t1",
        details=(detail,),
        subject_type=SubjectType.USER,
        owner=desk.ada.subject,
        purpose="BI export",
        team="data",
        ticket="OPS-1",
        presentation=Presentation.BEARER,
        networks=("192.0.2.0/24",),
        username="ada",
    )


def test_a_service_token_speaks_for_the_client_and_never_for_a_person(desk: TokenDesk) -> None:
    access = desk.good(desk.add_service())
    assert (access.subject, access.client_id) == ("client:ci-reader", "ci-reader")
    assert (access.subject_type, access.username) == (SubjectType.SERVICE, "")
    assert access.owner == desk.ada.subject


def test_a_user_token_that_names_a_client_says_so(desk: TokenDesk) -> None:
    assert desk.good(desk.add(client_id="ci-reader")).client_id == "ci-reader"


def test_a_token_ends_at_its_time_with_nobody_doing_anything(desk: TokenDesk) -> None:
    value = desk.add(expires_at=desk.clock.now() + 60)
    desk.clock.advance(59)
    assert desk.counts(value)
    desk.clock.advance(2)
    assert desk.problem(value) is TokenProblem.EXPIRED
    limited = desk.add("t2")
    desk.change("t2", secret=replace(desk.secret("t2"), expires_at=desk.clock.now()))
    assert desk.problem(limited) is TokenProblem.EXPIRED


@pytest.mark.rule("AK-03")
@pytest.mark.parametrize(
    ("status", "problem"),
    [
        (ApiTokenStatus.REVOKED, TokenProblem.REVOKED),
        (ApiTokenStatus.DISABLED, TokenProblem.DISABLED),
        (ApiTokenStatus.PENDING, TokenProblem.DISABLED),
    ],
)
def test_only_an_enabled_token_counts(
    desk: TokenDesk, status: ApiTokenStatus, problem: TokenProblem
) -> None:
    value = desk.add()
    others = [desk.add("t2"), desk.add("t3")]
    assert desk.counts(value)
    desk.change(status=status)
    assert desk.problem(value) is problem
    # One token per connection: the others go on.
    assert all(desk.counts(each) for each in others)
    desk.change(status=ApiTokenStatus.ENABLED)
    assert desk.counts(value)


@pytest.mark.rule("AK-03")
@pytest.mark.parametrize("many", [False, True])
def test_what_is_taken_away_is_gone_at_every_worker_once_its_lease_is_over(
    desk: TokenDesk, *, many: bool
) -> None:
    workers = [TokenWorker(desk.world) for _ in range(3)]
    value = desk.add()
    assert all(desk.counts(value, worker=each) for each in workers)
    with desk.database.writing() as stores:
        stores.api_tokens.save(
            replace(desk.database.state.api_tokens["t1"], status=ApiTokenStatus.REVOKED)
        )
        named = ALL_API_TOKENS if many else "t1"
        stores.authority.advance([Change(ChangeKind.API_TOKEN, named, EPOCH + DAY)])
    # The revoker's wait is longer than any lease.
    desk.clock.advance(0.3)
    problems = [desk.problem(value, worker=each) for each in workers]
    assert problems == [TokenProblem.REVOKED] * 3


def test_a_token_is_read_once_and_judged_anew_each_time(desk: TokenDesk) -> None:
    value = desk.add()
    desk.good(value)
    before = desk.database.calls["reading"]
    for _ in range(5):
        desk.good(value)
    # The site itself is looked up by the test.
    assert desk.database.calls["api_tokens.by_secret"] == 1
    assert desk.database.calls["reading"] == before + 5


@pytest.mark.rule("AK-03")
@pytest.mark.parametrize(
    "changes",
    [
        {"status": UserStatus.DISABLED},
        {"status": UserStatus.DELETED},
        {"credentials_disabled_at": EPOCH},
    ],
)
@pytest.mark.parametrize("kind", ["user", "service"])
def test_no_token_outlives_its_owner(desk: TokenDesk, kind: str, changes: dict[str, Any]) -> None:
    value = desk.add() if kind == "user" else desk.add_service()
    assert desk.counts(value)
    desk.change_user(**changes)
    assert desk.problem(value) is TokenProblem.OWNER_MAY_NOT
    if changes.get("status") is not UserStatus.DELETED:
        desk.change_user(status=UserStatus.ENABLED, credentials_disabled_at=None)
        assert desk.counts(value)


def test_a_token_without_an_owner_is_nobodys(desk: TokenDesk) -> None:
    for token_id, owner in (("t1", ""), ("t2", "user:nobody"), ("t3", "client:ci-reader")):
        assert desk.problem(desk.add(token_id, owner=owner)) is TokenProblem.OWNER_MAY_NOT
        service = desk.add_service(f"s-{token_id}", owner=owner)
        assert desk.problem(service) is TokenProblem.OWNER_MAY_NOT


def test_where_somebody_else_answers_for_it_both_must_be_there(desk: TokenDesk) -> None:
    eve = desk.house.user("eve")
    value = desk.add(owner=eve.subject)
    assert desk.good(value).owner == eve.subject
    desk.change_user(eve, status=UserStatus.DISABLED)
    assert desk.problem(value) is TokenProblem.OWNER_MAY_NOT
    desk.change_user(eve)
    assert desk.counts(value)
    desk.change_user(credentials_disabled_at=EPOCH)
    assert desk.problem(value) is TokenProblem.OWNER_MAY_NOT


def test_a_token_sleeps_with_its_owner(desk: TokenDesk) -> None:
    value = desk.add()
    link(desk, asleep_since=EPOCH)
    assert desk.problem(value) is TokenProblem.OWNER_MAY_NOT


@pytest.mark.rule("AK-02")
def test_a_token_reaches_no_further_than_its_owner_does_now(desk: TokenDesk) -> None:
    value, service = desk.add(), desk.add_service()
    assert desk.good(value).scopes == {"READ", "WRITE"}
    link(desk, ceiling=frozenset({"READ"}))
    # Reduced, though the token says otherwise.
    assert desk.good(value).scopes == {"READ"}
    assert desk.good(service).scopes == {"READ"}
    with desk.database.writing() as stores:
        identity = stores.identities.find("okta", "00u1")
        assert identity is not None
        stores.identities.save(replace(identity, ceiling=frozenset()))
    desk.tell(ChangeKind.USER, desk.ada.subject)
    assert desk.problem(value) is TokenProblem.NOTHING_LEFT


@pytest.mark.parametrize("kind", ["user", "service"])
def test_a_stopped_client_stops_its_tokens(desk: TokenDesk, kind: str) -> None:
    value = desk.add(client_id="ci-reader") if kind == "user" else desk.add_service()
    assert desk.counts(value)
    desk.world.clients.disable("ci-reader", ADMIN)
    desk.worker.view.poll()
    assert desk.problem(value) is TokenProblem.CLIENT_MAY_NOT


def test_a_client_that_there_is_not_stops_its_tokens(desk: TokenDesk) -> None:
    assert desk.problem(desk.add(client_id="gone")) is TokenProblem.CLIENT_MAY_NOT
    stolen = desk.add_service(client_id="gone")
    assert desk.problem(stolen) is TokenProblem.CLIENT_MAY_NOT
    none = desk.add_service("s2", client_id="")
    assert desk.problem(none) is TokenProblem.CLIENT_MAY_NOT
    other = desk.add_service("s3", subject="client:other")
    assert desk.problem(other) is TokenProblem.CLIENT_MAY_NOT


def test_a_service_is_held_to_what_its_client_may_and_a_user_is_not(desk: TokenDesk) -> None:
    own, service = desk.add(client_id="ci-reader"), desk.add_service()
    update = ClientUpdate(remove_scopes=["WRITE"])
    desk.world.clients.update("ci-reader", update, ADMIN)
    desk.worker.view.poll()
    assert desk.good(own).scopes == {"READ", "WRITE"}
    assert desk.good(service).scopes == {"READ"}
    moved = ClientUpdate(add_resources=["wiki"], remove_resources=["jira-main"])
    desk.world.clients.update("ci-reader", moved, ADMIN)
    desk.worker.view.poll()
    assert desk.counts(own)
    assert desk.problem(service) is TokenProblem.CLIENT_MAY_NOT


def test_a_token_is_for_the_sites_it_names_and_no_others(desk: TokenDesk) -> None:
    value = desk.add(resources=frozenset({"jira-main", "wiki"}))
    assert desk.good(value, "wiki").audience == "https://wiki.example.com"
    assert desk.problem(value, "cloud") is TokenProblem.OTHER_RESOURCE
    nowhere = desk.add("t2", resources=frozenset())
    assert desk.problem(nowhere) is TokenProblem.OTHER_RESOURCE


def test_at_a_stopped_site_no_token_counts(desk: TokenDesk) -> None:
    value = desk.add()
    desk.world.resources.disable("jira-main", ADMIN)
    desk.worker.view.poll()
    assert desk.world.resources.get("jira-main").status is ResourceStatus.DISABLED
    assert desk.problem(value) is TokenProblem.RESOURCE_STOPPED


@pytest.mark.parametrize(
    "nothing",
    [
        {"scopes": frozenset()},
        {"scopes": frozenset({"read:jira-work"})},
        {"scopes": frozenset({"openid", "offline_access"})},
        {"details": ()},
        {"details": (AccessDetail("https://elsewhere.example"),)},
        {"networks": ()},
    ],
    ids=["no scope", "another product's", "about the user", "no detail", "elsewhere", "nowhere"],
)
@pytest.mark.trap(1)
def test_empty_means_nothing_and_never_everything(desk: TokenDesk, nothing: dict[str, Any]) -> None:
    assert desk.problem(desk.add(**nothing)) is TokenProblem.NOTHING_LEFT
