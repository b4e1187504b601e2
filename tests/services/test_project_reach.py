"""Which projects a call reaches now: asked of the site, and soon asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.catalogue.loader import load_catalogue
from authserver.domain.authority import ChangeKind
from authserver.domain.errors import StorageUnavailable
from authserver.domain.operations import Unmatched
from authserver.domain.outbound import OutboundReason, OutboundUnavailable
from authserver.domain.policy_calls import CallerFacts, CallerWay, CallFacts
from authserver.domain.raw_targets import Target
from authserver.domain.resources import ProtectedResource, ResourceKind, ResourceStatus
from authserver.services.decision_ports import Uncertain
from authserver.services.project_reach import KEPT_SECONDS, MOST_KEPT, ProjectReach
from tests.doubles import FakeClock

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.domain.project_places import Place

AB = frozenset({"ab", "10001"})
CD = frozenset({"cd", "10002"})
JIRA = ProtectedResource(
    name="jira",
    kind=ResourceKind.JIRA_DC,
    identifier="https://jira.example",
    url="https://jira.example",
    context_path="",
    signing_algorithm="ES256",
    status=ResourceStatus.ENABLED,
    credentials=(),
    created_at=0.0,
)
PRODUCT = load_catalogue().operations.of_kind(ResourceKind.JIRA_DC)


class _Sites:
    def __init__(self) -> None:
        self.names: dict[str, frozenset[str] | Exception | None] = {"AB-1": AB, "AB": AB, "CD": CD}
        self.asked: list[tuple[str, str]] = []

    def names_of(
        self, resource: ProtectedResource, place: Place, headers: Mapping[str, str]
    ) -> frozenset[str] | None:
        assert resource is JIRA
        self.asked.append((place.value, headers["X-As"]))
        answer = self.names.get(place.value)
        if isinstance(answer, Exception):
            raise answer
        return answer


class _Credentials:
    def headers(self, resource: ProtectedResource, facts: CallFacts) -> Mapping[str, str] | None:
        del resource
        return {"X-As": facts.caller.subject} if facts.caller.subject else None


class _View:
    def __init__(self) -> None:
        self.forget: list[Callable[[ChangeKind, str], None]] = []
        self.forget_all: list[Callable[[], None]] = []

    def on_change(
        self, forget: Callable[[ChangeKind, str], None], forget_all: Callable[[], None]
    ) -> None:
        self.forget.append(forget)
        self.forget_all.append(forget_all)


class World:
    def __init__(self) -> None:
        self.sites, self.clock, self.view = _Sites(), FakeClock(), _View()
        self.reach = ProjectReach(
            sites=self.sites,
            credentials=_Credentials(),  # type: ignore[arg-type]  # a double of one method
            clock=self.clock,
            view=self.view,  # type: ignore[arg-type]  # a double of one method
        )

    def ask(
        self, target: str, method: str = "GET", subject: str = "user:ada"
    ) -> tuple[frozenset[str], ...] | Uncertain:
        path, _, query = target.partition("?")
        operations = PRODUCT.match(method, path)
        assert not isinstance(operations, Unmatched)
        caller = CallerFacts(CallerWay.ACCESS_TOKEN, subject=subject)
        facts = CallFacts(caller, 1000.0, method, path, operations)
        return self.reach.reach(JIRA, Target(path, query), facts)


@pytest.fixture
def world() -> World:
    return World()


@pytest.mark.feature(40)
def test_an_issue_belongs_to_the_project_where_it_is_now(world: World) -> None:
    assert world.ask("/rest/api/2/issue/AB-1") == (AB,)
    world.sites.names["AB-1"] = CD  # somebody moved it
    world.clock.advance(KEPT_SECONDS + 0.001)
    assert world.ask("/rest/api/2/issue/AB-1/comment") == (CD,)


def test_the_site_is_not_asked_twice_within_seconds(world: World) -> None:
    for _ in range(3):
        world.ask("/rest/api/2/issue/AB-1")
    assert world.sites.asked == [("AB-1", "user:ada")]


def test_nobody_learns_from_others_where_something_is(world: World) -> None:
    world.ask("/rest/api/2/issue/AB-1")
    world.ask("/rest/api/2/issue/AB-1", subject="user:bob")
    assert world.sites.asked == [("AB-1", "user:ada"), ("AB-1", "user:bob")]


@pytest.mark.parametrize("target", ["/rest/api/2/search?jql=project=AB", "/rest/api/2/filter/1"])
@pytest.mark.feature(40)
def test_searches_and_filters_are_uncertain_and_nobody_is_asked(world: World, target: str) -> None:
    answer = world.ask(target)
    assert isinstance(answer, Uncertain)
    assert "searches, boards, filters, bulk calls and creation" in answer.why
    assert world.sites.asked == []


def test_what_the_site_does_not_show_is_uncertain(world: World) -> None:
    answer = world.ask("/rest/api/2/issue/ZZ-1")
    assert isinstance(answer, Uncertain)
    assert "no such issue" in answer.why


def test_a_caller_whom_the_site_does_not_know_reaches_nothing_certain(world: World) -> None:
    assert isinstance(world.ask("/rest/api/2/issue/AB-1", subject=""), Uncertain)
    assert world.sites.asked == []


def test_while_the_site_does_not_answer_nothing_is_decided(world: World) -> None:
    world.sites.names["AB-1"] = OutboundUnavailable(OutboundReason.TIMEOUT)
    with pytest.raises(StorageUnavailable, match="resource jira does not say"):
        world.ask("/rest/api/2/issue/AB-1")
    world.sites.names["AB-1"] = AB
    assert world.ask("/rest/api/2/issue/AB-1") == (AB,)


def test_every_project_that_a_list_names_is_reached(world: World) -> None:
    target = "/rest/api/2/user/assignable/multiProjectSearch?projectKeys=AB,CD"
    assert world.ask(target) == (AB, CD)
    assert isinstance(world.ask(target + ",EF"), Uncertain)


def test_memory_is_bounded_and_forgets_with_the_hand_over(world: World) -> None:
    for number in range(3):
        world.sites.names[f"AB-{number}"] = AB
        world.ask(f"/rest/api/2/issue/AB-{number}")
    for forget in world.view.forget:
        forget(ChangeKind.HAND_OVER, "another")
    world.ask("/rest/api/2/issue/AB-1")
    assert len(world.sites.asked) == 3
    for forget in world.view.forget:
        forget(ChangeKind.HAND_OVER, "jira")
    world.ask("/rest/api/2/issue/AB-1")
    assert len(world.sites.asked) == 4
    assert MOST_KEPT <= 10_000
