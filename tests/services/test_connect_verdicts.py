"""A Connect JWT counts for the call it was signed for, at its site, once or for a short time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.connect_keys import ConnectAccess, ConnectProblem
from authserver.domain.resources import ResourceKind
from authserver.services.clients import ClientUpdate
from authserver.services.connect_verdicts import LONGEST_AGE, LONGEST_LIFE, connect_base_path
from tests.connect.signing import (
    APP,
    TARGET,
)
from tests.connect.sites import CLIENT, ConnectSite
from tests.services.world import ADMIN, ISSUER, JIRA, World

if TYPE_CHECKING:
    from collections.abc import Mapping

JIRA_MAIN = JIRA.replace("jira", "jira-main")


@pytest.fixture
def site(world: World) -> ConnectSite:
    return ConnectSite(world)


def test_a_good_jwt_is_worth_what_its_key_gives(site: ConnectSite) -> None:
    now = int(site.world.clock.now())
    access = site.good(site.jwt(jti="one"))
    assert access == ConnectAccess(
        issuer=APP,
        subject=f"client:{CLIENT}",
        audience=site.world.database.state.resources["jira-main"].identifier,
        client_id=CLIENT,
        scopes=frozenset({"READ"}),
        issued_at=now,
        expires_at=now + 180,
        token_id=f"connect:jira-main:{APP}:one",
        grant_id="",
        has_own_id=True,
    )


def test_a_site_without_keys_has_nothing_to_say(site: ConnectSite) -> None:
    site.world.add_resource("wiki")
    assert site.judge(site.jwt(), resource="wiki") is None
    assert site.judge("not a JWT", resource="wiki") is None


@pytest.mark.parametrize(
    ("method", "target"),
    [
        ("POST", TARGET),
        ("HEAD", TARGET),
        ("GET", "/rest/api/2/issue/AB-2?fields=summary"),
        ("GET", "/rest/api/2/issue/AB-1"),
        ("GET", "/rest/api/2/issue/AB-1?fields=*all"),
        ("GET", "/rest/api/2/issue/AB-1?fields=summary&expand=changelog"),
        ("GET", "/rest/api/2/issue/AB-1?fields=summary&__proto__=x"),
        ("GET", "/rest/api/2/issue/AB-1?fields=summary&x=%ff"),
    ],
)
def test_it_counts_for_no_other_call(site: ConnectSite, method: str, target: str) -> None:
    unfit = site.unfit(site.jwt(), method, target)
    assert unfit.problem is ConnectProblem.QUERY_HASH_WRONG
    assert unfit.issuer == APP


def test_the_base_path_of_the_site_is_not_signed(world: World) -> None:
    world.add_resource("below", context_path="/jira")
    site = ConnectSite(world)
    world.clients.update(CLIENT, ClientUpdate(resources=("jira-main", "below")), ADMIN)
    site.add(resource="below")
    jwt = site.jwt("GET", TARGET)
    site.good(jwt, "GET", "/jira" + TARGET, resource="below")
    unfit = site.unfit(site.jwt("GET", "/jira" + TARGET), "GET", "/jira" + TARGET, resource="below")
    assert unfit.problem is ConnectProblem.QUERY_HASH_WRONG


def test_in_confluence_cloud_wiki_belongs_to_the_base(site: ConnectSite) -> None:
    resource = site.world.database.state.resources["jira-main"]
    wiki = replace(
        resource,
        kind=ResourceKind.CONFLUENCE_CLOUD,
        url="https://example.atlassian.net",
        context_path="",
    )
    assert connect_base_path(wiki) == "/wiki"
    assert connect_base_path(replace(wiki, url=wiki.url + "/wiki")) == "/wiki"
    assert connect_base_path(replace(wiki, kind=ResourceKind.JIRA_CLOUD)) == ""


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"qsh": ...}, ConnectProblem.CLAIM_MISSING),
        ({"iat": ...}, ConnectProblem.CLAIM_MISSING),
        ({"exp": ...}, ConnectProblem.CLAIM_MISSING),
        ({"exp": "soon"}, ConnectProblem.CLAIM_MISSING),
        ({"exp": True}, ConnectProblem.CLAIM_MISSING),
        ({"jti": ""}, ConnectProblem.CLAIM_MISSING),
        ({"jti": "a\nb"}, ConnectProblem.CLAIM_MISSING),
        ({"jti": "\ud800"}, ConnectProblem.MALFORMED),
        ({"jti": 7}, ConnectProblem.CLAIM_MISSING),
        ({"aud": []}, ConnectProblem.CLAIM_MISSING),
        ({"aud": [7]}, ConnectProblem.CLAIM_MISSING),
        ({"qsh": "context-qsh"}, ConnectProblem.CONTEXT_TOKEN),
        ({"qsh": "f" * 64}, ConnectProblem.QUERY_HASH_WRONG),
        ({"qsh": "ü" * 64}, ConnectProblem.QUERY_HASH_WRONG),
        ({"qsh": "\udc80"}, ConnectProblem.MALFORMED),
        ({"iss": "com.example.other"}, ConnectProblem.ISSUER_UNKNOWN),
        ({"iss": APP.upper()}, ConnectProblem.ISSUER_UNKNOWN),
        ({"aud": "https://elsewhere.example"}, ConnectProblem.AUDIENCE_NOT_ACCEPTED),
        ({"aud": ["https://elsewhere.example"]}, ConnectProblem.AUDIENCE_NOT_ACCEPTED),
        ({"sub": "557058:alice"}, ConnectProblem.SUBJECT_NOT_ACCEPTED),
    ],
)
def test_what_it_says_must_fit(
    site: ConnectSite, changes: Mapping[str, Any], problem: ConnectProblem
) -> None:
    assert site.unfit(site.jwt(**changes)).problem is problem


@pytest.mark.parametrize(
    "audience", [JIRA_MAIN, [JIRA_MAIN + "/"], [ISSUER], ["https://elsewhere.example", JIRA_MAIN]]
)
def test_an_audience_may_name_the_site_or_us(site: ConnectSite, audience: object) -> None:
    site.good(site.jwt(aud=audience, sub=APP))


def test_an_audience_may_name_the_sites_key_in_connect(world: World) -> None:
    site = ConnectSite(world, audience="jira:1234-5678-9000")
    site.good(site.jwt(aud=["jira:1234-5678-9000"], sub="jira:1234-5678-9000"))
    for aud in ("jira:1234", "jira:1234-5678-9000/", "JIRA:1234-5678-9000"):
        assert site.unfit(site.jwt(aud=[aud])).problem is ConnectProblem.AUDIENCE_NOT_ACCEPTED


@pytest.mark.parametrize(
    ("changes", "later", "problem"),
    [
        ({}, 180, ConnectProblem.EXPIRED),
        ({}, 10_000, ConnectProblem.EXPIRED),
        ({}, -31, ConnectProblem.NOT_YET_VALID),
        ({"life": LONGEST_LIFE}, LONGEST_AGE, ConnectProblem.TOO_OLD),
        ({"life": LONGEST_LIFE + 1}, 0, ConnectProblem.LIFE_TOO_LONG),
        ({"life": 0}, 0, ConnectProblem.LIFE_TOO_LONG),
        ({"life": -60}, -100, ConnectProblem.LIFE_TOO_LONG),
        ({"nbf": 40}, 0, ConnectProblem.NOT_YET_VALID),
    ],
)
def test_it_counts_in_its_time_only(
    site: ConnectSite, changes: Mapping[str, int], later: int, problem: ConnectProblem
) -> None:
    now = int(site.world.clock.now())
    stated: dict[str, Any] = {"exp": now + changes.get("life", 180)}
    if "nbf" in changes:
        stated["nbf"] = now + changes["nbf"]
    jwt = site.jwt(**stated)
    site.world.clock.advance(later)
    assert site.unfit(jwt).problem is problem


def test_at_the_edges_of_its_time_it_counts(site: ConnectSite) -> None:
    now = int(site.world.clock.now())
    short, long = site.jwt(), site.jwt(exp=now + LONGEST_LIFE)
    site.world.clock.advance(-30)
    site.good(short)
    site.world.clock.advance(30 + 179)
    site.good(short)
    site.world.clock.advance(LONGEST_AGE - 180)
    assert site.good(long).expires_at == now + LONGEST_AGE
