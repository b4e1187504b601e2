"""Whoever allows a device must still be signed in when that is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.calls import Call
from authserver.services.sessions import SignedIn, SignedOut
from tests.rfc.devices import add_device_app, begin

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.clients import Client
    from tests.people.world import PeopleWorld


def end_the_session(world: PeopleWorld) -> None:
    world.container.sessions.end_all(world.ada.subject, act=world.container.operator)


def stop_the_user_for_a_while(world: PeopleWorld) -> None:
    world.container.users.disable("ada", world.container.operator)
    world.container.users.enable("ada", world.container.operator)


def reset_the_password(world: PeopleWorld) -> None:
    world.container.users.reset_password("ada", world.container.operator)


def signed_in(world: PeopleWorld) -> SignedIn:
    """Ada's session, as a request found it when it came in."""
    world.signed_in()
    (session,) = world.container.sessions.list(world.ada.subject)
    return SignedIn(session, world.container.users.get("ada").user)


@pytest.mark.parametrize(
    "happens", [end_the_session, stop_the_user_for_a_while, reset_the_password]
)
def test_whoever_was_signed_out_meanwhile_allows_no_device(
    world: PeopleWorld, happens: Callable[[PeopleWorld], None]
) -> None:
    device = begin(world, add_device_app(world))
    found = signed_in(world)
    happens(world)
    call = Call(world.clock.now(), "request", "198.51.100.7")
    with pytest.raises(SignedOut):
        world.container.device_answers.allow(device.user_code, found, call)
    assert device.poll().error == (400, "authorization_pending")
    assert world.container.consents.list(world.ada.subject) == []


def test_whoever_was_signed_out_meanwhile_is_asked_to_sign_in(
    world: PeopleWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    device = begin(world, add_device_app(world))
    browser = world.signed_in()
    device.enter(browser)
    answers = world.container.device_answers
    allow = answers.allow

    def too_late(typed: str, found: SignedIn, call: Call) -> Client:
        end_the_session(world)
        return allow(typed, found, call)

    monkeypatch.setattr(answers, "allow", too_late)
    assert browser.click("allow").path == "/login"
    assert device.poll().error == (400, "authorization_pending")
