"""Whoever allows an app must still be signed in when that is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.calls import Call
from authserver.services.sessions import SignedIn

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.people.world import PeopleWorld


def end_the_session(world: PeopleWorld) -> None:
    world.container.sessions.end_all(world.ada.subject, act=world.container.operator)


def reset_the_password(world: PeopleWorld) -> None:
    world.container.users.reset_password("ada", world.container.operator)


def nothing(world: PeopleWorld) -> None:
    del world


@pytest.mark.parametrize(
    ("happens", "remembered"), [(nothing, 1), (end_the_session, 0), (reset_the_password, 0)]
)
def test_what_somebody_allows_who_was_signed_out_meanwhile_is_not_remembered(
    world: PeopleWorld, happens: Callable[[PeopleWorld], None], remembered: int
) -> None:
    browser = world.signed_in()
    page = world.authorize(browser, world.web_app)
    request_id = page.forms["consent"].fields["request"]
    (session,) = world.container.sessions.list(world.ada.subject)
    found = SignedIn(session, world.container.users.get("ada").user)
    happens(world)
    call = Call(world.clock.now(), "request", "198.51.100.7")
    cookie = browser.jar.value("__Host-authserver-browser")
    world.container.user_answers.allow(request_id, cookie, found, call)
    assert len(world.container.consents.list(world.ada.subject)) == remembered
