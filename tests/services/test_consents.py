from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.catalogue.loader import load_catalogue
from authserver.domain.audit import Actor, ActorKind, Outcome
from authserver.domain.consents import Consent
from authserver.domain.grants import Grant, GrantOrigin
from authserver.domain.requested_claims import RequestedClaims
from authserver.domain.scopes import Product, Risk
from authserver.services.administration import Act
from authserver.services.consent_questions import ConsentQuestions, Duration, Site
from authserver.services.consents import Answered, Consents
from authserver.services.refresh_rules import RefreshTimes
from tests.services.authorizations import ADA, CLIENT, client
from tests.services.world import ADMIN, ISSUER

if TYPE_CHECKING:
    from tests.services.world import World

JIRA = "https://jira-main.example.com"
MINE = Act(Actor(ActorKind.USER, ADA.subject), "r-9", "192.0.2.9")


@pytest.fixture
def consents(world: World) -> Consents:
    world.add_resource()
    with world.database.writing() as stores:
        stores.clients.add(CLIENT)
        stores.users.add(ADA)
    questions = ConsentQuestions(
        catalogue=load_catalogue().scopes, refresh_times=RefreshTimes(3600, 86_400)
    )
    return Consents(
        issuer=ISSUER, administration=world.administration, grants=world.grants, questions=questions
    )


def allow(world: World, consents: Consents, *scopes: str, audience: str = JIRA) -> None:
    with world.database.writing() as stores:
        consents.allow_in(
            stores, ADA.subject, "web-app", audience, frozenset(scopes), world.clock.now()
        )


def grant(world: World, grant_id: str, audience: str, client_id: str = "web-app") -> None:
    now = world.clock.now()
    made = Grant(
        grant_id=grant_id,
        client_id=client_id,
        subject=ADA.subject,
        audience=audience,
        resource="",
        scopes=frozenset({"openid"}),
        origin=GrantOrigin.CODE,
        session_id="",
        session_bound=False,
        nonce="",
        auth_time=now,
        acr="",
        amr=(),
        claims=RequestedClaims(),
        created_at=now,
        expires_at=now + 86_400,
    )
    with world.database.writing() as stores:
        stores.grants.add(made)


def live(world: World) -> set[str]:
    now = world.clock.now()
    return {each.grant_id for each in world.database.state.grants.values() if each.is_live(now)}


def test_what_is_allowed_is_added_to_what_was(world: World, consents: Consents) -> None:
    allow(world, consents, "openid")
    before = world.clock.now()
    world.clock.advance(60)
    allow(world, consents, "READ")
    kept = consents.remembered(ADA.subject, "web-app", JIRA)
    assert kept == Consent(
        ADA.subject, "web-app", JIRA, frozenset({"openid", "READ"}), before, before + 60
    )
    given = [each for each in world.database.audit if each.action == "consent.given"]
    assert [each.details["scope"] for each in given] == ["openid", "READ"]
    assert {each.actor.identifier for each in given} == {ADA.subject}


def test_a_refusal_is_on_record_and_nothing_else(world: World, consents: Consents) -> None:
    call = world.call()
    answered = Answered(ADA.subject, "web-app", JIRA, frozenset({"READ"}), call.at, call)
    with world.database.writing() as stores:
        consents.deny_in(stores, answered)
    (event,) = [each for each in world.database.audit if each.object_kind == "consent"]
    assert (event.action, event.outcome, event.peer) == (
        "consent.refused",
        Outcome.REFUSED,
        call.peer,
    )
    assert consents.list(ADA.subject) == []


def test_the_list_says_what_where_since_when_and_when_last(
    world: World, consents: Consents
) -> None:
    allow(world, consents, "openid", audience=ISSUER)
    world.clock.advance(10)
    allow(world, consents, "openid", "READ")
    grant(world, "g-1", JIRA)
    with world.database.writing() as stores:
        stores.grants.note_use("g-1", world.clock.now() + 5)
    first, second = consents.list(ADA.subject)
    assert (first.client_name, first.audience) == ("Web app", JIRA)
    assert first.site == Site("jira-main", "https://jira-main.example.com")
    assert first.last_used_at == world.clock.now() + 5
    assert first.allowed_at == world.clock.now()
    assert [line.name for group in first.groups for line in group.lines] == ["openid", "READ"]
    assert (second.site, second.last_used_at) == (None, None)


def test_what_is_gone_is_still_listed_by_its_name(world: World, consents: Consents) -> None:
    allow(world, consents, "openid", "lost:scope", audience="https://gone.example.com")
    with world.database.writing() as stores:
        consents.allow_in(
            stores, ADA.subject, "gone-app", ISSUER, frozenset({"openid"}), world.clock.now() - 1
        )
    first, second = consents.list(ADA.subject)
    assert first.site == Site("https://gone.example.com", "https://gone.example.com")
    lost = first.groups[-1].lines[0]
    assert (lost.title, lost.risk) == ("lost:scope", Risk.ADMIN)
    assert (second.client_name, second.publisher) == ("gone-app", "")


def test_taking_back_ends_all_of_it_there_and_nothing_elsewhere(
    world: World, consents: Consents
) -> None:
    allow(world, consents, "openid", "READ")
    allow(world, consents, "openid", audience=ISSUER)
    for grant_id, audience, client_id in (
        ("g-1", JIRA, "web-app"),
        ("g-2", JIRA, "web-app"),
        ("g-3", ISSUER, "web-app"),
        ("g-4", JIRA, "other"),
    ):
        grant(world, grant_id, audience, client_id)
    assert consents.revoke(ADA.subject, "web-app", JIRA, MINE)
    assert live(world) == {"g-3", "g-4"}
    assert [each.audience for each in consents.list(ADA.subject)] == [ISSUER]
    denied = [each.change.value for each in world.database.state.changes[-2:]]
    assert sorted(denied) == ["g-1", "g-2"]
    (event,) = [each for each in world.database.audit if each.action == "consent.revoked"]
    assert (event.actor, event.details) == (MINE.actor, {"subject": ADA.subject, "grants": 2})
    assert not consents.revoke(ADA.subject, "web-app", JIRA, MINE)


def test_the_question_names_everybody_and_everything(world: World, consents: Consents) -> None:
    asking = client(publisher="Example Ltd", policy_uri="https://app.example.com/privacy")
    scopes = frozenset({"openid", "email", "READ", "WRITE"})
    question = consents.question(asking, JIRA, "jira-main", scopes, None)
    assert (question.client_name, question.publisher) == ("Web app", "Example Ltd")
    assert question.policy_uri == "https://app.example.com/privacy"
    assert question.site == Site("jira-main", "https://jira-main.example.com")
    assert [group.product for group in question.groups] == [None, Product.DATA_CENTER]
    assert [line.name for line in question.groups[0].lines] == ["openid", "email"]
    assert [line.name for line in question.groups[1].lines] == ["WRITE", "READ"]
    assert question.groups[1].worst is Risk.DELETE
    assert (question.worst, question.count) == (Risk.DELETE, 4)
    assert not any(line.is_new for group in question.groups for line in group.lines)
    assert question.lifetime.duration is Duration.ONCE


def test_only_what_is_new_beside_what_is_known_is_marked(world: World, consents: Consents) -> None:
    known = Consent(ADA.subject, "web-app", JIRA, frozenset({"openid"}), 0.0, 0.0)
    question = consents.question(CLIENT, JIRA, "jira-main", frozenset({"openid", "READ"}), known)
    marked = {line.name for group in question.groups for line in group.lines if line.is_new}
    assert marked == {"READ"}
    nothing = replace(known, scopes=frozenset())
    question = consents.question(CLIENT, JIRA, "jira-main", frozenset({"openid"}), nothing)
    assert not question.groups[0].lines[0].is_new


@pytest.mark.parametrize(
    ("scopes", "session_refresh", "has_session", "duration"),
    [
        ({"openid"}, False, True, Duration.ONCE),
        ({"openid"}, True, True, Duration.SESSION),
        ({"openid", "offline_access"}, False, True, Duration.OFFLINE),
        ({"openid", "offline_access"}, True, True, Duration.OFFLINE),
        ({"openid", "offline_access"}, False, False, Duration.OFFLINE),
        ({"openid"}, False, False, Duration.ONCE),
    ],
)
def test_how_long_it_goes_on_is_what_the_grant_will_be(
    consents: Consents,
    scopes: set[str],
    session_refresh: bool,  # noqa: FBT001 - one column of the table
    has_session: bool,  # noqa: FBT001 - one column of the table
    duration: Duration,
) -> None:
    asking = client(session_refresh=session_refresh, refresh_idle_seconds=60)
    question = consents.question(
        asking, ISSUER, "", frozenset(scopes), None, has_session=has_session
    )
    assert question.lifetime.duration is duration
    assert (question.lifetime.idle_seconds, question.lifetime.absolute_seconds) == (60, 86_400)
    assert question.site is None


def test_a_deleted_site_is_still_named(world: World, consents: Consents) -> None:
    world.resources.delete("jira-main", ADMIN)
    question = consents.question(CLIENT, JIRA, "jira-main", frozenset({"READ"}), None)
    assert question.site is not None
