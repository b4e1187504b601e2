"""Whoever names a public client needs no credential: what is recorded of it is bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.clients import ClientAuthMethod
from authserver.services.device_requests import BEGINNINGS_MOST
from tests.rfc.devices import add_device_app, asked, begin

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld

PEER = "203.0.113.78"
LIMIT = 20
"""Failures of one client from one network in a minute."""


@pytest.mark.parametrize(
    "form",
    [
        {"grant_type": "authorization_code", "code": "x"},
        {"grant_type": "refresh_token", "refresh_token": "x"},
        {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": "x"},
        {"grant_type": "client_credentials"},
    ],
)
def test_refusals_of_a_public_client_do_not_fill_the_record(
    world: PeopleWorld, form: dict[str, str]
) -> None:
    screen = add_device_app(world)
    sent = {"client_id": screen.client_id, **form}
    answers = [world.lane.post("/oauth2/token", sent, peer=PEER).status for _ in range(2 * LIMIT)]
    assert answers.count(400) == LIMIT
    assert answers[LIMIT:] == [429] * LIMIT
    assert len(world.installation.records("token.refused")) == LIMIT


def test_a_device_that_waits_fails_at_nothing(world: PeopleWorld) -> None:
    device = begin(world, add_device_app(world))
    for _ in range(2 * LIMIT):
        assert device.poll(after=7.0).error == (400, "authorization_pending")
    assert world.installation.records("token.refused") == []


def test_nobody_begins_devices_without_end(world: PeopleWorld) -> None:
    screen = add_device_app(world)
    told = [asked(world, screen) for _ in range(BEGINNINGS_MOST + 5)]
    assert [each.status for each in told] == [200] * BEGINNINGS_MOST + [429] * 5
    assert told[-1].error == (429, "temporarily_unavailable")
    assert 0 < int(told[-1].headers["retry-after"]) <= 60
    assert len(world.installation.records("device.requested")) == BEGINNINGS_MOST
    elsewhere = {"client_id": screen.client_id, "scope": "openid"}
    answer = world.lane.post("/oauth2/device_authorization", elsewhere, peer="203.0.113.10")
    assert answer.status == 200
    other = add_device_app(world, "other-screen")
    assert asked(world, other).status == 200
    world.clock.advance(60)
    assert asked(world, screen).status == 200


def test_a_client_that_authenticates_begins_as_many_devices_as_it_likes(world: PeopleWorld) -> None:
    box = add_device_app(world, "box", auth_method=ClientAuthMethod.SECRET_BASIC)
    statuses = {asked(world, box).status for _ in range(BEGINNINGS_MOST + 1)}
    assert statuses == {200}
