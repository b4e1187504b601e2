"""Request objects, which this server does not read (group A10)."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING

import pytest

from tests.rfc.authorizing import assert_local, assert_told, rows_of_codes
from tests.rfc.canary import Canary

if TYPE_CHECKING:
    from tests.people.world import PeopleWorld


def unsigned(**claims: object) -> str:
    """A request object without a signature."""

    def part(value: object) -> str:
        return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    return f"{part({'alg': 'none'})}.{part(claims)}."


@pytest.mark.rule("OI-06")
def test_a_request_object_is_refused_whatever_it_says(world: PeopleWorld) -> None:
    browser = world.signed_in()
    objects = (
        unsigned(client_id="web-app", scope="openid READ", state="inside"),
        unsigned(redirect_uri="https://evil.test/callback"),
        "nonsense",
    )
    for request in objects:
        page = world.authorize(browser, world.web_app, request=request)
        assert_told(page, "request_not_supported", redirect_uri=world.web_app.redirect_uri)
        page = world.authorize(
            browser, world.web_app, request=request, redirect_uri="https://evil.test"
        )
        assert_local(page)
    assert rows_of_codes(world) == 0


@pytest.mark.rule("OI-06")
def test_a_request_uri_is_refused_and_nothing_is_fetched(world: PeopleWorld) -> None:
    browser = world.signed_in()
    with Canary() as canary:
        for request_uri in (canary.url, "https://app.example.test/request", "file:///etc/passwd"):
            page = world.authorize(browser, world.web_app, request_uri=request_uri)
            assert_told(page, "request_uri_not_supported", redirect_uri=world.web_app.redirect_uri)
            browser.post("/oauth2/authorize", world.asked(world.web_app, request_uri=request_uri))
            pushed = world.asked(world.web_app, request_uri=request_uri, client_id=None)
            answer = world.lane.post("/oauth2/par", pushed, world.web_app.authorization)
            assert answer.error == (400, "invalid_request")
    assert canary.hits == 0
    assert rows_of_codes(world) == 0


@pytest.mark.rule("OI-06")
def test_metadata_says_so(world: PeopleWorld) -> None:
    metadata = world.lane.get("/.well-known/openid-configuration").json
    assert metadata["request_parameter_supported"] is False
    assert metadata["request_uri_parameter_supported"] is False
