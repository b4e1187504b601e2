"""Whether mail arrives is seen at the console, too; and why not, when it does not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.users import PersonalData
from authserver.services.audit_searches import SearchTerms
from tests.mail_servers import LocalMailServer
from tests.rfc.mail_world import overrides

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.people.browser import Browser
    from tests.people.world import PeopleWorld

    MakeWorld = Callable[..., PeopleWorld]

PAGE: Final = "/admin/mails/-/test"
OLIVE: Final = PersonalData(email="olive@example.test", locale="en")


@pytest.fixture
def server() -> Iterator[LocalMailServer]:
    """A mail server that takes everything."""
    with LocalMailServer() as made:
        yield made


@pytest.fixture
def posted(make_world: MakeWorld, server: LocalMailServer) -> PeopleWorld:
    """A world whose mail goes to that server."""
    return make_world(**overrides(server))


def owner(world: PeopleWorld) -> Browser:
    """At the console, a moment after the sign-in."""
    return world.signed_in(world.user("olive", is_administrator=True, data=OLIVE))


def recorded(world: PeopleWorld) -> list[object]:
    records = world.container.audit.search(SearchTerms(action="mail.tested")).records
    return [(each.details["to"], each.details["via"]) for each in records]


def test_a_mail_goes_to_oneself_unless_somebody_else_is_named(
    posted: PeopleWorld, server: LocalMailServer
) -> None:
    browser = owner(posted)
    browser.get("/admin/mails/preview")
    assert "test" in browser.page.texts
    assert "also" in browser.get("/admin/mails").texts
    page = browser.get(PAGE)
    assert page.forms["mail_test"].fields["to"] == "olive@example.test"
    page = browser.submit("mail_test")
    assert "has taken the mail" in page.texts["done"]
    browser.submit("mail_test", {"to": "ada@example.org", "language": "de"})
    first, second = server.received
    assert (first.recipient, first.message["Subject"]) == ("olive@example.test", "Mail works")
    assert (second.recipient, second.message["Subject"]) == (
        "ada@example.org",
        "E-Mail funktioniert",
    )
    assert recorded(posted) == [
        ("ada@example.org", "console"),
        ("olive@example.test", "console"),
    ]


def test_a_second_click_sends_no_second_mail(posted: PeopleWorld, server: LocalMailServer) -> None:
    browser = owner(posted)
    form = browser.get(PAGE).forms["mail_test"].fields
    first, second = (browser.post(PAGE, form, follow=False) for _ in range(2))
    assert (first.status, first.location) == (second.status, second.location)
    assert len(server.received) == len(recorded(posted)) == 1


def test_what_the_mail_server_has_against_it_is_said(
    posted: PeopleWorld, server: LocalMailServer
) -> None:
    server.answers["RCPT"] = ["550 no such user here"]
    browser = owner(posted)
    browser.get(PAGE)
    page = browser.submit("mail_test")
    assert page.status == 400
    assert "550 no such user here" in page.texts["errors"]
    page = browser.submit("mail_test")
    assert "has taken the mail" in page.texts["done"], "the page has another number by then"


def test_what_is_no_address_gets_no_mail(posted: PeopleWorld, server: LocalMailServer) -> None:
    browser = owner(posted)
    browser.get(PAGE)
    page = browser.submit("mail_test", {"to": "ada@example.org, bob@example.org"})
    assert page.status == 400
    assert "one e-mail address" in page.texts["to-error"]
    assert not server.received
    assert not recorded(posted)


def test_where_mail_is_off_nothing_is_sent_and_the_page_says_so(world: PeopleWorld) -> None:
    browser = owner(world)
    page = browser.get(PAGE)
    assert "mail.host" in page.texts["off"]
    page = browser.submit("mail_test")
    assert page.status == 400
    assert "mail is off" in page.texts["errors"]
    assert not recorded(world)
