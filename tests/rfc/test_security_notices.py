"""Users are told by mail what happened to their accounts: once an hour, and with no secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.mail import MailKind
from authserver.services.security_notices import NOTICES
from tests.federation.world import FederatedWorld
from tests.mail_servers import LocalMailServer
from tests.rfc.devices import add_device_app, begin
from tests.rfc.mail_world import MailWorld, overrides
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.mail_servers import Received
    from tests.people.browser import Browser
    from tests.people.world import PeopleWorld

HOUR: Final = 3600.0
ALERTED: Final = "security@example.test"


@pytest.fixture
def mail(make_world: Callable[..., PeopleWorld]) -> Iterator[MailWorld]:
    with LocalMailServer() as server:
        settings = overrides(server, ",".join(NOTICES))
        settings["AUTHSERVER_MAIL_ALERT_ADDRESSES"] = ALERTED
        yield MailWorld(make_world(**settings), server)


def about(received: list[Received]) -> list[tuple[str, str]]:
    return sorted((each.recipient, each.message["Subject"]) for each in received)


def settled(mail: MailWorld) -> Browser:
    """A browser that ada uses, of which she was told."""
    browser = mail.people.signed_in()
    mail.deliver()
    return browser


def reuse(mail: MailWorld, browser: Browser) -> str:
    """Present a refresh token long after it was used; the token."""
    world = mail.people
    tokens = world.tokens(world.web_app, browser, scope="openid READ offline_access")
    used = str(tokens["refresh_token"])
    assert world.refresh(world.web_app, used).status == 200
    world.clock.advance(60)
    assert world.refresh(world.web_app, used).error == (400, "invalid_grant")
    return used


def test_a_sign_in_in_a_new_browser_is_told_once_an_hour(mail: MailWorld) -> None:
    browser = mail.people.signed_in()
    mail.people.signed_in()
    (received,) = mail.deliver()
    assert about([received]) == [("ada@example.test", "New sign-in to your account")]
    assert "198.51.100.7" in received.text
    assert "https://auth.example.test/account/sessions" in received.text
    mail.people.clock.advance(HOUR)
    mail.people.signed_in(browser=browser)
    assert mail.deliver() == []
    mail.people.signed_in()
    assert len(mail.deliver()) == 1


def test_a_device_that_got_leave_is_told(mail: MailWorld) -> None:
    app = add_device_app(mail.people)
    browser = settled(mail)
    device = begin(mail.people, app)
    assert mail.deliver() == []
    device.enter(browser)
    browser.click("allow")
    (received,) = mail.deliver()
    assert received.recipient == "ada@example.test"
    assert "may now act for you on a device" in received.message["Subject"]
    assert "https://auth.example.test/account/authorizations" in received.text
    assert "198.51.100.7" in received.text
    for code in (device.told["device_code"], device.told["user_code"]):
        assert str(code) not in received.text + received.html


def test_a_device_that_got_no_leave_is_no_news(mail: MailWorld) -> None:
    app = add_device_app(mail.people)
    browser = settled(mail)
    begin(mail.people, app).enter(browser)
    browser.click("deny")
    assert mail.deliver() == []


def test_a_sign_in_at_a_provider_is_told_when_the_browser_is_new(mail: MailWorld) -> None:
    federated = FederatedWorld(mail.people)
    federated.provider()
    browser = mail.people.browser()
    federated.sign_in(browser)
    # Whoever came here for the first time has no browser that could be a known one.
    first = about(mail.deliver())
    federated.sign_in(browser, target="/login?next=/account&again=yes")
    assert mail.deliver() == [], first
    mail.people.clock.advance(HOUR)
    federated.sign_in(mail.people.browser(peer="203.0.113.77"))
    (received,) = mail.deliver()
    assert received.message["Subject"] == "New sign-in to your account"
    assert "203.0.113.77" in received.text


def test_a_refresh_token_that_comes_twice_alerts_its_user_and_the_addresses_of_the_settings(
    mail: MailWorld,
) -> None:
    used = reuse(mail, settled(mail))
    received = mail.deliver()
    assert about(received) == [
        ("ada@example.test", "Access of “Web app” was ended"),
        (ALERTED, "Alert: a token of ada came twice"),
    ]
    assert not any(used in each.text + each.html for each in received)


def test_a_new_token_is_told_to_its_owner_without_its_secret(mail: MailWorld) -> None:
    token = mail.pending()
    container = mail.people.container
    with container.database.writing() as stores:
        link = container.token_pick_ups.link_in(stores, token, container.operator)
    browser = settled(mail)
    browser.get(link)
    value = browser.click("pick-up").texts["token"]
    (received,) = mail.deliver()
    assert received.message["Subject"] == "New API token “Export <to> BI”"
    assert value not in received.text + received.html
    assert "Export &lt;to&gt; BI" in received.html


def test_who_does_without_a_notice_gets_none_but_alerts_come_always(mail: MailWorld) -> None:
    browser = settled(mail)
    watch = Watch(mail.people.installation)
    browser.get("/account/notices")
    page = browser.submit("notices", {MailKind.NEW_SIGN_IN: None})
    assert "done" in page.texts
    me = {"kind": "user", "id": mail.people.ada.subject}
    record = watch.one("user.notices_chosen", actor=me, object=me, outcome="success")
    assert record["details"]["after"] == {"muted": ["new-sign-in"]}
    assert len(mail.deliver()) == 1
    mail.people.clock.advance(HOUR)
    other = mail.people.signed_in()
    assert mail.deliver() == []
    reuse(mail, other)
    assert len(mail.deliver()) == 2


def test_notices_that_the_settings_leave_out_are_not_sent(
    make_world: Callable[..., PeopleWorld],
) -> None:
    with LocalMailServer() as server:
        mail = MailWorld(make_world(**overrides(server, "device-allowed")), server)
        reuse(mail, mail.people.signed_in())
        assert mail.deliver() == []
