"""Whoever names a public client needs no credential: what it is refused is bounded."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.rfc.devices import add_device_app, begin

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
