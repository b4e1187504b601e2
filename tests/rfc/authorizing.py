"""What tests of the authorization endpoint look for in its answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from tests.people.world import AUTHORIZE, ISSUER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.people.browser import Browser
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

    Fields = Mapping[str, str] | Sequence[tuple[str, str]]

STATE: Final = "state-of-the-app"


def assert_local(page: Page, *, error: str = "invalid_request") -> None:
    """NR400: an error page of ours, and nothing that leads anywhere else."""
    assert page.status == 400, (page.status, page.location)
    assert page.location == ""
    assert page.headers["content-type"].startswith("text/html")
    assert page.texts["error"] == error
    assert "refresh" not in page.headers
    assert 'http-equiv="refresh"' not in page.text.lower()


def assert_too_long(page: Page) -> None:
    """The address is longer than any may be: refused before anything of it is read."""
    assert (page.status, page.location) == (414, "")


def assert_told(page: Page, error: str, *, redirect_uri: str, state: str | None = STATE) -> str:
    """The error went to the client, once, with `state` and `iss`; its description."""
    assert page.status == 303, (page.status, page.texts)
    sent, wanted = urlsplit(page.location), urlsplit(redirect_uri)
    assert (sent.scheme, sent.netloc, sent.path) == (wanted.scheme, wanted.netloc, wanted.path)
    answer = dict(page.answer)
    description = answer.pop("error_description")
    expected = {"error": error, "iss": ISSUER} | ({} if state is None else {"state": state})
    assert answer == expected
    assert description.isascii()
    return description


def asked_for(world: PeopleWorld, browser: Browser, query: str) -> Page:
    """What the endpoint answers to a query as it stands: the first answer that is no step."""
    return browser.get(f"{AUTHORIZE}?{query}", cross_site=True)


def rows_of_codes(world: PeopleWorld) -> int:
    """How many codes there are."""
    with world.container.database.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM authorization_codes")
        return int(found.scalar_one())


def rows_of_requests(world: PeopleWorld) -> int:
    """How many requests are under way or were."""
    with world.container.database.engine.connect() as connection:
        found = connection.exec_driver_sql("SELECT count(*) FROM authorization_requests")
        return int(found.scalar_one())
