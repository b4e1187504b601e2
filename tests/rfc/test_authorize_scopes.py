"""Scopes and resources of authorization requests (group A1)."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

from tests.rfc.authorizing import asked_for, assert_told, rows_of_codes

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld

CALLBACK = "https://app.example.test/callback"


@pytest.mark.rule("AZ-19")
def test_scopes_are_limited_to_the_clients(world: PeopleWorld) -> None:
    narrow = world.app("narrow", "https://narrow.example.test/cb", scopes=("openid", "READ"))
    browser = world.signed_in()
    refused = [
        "nonsense",
        "openid nonsense",
        "openid profile",
        "openid WRITE",
        "openid offline_access",
        "openid read:jira-work",
        "openid  READ",
        " openid",
        'openid "READ"',
        "openid\u00a0READ",
        " ".join(f"scope-{number}" for number in range(500)),
    ]
    for scope in refused:
        started = time.monotonic()
        page = world.authorize(browser, narrow, scope=scope)
        assert time.monotonic() - started < 2  # far above what it takes: 0.2 seconds are promised
        description = assert_told(page, "invalid_scope", redirect_uri=narrow.redirect_uri)
        assert "nonsense" not in description
    assert rows_of_codes(world) == 0


@pytest.mark.rule("AZ-19")
def test_what_is_granted_is_what_was_asked_and_told(world: PeopleWorld) -> None:
    for scope in ("openid", "openid READ", "openid email profile WRITE"):
        tokens = world.tokens(world.web_app, scope=scope)
        assert set(tokens["scope"].split()) == set(scope.split())
    everything = world.tokens(world.web_app, scope=None)
    assert set(everything["scope"].split()) == {
        "READ",
        "WRITE",
        "openid",
        "profile",
        "email",
        "groups",
    }


@pytest.mark.rule("AZ-19")
def test_resources_are_limited_to_the_clients(world: PeopleWorld) -> None:
    other = world.installation.site("jira-other", "jira-dc")
    browser = world.signed_in()
    asked = world.asked(world.web_app)
    refused = [
        [("resource", "https://nowhere.example.test")],
        [("resource", other.identifier)],
        [("resource", world.jira.identifier + "/")],
        [("resource", world.jira.identifier), ("resource", other.identifier)],
        [("resource", world.jira.identifier), ("resource", world.jira.identifier)],
    ]
    for resources in refused:
        page = asked_for(world, browser, urlencode([*asked.items(), *resources]))
        assert_told(page, "invalid_target", redirect_uri=CALLBACK)
    tokens = world.tokens(world.web_app, browser, resource=world.jira.identifier)
    assert world.lane.introspect(world.jira, tokens["access_token"])["active"] is True
