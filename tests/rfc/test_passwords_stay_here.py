"""An app that a user lets in gets tokens: at no hop does the user's password reach it."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from typing import TYPE_CHECKING
from urllib.parse import quote, quote_plus

import pytest

from tests.people.cast import PASSWORD
from tests.rfc.server_log import logging_as_a_worker
from tests.rfc.sinks import written_below

if TYPE_CHECKING:
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

pytestmark = pytest.mark.feature(19)


def spellings(password: str) -> set[bytes]:
    """The password as it could stand in an address, a header or a body."""
    plain = password.encode()
    basic = b64encode(b"ada:" + plain)
    texts = {quote(password), quote_plus(password), password}
    return {
        plain,
        basic,
        b64encode(plain),
        urlsafe_b64encode(plain),
        plain.hex().encode(),
        *(each.encode() for each in texts),
    }


def written(page: Page) -> bytes:
    """Everything of one answer: where it leads, its headers, and its body."""
    return f"{page.url}\n{page.location}\n{page.headers}\n{page.text}".encode()


def test_no_hop_of_a_consent_carries_the_password_to_the_app(
    world: PeopleWorld, capfd: pytest.CaptureFixture[str]
) -> None:
    browser, app = world.browser(), world.web_app
    traffic: dict[str, bytes] = {}
    with logging_as_a_worker():
        traffic["the sign-in page"] = written(world.authorize(browser, app))
        consent = world.sign_in(browser)
        traffic["the consent page"] = written(consent)
        # Where the browser goes from here, the app sees: code, state and issuer alone.
        landed = browser.click("allow")
        traffic["the redirect to the app"] = written(landed)
        assert landed.location.startswith(app.redirect_uri)
        assert set(landed.answer) == {"code", "state", "iss"}
        answer = world.redeem(app, landed.answer["code"])
        traffic["the token answer"] = repr((answer.headers, answer.body)).encode()
        token = str(answer.json["access_token"])
        told = world.lane.get("/oauth2/userinfo", headers={"Authorization": f"Bearer {token}"})
        traffic["what the app learns of the user"] = repr((told.headers, told.body)).encode()
    assert answer.status == 200
    traffic["the traffic log"] = "".join(capfd.readouterr()).encode()
    assert b"/oauth2/token" in traffic["the traffic log"]
    traffic |= {
        f"written: {name}": data for name, data in written_below(world.installation.folder).items()
    }
    found = [
        name
        for name, data in traffic.items()
        for spelling in spellings(PASSWORD)
        if spelling in data
    ]
    assert found == []
