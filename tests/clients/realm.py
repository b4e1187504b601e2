"""A served issuer with a site and apps, and people who answer it through its pages."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlsplit

import requests

from authserver.services.client_profiles import ProfileChanges
from tests.people.cast import ADA, App, Person, add_app, add_user, merged
from tests.people.remote import remote_browser
from tests.people.served_tls import ServedIssuer, serve_issuer
from tests.people.walking import finish
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.instances import Site
    from tests.people.browser import Browser
    from tests.people.pages import Page

APP: Final = "https://app.example.test"
CALLBACK: Final = f"{APP}/callback"
SIGNED_OUT: Final = f"{APP}/signed-out"
SCOPES: Final = "openid profile email offline_access READ"
APACHE_HOST: Final = "portal.example.test"


@dataclass(frozen=True, slots=True)
class Realm:
    """The issuer; `apache_port` is where a client at `APACHE_HOST` may be told of logouts."""

    served: ServedIssuer
    jira: Site
    apache_port: int
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def issuer(self) -> str:
        """Its URL, on loopback."""
        return self.served.issuer

    @property
    def ca_file(self) -> Path:
        """What clients trust."""
        return self.served.ca_file

    def person(self) -> Person:
        """A new user."""
        username = f"ada-{next(self.numbers)}"
        data = replace(ADA, email=f"{username}@example.test")
        with self.served.container() as container:
            return add_user(container, username, data=data)

    def app(
        self,
        redirect_uri: str = CALLBACK,
        *,
        profile: ProfileChanges | None = None,
        site: Site | None = None,
        **stated: Any,
    ) -> App:
        """A new client, whose users may come back to `SIGNED_OUT`; see `cast.add_app`."""
        usual = ProfileChanges(post_logout_redirect_uris=(SIGNED_OUT,))
        with self.served.container() as container:
            return add_app(
                container,
                site or self.jira,
                f"app-{next(self.numbers)}",
                redirect_uri,
                profile=merged(usual, profile),
                **stated,
            )

    def browser(self) -> Browser:
        """A new browser."""
        return remote_browser(self.issuer, self.ca_file)

    def visit(self, browser: Browser, url: str, person: Person) -> Page:
        """Follow an app's link, sign in and allow as asked: the answer to the app."""
        browser.get(url, cross_site=True)
        return finish(browser, person)

    def judged(self, token: str, site: Site | None = None) -> dict[str, Any]:
        """What a component on the site's side is told of a token."""
        site = site or self.jira
        answer = requests.post(
            f"{self.issuer}/oauth2/introspect",
            data={"token": token},
            auth=(site.name, site.secret),
            verify=str(self.ca_file),
            timeout=30,
        )
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def refresh(self, app: App, token: str) -> requests.Response:
        """The token endpoint's own answer to a refresh token."""
        return requests.post(
            f"{self.issuer}/oauth2/token",
            data={"grant_type": "refresh_token", "refresh_token": token},
            auth=(app.client_id, app.secret),
            verify=str(self.ca_file),
            timeout=30,
        )


@contextmanager
def serve_realm(folder: Path) -> Iterator[Realm]:
    """Everything, until the block ends."""
    apache_port = free_port()
    overrides = {
        "AUTHSERVER_REGISTRATION_MODE": "token",
        "AUTHSERVER_OUTBOUND_CLIENT_ORIGINS": f"https://localhost:{apache_port}",
    }
    with serve_issuer(folder, other_names=[APACHE_HOST], overrides=overrides) as served:
        jira = served.instance.register_site("jira-main", "jira-dc", "https://jira.example.test")
        yield Realm(served, jira, apache_port)


def query(url: str) -> dict[str, str]:
    """The parameters of a URL."""
    return dict(parse_qsl(urlsplit(url).query, strict_parsing=True))
