"""The ways in that the sign-in page offers, and to whom."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from authserver.domain.providers import DomainRouting, ProviderDomain, ProviderKind, ProviderStatus
from tests.federation.fake_provider import hang, html_answer
from tests.federation.world import asked, problem

if TYPE_CHECKING:
    from tests.federation.world import FederatedWorld
    from tests.people.pages import Page

OTHER = {"issuer": "https://other.example.net"}


def route(federated: FederatedWorld, routing: DomainRouting, domain: str = "example.com") -> None:
    """Lead a domain to the provider acme."""
    with federated.container.database.writing() as stores:
        stores.providers.put_domain(ProviderDomain(domain, "acme", routing, 0.0))


def offered(page: Page) -> list[str]:
    """The providers of the page, in its order."""
    paths = [urlsplit(each).path for each in page.links]
    return [path.rpartition("/")[2] for path in paths if path.startswith("/login/")]


def has_password(page: Page) -> bool:
    """Whether the page has the form for a password."""
    return "login" in page.forms


def test_without_providers_the_page_is_as_it_was(federated: FederatedWorld) -> None:
    page = federated.people.browser().get("/login")
    assert offered(page) == []
    assert has_password(page)
    assert "providers" not in page.texts


def test_providers_that_take_people_are_offered_as_links(federated: FederatedWorld) -> None:
    federated.provider("acme")
    federated.provider("other", fake=OTHER)
    federated.provider("off", fake={"issuer": "https://o1.example"}, status=ProviderStatus.DISABLED)
    federated.provider("api", fake={"issuer": "https://o2.example"}, accepts_login=False)
    page = federated.people.browser().get("/login")
    assert offered(page) == ["acme", "other"]
    assert has_password(page)
    assert page.texts["provider-acme"] == "Sign in with Acme"
    # Where a form may lead is as narrow as before.
    assert "form-action 'self';" in page.headers["content-security-policy"]


def test_the_page_speaks_german(federated: FederatedWorld) -> None:
    federated.provider()
    page = federated.people.browser().get("/login", headers={"Accept-Language": "de"})
    assert page.texts["provider-acme"] == "Mit Acme anmelden"


def test_the_button_leads_on_for_the_request_of_the_app(federated: FederatedWorld) -> None:
    federated.provider()
    people = federated.people
    browser = people.browser()
    people.authorize(browser, people.web_app, login_hint="grace@example.com")
    sent = asked(federated.press(browser))
    assert sent["login_hint"] == "grace@example.com"
    assert sent["response_type"] == "code"
    assert sent["scope"] == "openid profile email"


def test_entra_hears_the_domain_of_the_hint(federated: FederatedWorld) -> None:
    federated.provider(kind=ProviderKind.ENTRA)
    people = federated.people
    browser = people.browser()
    people.authorize(browser, people.web_app, login_hint="grace@example.com")
    assert asked(federated.press(browser))["domain_hint"] == "example.com"


@pytest.mark.rule("FE-01")
@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_nobody_elses_link_begins_a_sign_in(federated: FederatedWorld, site: str) -> None:
    federated.provider()
    browser = federated.people.browser()
    page = browser.get("/login/acme?next=/account/sessions", headers={"Sec-Fetch-Site": site})
    assert (page.status, page.path) == (200, "/login")
    assert offered(page) == ["acme"]
    assert "next=%2Faccount%2Fsessions" in page.url
    assert federated.sign_in(browser, target="").path == "/account/sessions"


def test_a_request_of_this_browser_begins_at_once_wherever_the_link_is(
    federated: FederatedWorld,
) -> None:
    federated.provider()
    people = federated.people
    browser, stranger = people.browser(), people.browser()
    people.authorize(browser, people.web_app)
    (link,) = [each for each in browser.page.links if "/login/acme" in each]
    assert browser.get(link, headers={"Sec-Fetch-Site": "cross-site"}).status == 303
    page = stranger.get(link, headers={"Sec-Fetch-Site": "cross-site"})
    assert page.status == 400


def test_whoever_is_signed_in_goes_on_without_a_provider(federated: FederatedWorld) -> None:
    federated.provider()
    browser = federated.people.signed_in()
    assert browser.get("/login/acme").path == "/account"


def test_a_provider_that_there_is_not_is_not_found(federated: FederatedWorld) -> None:
    browser = federated.people.browser()
    assert browser.get("/login/nobody").status == 404
    assert browser.get("/login/nobody/callback").status == 400
    assert browser.get("/login/%F0%9F%98%80").status == 404


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example", "/logout", "/account/../admin"]
)
def test_no_way_leads_out_of_our_pages(federated: FederatedWorld, target: str) -> None:
    federated.provider()
    page = federated.sign_in(target=f"/login?next={target}")
    assert page.path == "/account"


def test_a_domain_puts_its_provider_first(federated: FederatedWorld) -> None:
    federated.provider("acme")
    federated.provider("abc", fake=OTHER)
    route(federated, DomainRouting.SUGGEST)
    people = federated.people
    browser = people.browser()
    page = people.authorize(browser, people.web_app, login_hint="somebody@example.com")
    assert offered(page) == ["acme", "abc"]
    assert has_password(page)
    page = people.authorize(browser, people.web_app)
    assert offered(page) == ["abc", "acme"]


@pytest.mark.parametrize("name", ["somebody@example.com", "ada@example.com", " A@EXAMPLE.COM "])
def test_a_forced_domain_compares_no_password_and_tells_nobody_apart(
    federated: FederatedWorld, name: str
) -> None:
    federated.provider()
    route(federated, DomainRouting.FORCE)
    people = federated.people
    people.user("ada@example.com")
    pages = set()
    for password in ("correct horse battery staple", "wrong", ""):
        browser = people.browser()
        browser.get("/login")
        page = browser.click("sign-in", username=name, password=password)
        assert (page.status, page.path) == (200, "/login")
        assert page.texts["forced"] == "Whoever has this address signs in with Acme."
        assert offered(page) == ["acme"]
        assert not has_password(page)
        pages.add(tuple(sorted(page.texts.items())))
    assert len(pages) == 1
    assert people.installation.records("session.started") == []
    assert people.installation.records("user.sign_in_failed") == []
    sent = asked(federated.press(browser))
    assert sent["login_hint"].strip().lower() == name.strip().lower()


def test_another_name_is_always_possible(federated: FederatedWorld) -> None:
    federated.provider()
    route(federated, DomainRouting.FORCE)
    people = federated.people
    browser = people.browser()
    page = people.authorize(browser, people.web_app, login_hint="somebody@example.com")
    assert not has_password(page)
    (link,) = [each for each in page.links if "other=yes" in each]
    assert has_password(browser.get(link))
    people.sign_in(browser)
    assert "code" in people.finish(browser).answer


def test_a_forced_domain_of_a_provider_that_takes_nobody_lets_people_in(
    federated: FederatedWorld,
) -> None:
    federated.provider(status=ProviderStatus.DISABLED)
    route(federated, DomainRouting.FORCE, "example.test")
    browser = federated.people.browser()
    browser.get("/login")
    page = browser.click(
        "sign-in", username="ada@example.test", password=federated.people.ada.password
    )
    assert page.path == "/account"


def test_prompt_none_asks_no_provider(federated: FederatedWorld) -> None:
    federated.provider()
    people = federated.people
    page = people.authorize(people.browser(), people.web_app, prompt="none")
    assert page.answer["error"] == "login_required"
    assert federated.http.sent == []


@pytest.mark.parametrize("problem_of", ["hang", "down"])
def test_a_provider_that_does_not_answer_gets_a_page_and_others_work(
    federated: FederatedWorld, problem_of: str
) -> None:
    fake = federated.provider()
    browser = federated.people.browser()
    callback = federated.answer(federated.to_provider(browser))
    fake.faults["/token"] = hang() if problem_of == "hang" else html_answer(500)
    page = browser.get(callback, cross_site=True)
    assert page.status == 503
    assert problem(page) in {"provider-unreachable", "provider-busy"}
    assert page.texts["advice"]
    assert federated.people.signed_in().page.path == "/account"
