"""A world with people in it who sign in at fake identity providers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from authserver.domain.providers import (
    EmailTrust,
    Provider,
    ProviderAuth,
    ProviderKind,
    ProviderSecret,
    ProviderStatus,
    SubjectRule,
    UserCreation,
)
from authserver.services.administration import Act, operator
from tests.federation.fake_provider import COGNITO_DOMAIN, GRAPH_HOST, FakeProvider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.identities import Identity
    from authserver.domain.users import User
    from authserver.wiring import Container
    from tests.federation.fake_http import FakeHttp
    from tests.federation.fake_people import FakePerson
    from tests.people.browser import Browser
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

ACT: Act = operator("tester")
_RULES = {
    ProviderKind.OKTA: SubjectRule.OKTA_UID,
    ProviderKind.ENTRA: SubjectRule.ENTRA_OBJECT,
    ProviderKind.COGNITO: SubjectRule.SUB,
    ProviderKind.OIDC: SubjectRule.SUB,
}
_HOSTS = {
    ProviderKind.ENTRA: frozenset({GRAPH_HOST}),
    ProviderKind.COGNITO: frozenset({COGNITO_DOMAIN}),
}


def add_provider(container: Container, fake: FakeProvider, name: str, **stated: Any) -> Provider:
    """Put a provider into the database as if an administrator had; whoever signs in gets in."""
    now = container.clock.now()
    credentials = container.provider_credentials
    secret = ProviderSecret(
        "first", credentials.seal_secret(name, "first", fake.client_secret), "100%", now, None
    )
    provider = Provider(
        name=name,
        kind=fake.kind,
        display_name=name.capitalize(),
        status=ProviderStatus.ENABLED,
        issuer=fake.template or fake.issuer,
        discovery_url=fake.discovery_url,
        client_id=fake.client_id,
        auth=ProviderAuth.SECRET_BASIC,
        secrets=(secret,),
        subject_rule=_RULES[fake.kind],
        created_at=now,
        email_trust=EmailTrust.VERIFIED,
        endpoint_hosts=_HOSTS.get(fake.kind, frozenset()),
        creation=UserCreation.ON,
    )
    provider = replace(provider, **stated)
    with container.database.writing() as stores:
        stores.providers.add(provider)
    return provider


@dataclass
class FederatedWorld:
    """`people` with fake providers; `fakes` by name."""

    people: PeopleWorld
    fakes: dict[str, FakeProvider] = field(default_factory=dict)

    @property
    def container(self) -> Container:
        """The parts of the first worker."""
        return self.people.container

    @property
    def http(self) -> FakeHttp:
        """All the network there is."""
        return self.people.installation.provider_http

    def provider(
        self,
        name: str = "acme",
        kind: ProviderKind = ProviderKind.OIDC,
        *,
        fake: Mapping[str, Any] | None = None,
        **stated: Any,
    ) -> FakeProvider:
        """A provider that is set up here; `fake` are fields of the fake, `stated` of ours."""
        made = FakeProvider(kind, http=self.http, now=self.people.clock.now, **(fake or {}))
        self.fakes[name] = made
        add_provider(self.container, made, name, **stated)
        return made

    def change(self, name: str, **stated: Any) -> None:
        """Change a provider's row, without what an administrator's change brings about."""
        with self.container.database.writing() as stores:
            provider = stores.providers.get(name)
            assert provider is not None
            stores.providers.save(replace(provider, **stated))

    def to_provider(self, browser: Browser, name: str = "acme", target: str = "/login") -> str:
        """Go to the sign-in page and press the provider's button: the URL it leads to."""
        if target:
            browser.get(target)
        return self.press(browser, name)

    @staticmethod
    def press(browser: Browser, name: str = "acme") -> str:
        """Press the provider's button on the page that the browser shows."""
        links = [each for each in browser.page.links if urlsplit(each).path == f"/login/{name}"]
        assert len(links) == 1, (browser.page.links, browser.page.texts)
        page = browser.get(links[0])
        assert page.status == 303, page.text
        return page.location

    def answer(self, url: str, name: str = "acme", person: FakePerson | None = None) -> str:
        """Sign in at the provider: the URL of our callback, with its answer."""
        fake = self.fakes[name]
        someone = person or fake.person
        if someone.auth_time is not None:
            someone = replace(someone, auth_time=int(self.people.clock.now()))
        sent = fake.authorize(url, someone)
        return f"{asked(url)['redirect_uri']}?{urlencode(sent)}"

    def sign_in(
        self,
        browser: Browser | None = None,
        name: str = "acme",
        *,
        target: str = "/login",
        person: FakePerson | None = None,
    ) -> Page:
        """The whole way, from our sign-in page to where the person comes out."""
        browser = browser or self.people.browser()
        url = self.to_provider(browser, name, target)
        return browser.get(self.answer(url, name, person), cross_site=True)

    def user(self, username: str) -> User:
        """A user by name."""
        with self.container.database.reading() as stores:
            found = stores.users.get_by_username(username)
        assert found is not None, username
        return found

    def identities(self, username: str) -> list[Identity]:
        """Who a user is at providers."""
        return list(self.container.identities.of(self.user(username).subject))

    def calls(self) -> int:
        """How many calls have gone to token endpoints."""
        return len(self.http.to("/token"))


def asked(url: str) -> dict[str, str]:
    """The parameters of an authorization request."""
    return dict(parse_qsl(urlsplit(url).query, keep_blank_values=True))


def problem(page: Page) -> str:
    """Which problem a page tells of."""
    assert "error" in page.texts, (page.status, page.text)
    start = page.text.index('data-problem="') + len('data-problem="')
    return page.text[start : page.text.index('"', start)]


def own_name(page: Page) -> str:
    """The name of the account that the page shows."""
    assert page.path == "/account", (page.status, page.text)
    return page.texts["own-username"]
