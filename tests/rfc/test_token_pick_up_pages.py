"""A token that somebody made for a user is picked up by that user alone, once, within a day."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.api_tokens import ApiTokenStatus, Presentation
from tests.mail_servers import LocalMailServer
from tests.rfc.mail_world import DAY, MailWorld, overrides
from tests.rfc.server_log import logging_as_a_worker
from tests.rfc.sinks import leaks, written_below

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

pytestmark = pytest.mark.rule("AK-01")

PICK_UP = "/account/pick-up"


@pytest.fixture
def mail(make_world: Callable[..., PeopleWorld]) -> Iterator[MailWorld]:
    with LocalMailServer() as server:
        yield MailWorld(make_world(**overrides(server)), server)


@pytest.mark.feature(17)
def test_the_mail_brings_a_link_and_no_secret(mail: MailWorld) -> None:
    mail.offer(mail.pending())
    (received,) = mail.deliver()
    assert received.recipient == "ada@example.test"
    assert received.message["Subject"] == "Pick up your API token “Export <to> BI”"
    assert "Export &lt;to&gt; BI" in received.html
    for body in (received.text, received.html):
        assert "https://auth.example.test/account/pick-up/asv_pu_" in body
        assert "asv_pat_" not in body


@pytest.mark.feature(17)
def test_the_way_from_the_mail_to_the_token_works_without_javascript(mail: MailWorld) -> None:
    link = mail.link()
    browser = mail.people.browser()
    page = browser.get(link, cross_site=True)
    assert page.path == "/login"
    page = mail.people.sign_in(browser)
    assert page.path == PICK_UP
    assert "Export <to> BI" in page.texts["content"]
    assert "jira-main" in page.texts["content"]
    assert "asv_" not in page.text
    page = browser.click("pick-up")
    assert page.status == 200
    value = page.texts["token"]
    assert value.startswith("asv_pat_")
    assert page.texts["basic-name"] == "ada"
    assert "Bearer" in page.texts["content"]
    assert page.headers["cache-control"] == "no-store"
    token = mail.token()
    assert token.status is ApiTokenStatus.ENABLED
    mail.people.installation.poll()
    assert mail.people.lane.is_active(mail.people.jira, value)


@pytest.mark.feature(17)
def test_until_it_is_picked_up_there_is_no_secret_at_all(mail: MailWorld) -> None:
    link = mail.link()
    browser = mail.people.signed_in()
    for _ in range(3):
        assert browser.get(link).path == PICK_UP
    assert mail.token().secret is None


def refused(page: Page, status: int, title: str) -> None:
    assert (page.status, page.title) == (status, f"{title} · authserver")
    assert "asv_pat_" not in page.text


@pytest.mark.feature(17)
def test_the_second_click_is_too_late(mail: MailWorld) -> None:
    link = mail.link()
    browser = mail.people.signed_in()
    browser.get(link)
    form = browser.page.forms["pick-up-form"]
    value = browser.click("pick-up").texts["token"]
    refused(browser.get(link), 410, "Already picked up")
    refused(browser.post(PICK_UP, form.fields), 410, "Already picked up")
    refused(mail.people.signed_in().get(link), 410, "Already picked up")
    assert mail.token().secret is not None
    assert mail.people.lane.is_active(mail.people.jira, value)


@pytest.mark.feature(17)
def test_after_a_day_it_is_too_late(mail: MailWorld) -> None:
    link = mail.link()
    mail.people.clock.advance(DAY)
    refused(mail.people.signed_in().get(link), 410, "Too late")
    assert mail.token().status is ApiTokenStatus.PENDING


@pytest.mark.feature(17)
def test_another_user_finds_nothing_and_spoils_nothing(mail: MailWorld) -> None:
    link = mail.link()
    browser = mail.people.signed_in(mail.bob())
    refused(browser.get(link), 404, "Nothing to pick up")
    refused(browser.get(link[:-1] + ("a" if link[-1] != "a" else "b")), 404, "Nothing to pick up")
    assert mail.people.signed_in().get(link).status == 200


def test_without_the_ticket_there_is_nothing(mail: MailWorld) -> None:
    mail.link()
    refused(mail.people.signed_in().get(PICK_UP), 404, "Nothing to pick up")


def test_who_has_not_signed_in_a_short_time_ago_does_so_again(mail: MailWorld) -> None:
    link = mail.link()
    browser = mail.people.signed_in()
    mail.people.clock.advance(1800)
    page = browser.get(link)
    assert page.path == "/login"
    page = mail.people.sign_in(browser)
    assert page.path == PICK_UP
    mail.people.clock.advance(1800)
    page = browser.click("pick-up")
    assert page.path == "/login"
    assert mail.token().secret is None


def test_no_other_site_picks_up(mail: MailWorld) -> None:
    link = mail.link()
    browser = mail.people.signed_in()
    browser.get(link)
    form = browser.page.forms["pick-up-form"]
    assert browser.post(PICK_UP, form.fields, cross_site=True).status == 403
    assert browser.post(PICK_UP, {"csrf": "x"}).status == 403
    assert browser.post(PICK_UP, {}).status == 403
    assert mail.token().secret is None


def test_a_token_is_used_as_it_may_be(mail: MailWorld) -> None:
    only = frozenset({Presentation.BEARER})
    browser = mail.people.signed_in()
    browser.get(mail.link(mail.pending(presentations=only)))
    page = browser.click("pick-up")
    assert "basic-name" not in page.texts
    assert "Bearer" in page.texts["content"]


def test_whose_credentials_rest_is_told_so(mail: MailWorld) -> None:
    link = mail.link()
    browser = mail.people.signed_in()
    with mail.people.container.database.writing() as stores:
        ada = stores.users.get(mail.people.ada.subject)
        assert ada is not None
        stores.users.save(replace(ada, credentials_disabled_at=mail.people.clock.now()))
    refused(browser.get(link), 403, "Not now")


@pytest.mark.parametrize("language", ["de-DE", "en"])
def test_the_pages_speak_the_readers_language(mail: MailWorld, language: str) -> None:
    browser = mail.people.signed_in()
    page = browser.get(mail.link(), headers={"Accept-Language": language})
    assert page.title.startswith("Ihr API-Token" if language == "de-DE" else "Pick up your")


@pytest.mark.rule("AU-01", "AK-04")
def test_neither_log_nor_database_nor_address_holds_ticket_or_token(
    mail: MailWorld, capfd: pytest.CaptureFixture[str]
) -> None:
    token = mail.pending()
    with logging_as_a_worker():
        mail.server.answers["DATA"] = ["451 try later"]
        mail.offer(token)
        mail.deliver()
        waiting = written_below(mail.people.installation.folder)
        mail.people.clock.advance(120)
        (received,) = mail.deliver()
        link = next(word for word in received.text.split() if PICK_UP in word)
        path = link.removeprefix("https://auth.example.test")
        ticket = path.rpartition("/")[2]
        browser = mail.people.browser()
        seen = [browser.get(path, follow=False), browser.get(path)]
        seen.append(mail.people.sign_in(browser))
        seen.append(browser.click("pick-up"))
        value = seen[-1].texts["token"]
        browser.get(path)
        browser.get(path + "x")
    sinks = written_below(mail.people.installation.folder)
    sinks["log"] = "".join(capfd.readouterr()).encode()
    assert b"pick-up" in sinks["log"]
    secrets = {"ticket": ticket, "token": value}
    sinks |= {f"{name} while it waited": content for name, content in waiting.items()}
    assert leaks(sinks, secrets) == []
    addresses = {page.url: (page.url + page.location).encode() for page in seen[2:]}
    assert leaks(addresses, secrets) == []
    assert ticket not in seen[0].location
