"""Looking what a site answers to everybody."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from authserver.domain.anonymous_scans import AnonymousVerdict, ScanStop, verdict_of
from authserver.domain.audit import ActorKind
from authserver.domain.errors import InvalidField, NotFound
from authserver.domain.operations import Effect
from authserver.domain.outbound import (
    OutboundAnswerInvalid,
    OutboundReason,
    OutboundRefused,
    OutboundUnavailable,
)
from authserver.domain.policy_documents import LegacyEffect
from authserver.domain.resources import SITE_KINDS, ResourceKind
from authserver.services.anonymous_scans import AnonymousScans, ScanLimits
from tests.services.policy_office import PolicyOffice, catalogue
from tests.services.world import ADMIN, World, details

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.doubles import FakeClock

SITE = "https://jira-main.example.com"
INFO = "/rest/api/2/serverInfo"
FAST = ScanLimits(per_second=20.0)
DOWN = OutboundUnavailable(OutboundReason.CONNECT_FAILED)
LEFT_ALONE = OutboundUnavailable(OutboundReason.CIRCUIT_OPEN)


@dataclass
class Site:
    """Answers 401, or what the test says for a path; each answer takes a while."""

    clock: FakeClock
    answers: Mapping[str, int | BaseException] = field(default_factory=dict)
    otherwise: int | BaseException = 401
    takes: float = 0.0
    asked: list[str] = field(default_factory=list)
    base: str = SITE

    def status(self, url: str) -> int:
        self.asked.append(url)
        self.clock.advance(self.takes)
        answer = self.answers.get(url.removeprefix(self.base), self.otherwise)
        if isinstance(answer, BaseException):
            raise answer
        return answer


def scans(world: World, site: Site, **resource: str) -> AnonymousScans:
    world.add_resource(**resource)
    world.database.audit.clear()
    return AnonymousScans(
        administration=world.administration,
        resources=world.resources,
        catalogue=catalogue().operations,
        probe=site,
    )


def test_answers_are_told_apart_by_their_status() -> None:
    assert [str(verdict_of(each)) for each in (200, 299, 301, 304, 400, 404, 429)] == [
        *("open", "open", "redirect", "redirect", "unclear", "unclear", "unclear"),
    ]
    assert [str(verdict_of(each)) for each in (401, 403, 500, 599, 0)] == [
        *("closed", "closed", "failed", "failed", "failed"),
    ]


@pytest.mark.parametrize("kind", SITE_KINDS)
def test_only_what_reads_and_needs_no_id_is_asked(world: World, kind: ResourceKind) -> None:
    site = Site(world.clock)
    found = scans(world, site, kind=kind).scan("jira-main", ADMIN, limits=FAST)
    operations = catalogue().operations.of_kind(kind).operations
    asked = [each.operation for each in found.answers]
    assert all(each.method == "GET" and each.effect is Effect.READ for each in asked)
    assert all("{" not in each.template and not each.removed for each in asked)
    assert site.asked == [SITE + each.template for each in asked]
    assert len(asked) + found.skipped.total() == len(operations)
    assert (found.counts["closed"], found.left_out, found.stopped) == (len(asked), 0, None)


def test_the_context_path_stands_before_every_path_also_at_another_address(world: World) -> None:
    site = Site(world.clock)
    asking = scans(world, site, context_path="/jira")
    own = asking.scan("jira-main", ADMIN, limits=ScanLimits(most=1))
    other = asking.scan("jira-main", ADMIN, limits=ScanLimits(most=1), url="https://API.example/")
    first = own.answers[0].operation.template
    assert site.asked == [f"{SITE}/jira{first}", f"https://api.example/jira{first}"]
    assert (own.is_own, other.is_own) == (True, False)
    with pytest.raises(InvalidField, match="url"):
        asking.scan("jira-main", ADMIN, limits=FAST, url="https://me:pw@api.example")
    with pytest.raises(NotFound):
        asking.scan("nowhere", ADMIN, limits=FAST)


def test_who_scanned_which_site_with_what_result_is_on_record(world: World) -> None:
    answers: dict[str, int | BaseException] = {
        INFO: 200,
        "/rest/api/2/dashboard": 302,
        "/rest/api/2/field": DOWN,
    }
    scans(world, Site(world.clock, answers)).scan("jira-main", ADMIN, limits=FAST)
    (event,) = world.database.audit
    assert (event.action, event.object_id, event.resource) == (
        "resource.scanned",
        "jira-main",
        "jira-main",
    )
    assert event.actor.kind is ActorKind.ADMINISTRATOR
    told = details(event)
    assert {name: told[name] for name in ("url", "open", "redirect", "failed", "left_out")} == {
        "url": SITE,
        "open": 1,
        "redirect": 1,
        "failed": 1,
        "left_out": 0,
    }


def test_a_scan_keeps_its_pace_whatever_the_site_does(world: World) -> None:
    site = Site(world.clock, takes=0.1)
    began = world.clock.monotonic()
    scans(world, site).scan("jira-main", ADMIN, limits=ScanLimits(per_second=4.0, most=9))
    assert world.clock.monotonic() - began == pytest.approx(8 / 4 + 0.1)


def test_what_was_not_asked_is_counted(world: World) -> None:
    site = Site(world.clock, takes=1.0)
    asking = scans(world, site)
    everything = len(asking.scan("jira-main", ADMIN, limits=FAST).answers)
    limited = asking.scan("jira-main", ADMIN, limits=ScanLimits(most=7))
    assert (limited.stopped, limited.left_out) == (ScanStop.LIMIT, everything - 7)
    late = asking.scan("jira-main", ADMIN, limits=ScanLimits(total_seconds=5.0))
    assert (late.stopped, late.left_out) == (ScanStop.TIME, everything - 5)


def test_a_site_that_is_down_or_asks_for_peace_is_left_alone(world: World) -> None:
    site = Site(world.clock, otherwise=DOWN)
    asking = scans(world, site)
    first, second = (
        each.operation.template
        for each in asking.scan("jira-main", ADMIN, limits=ScanLimits(most=2)).answers
    )
    site.answers = {second: LEFT_ALONE}
    down = asking.scan("jira-main", ADMIN, limits=FAST)
    assert (down.stopped, [each.problem for each in down.answers]) == (
        ScanStop.SITE_DOWN,
        ["connect_failed"],
    )
    site.answers = {first: 429}
    hurried = asking.scan("jira-main", ADMIN, limits=FAST)
    assert (hurried.stopped, hurried.counts["unclear"]) == (ScanStop.TOO_FAST, 1)
    assert details(world.database.audit[-1])["stopped"] == "too-fast"


def test_an_answer_that_nobody_understands_stops_nothing(world: World) -> None:
    strange = OutboundAnswerInvalid(OutboundReason.PROTOCOL_ERROR, status=200)
    found = scans(world, Site(world.clock, otherwise=strange)).scan("jira-main", ADMIN, limits=FAST)
    assert {each.verdict for each in found.answers} == {AnonymousVerdict.FAILED}
    assert found.left_out == 0


def test_an_address_that_must_not_be_called_ends_it_before_anything(world: World) -> None:
    refused = OutboundRefused(OutboundReason.ADDRESS_REFUSED, "no")
    site = Site(world.clock, otherwise=refused)
    with pytest.raises(OutboundRefused):
        scans(world, site).scan("jira-main", ADMIN, limits=FAST)
    assert len(site.asked) == 1
    assert not world.database.audit


def test_a_scan_that_somebody_interrupts_is_on_record(world: World) -> None:
    site = Site(world.clock)
    asking = scans(world, site)
    paths = [each.removeprefix(SITE) for each in _asked(asking, site)]
    site.answers = {paths[3]: KeyboardInterrupt()}
    with pytest.raises(KeyboardInterrupt):
        asking.scan("jira-main", ADMIN, limits=FAST)
    told = details(world.database.audit[-1])
    assert (told["asked"], told["stopped"]) == (3, "interrupted")


def test_each_answer_says_what_a_gateway_makes_of_the_call_today(world: World) -> None:
    text = (
        '[legacy]\nanonymous = "observe"\nreason = "looking"\n'
        '[[legacy.exception]]\nname = "info"\nway = "anonymous"\neffect = "block"\n'
        f'until = 2999-01-01\npaths = ["{INFO}"]\nreason = "closed"\n'
        '[[legacy.exception]]\nname = "over"\nway = "anonymous"\neffect = "allow"\n'
        'until = 2001-01-01\nreason = "over"\n'
    )
    asking = scans(world, Site(world.clock, otherwise=200))
    before = asking.scan("jira-main", ADMIN, limits=FAST)
    assert (before.effect, before.policy, before.exceptions) == (LegacyEffect.BLOCK, "", ())
    assert not any(each.is_open_at_gateways for each in before.answers)
    PolicyOffice(world).policies.apply("jira-main", text, ADMIN)
    after = asking.scan("jira-main", ADMIN, limits=FAST)
    assert (after.effect, after.rule, after.policy) == (
        LegacyEffect.OBSERVE,
        "legacy.anonymous",
        "jira-main@1",
    )
    assert [each.name for each in after.exceptions] == ["info"]
    closed = [each for each in after.answers if not each.is_open_at_gateways]
    assert {(each.operation.template, each.rule) for each in closed} == {
        (INFO, "legacy.exception.info")
    }


def test_progress_is_told(world: World) -> None:
    told: list[tuple[int, int]] = []
    scans(world, Site(world.clock)).scan(
        "jira-main",
        ADMIN,
        limits=ScanLimits(most=3),
        progress=lambda asked, of: told.append((asked, of)),
    )
    assert told == [(1, 3), (2, 3), (3, 3)]


def _asked(asking: AnonymousScans, site: Site) -> list[str]:
    asking.scan("jira-main", ADMIN, limits=ScanLimits(most=5))
    return site.asked[:5]
