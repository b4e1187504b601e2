"""An installation, and a fake of the provider that a page is about, as its reader has them.

What the page calls by its maker's host names is on a loopback port here: addresses are exchanged in
what is typed, and back again in what is printed.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode, urlsplit

from authserver.crypto.system import SystemClock
from authserver.domain.providers import ProviderKind
from tests.cli.runs import run
from tests.federation.fake_people import TENANT, FakePerson
from tests.federation.fake_provider import COGNITO_DOMAIN, FakeProvider
from tests.federation.served import serve_fakes
from tests.instances import Instance
from tests.people.remote import remote_browser
from tests.ports import free_port
from tests.upstream.certificates import TestAuthority

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.people.browser import Browser
    from tests.people.pages import Page

SECRET: Final = "what-the-provider-shows-once"
DOCUMENTED_URL: Final = "http://localhost:8000"
POOL: Final = "eu-west-1_aBcDeFgHi"
CLIENTS: Final[Mapping[ProviderKind, str]] = {
    ProviderKind.OKTA: "0oa1b2c3d4E5F6G7h8i9",
    ProviderKind.ENTRA: "6e74172b-be56-4843-9ff4-e66a39bb12e3",
    ProviderKind.COGNITO: "1example23456789",
}
PEOPLE: Final[Mapping[ProviderKind, FakePerson]] = {
    ProviderKind.OKTA: FakePerson(groups=("Engineers",)),
    ProviderKind.ENTRA: FakePerson(groups=("2f9f5e0d-7a1c-4a5e-8b62-0f5a0f2c9b11",)),
    ProviderKind.COGNITO: FakePerson(username="grace", groups=("engineers",)),
}


@dataclass(frozen=True, slots=True)
class AtAProvider:
    """A running `instance`, a served `fake`; `words` are the page's addresses and those here."""

    instance: Instance
    fake: FakeProvider
    words: tuple[tuple[str, str], ...]

    def run(self, *words: str, with_notes: bool = False) -> tuple[int, str]:
        """A command of the page: exit code, standard output, in the page's own words.

        `with_notes`: standard error, too. Commands of ours run in this process, which is faster.
        """
        line = " ".join(words)
        for theirs, ours in (("secret.txt", str(self.secret)), *self.words):
            line = line.replace(theirs, ours)
        program, *arguments = line.split()
        if program == "authserver":
            done = run(*arguments, environment=self.instance.environment)
            return done.exit_code, self.printed(done.output if with_notes else done.stdout)
        assert (program, *arguments) == ("rm", str(self.secret)), line
        self.secret.unlink()
        return 0, ""

    @property
    def secret(self) -> Path:
        """The file with the client secret."""
        return self.instance.folder / "secret.txt"

    def printed(self, text: str) -> str:
        """What a command printed here as it is on the page."""
        text = text.replace(self.instance.url, DOCUMENTED_URL)
        return text.replace(self.fake.base, _ORIGINS[self.fake.kind])

    def browser(self) -> Browser:
        """A new browser at the installation."""
        return remote_browser(self.instance.url)

    def sign_in(self, browser: Browser) -> Page:
        """Press the provider's button, sign in there, and come back."""
        browser.get("/login?next=/account")
        (link,) = [each for each in browser.page.links if "/login/" in each]
        url = browser.get(link).location
        assert url.startswith(self.fake.base), browser.page.texts
        told = self.fake.authorize(url)
        back = f"{self.instance.url}/login/{urlsplit(link).path.split('/')[2]}/callback"
        return browser.get(f"{back}?{urlencode(told)}", cross_site=True)


_ORIGINS: Final[Mapping[ProviderKind, str]] = {
    ProviderKind.OKTA: "https://acme.okta.com",
    ProviderKind.ENTRA: "https://login.microsoftonline.com",
    ProviderKind.COGNITO: "https://cognito-idp.eu-west-1.amazonaws.com",
}


@contextmanager
def at_a_provider(folder: Path, kind: ProviderKind) -> Iterator[AtAProvider]:
    """Serve both while the block runs; files for secrets that pages name are there."""
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    origin = f"https://localhost:{port}"
    fake = _fake(kind, origin)
    authority = TestAuthority(folder)
    overrides = {
        "AUTHSERVER_OUTBOUND_PRIVATE_ORIGINS": origin,
        "AUTHSERVER_OUTBOUND_CA_FILE": str(authority.ca_file),
    }
    with (
        serve_fakes(port, authority.server_for("localhost"), [fake]),
        Instance(folder / "instance", overrides).initialise().start() as instance,
    ):
        place = AtAProvider(instance, fake, _words(kind, origin))
        place.secret.write_text(SECRET + "\n")
        yield place


def _fake(kind: ProviderKind, origin: str) -> FakeProvider:
    clock = SystemClock()
    paths = {
        ProviderKind.OKTA: "/oauth2/default",
        ProviderKind.ENTRA: f"/{TENANT}/v2.0",
        ProviderKind.COGNITO: f"/{POOL}",
    }
    issuer = origin + paths[kind]
    metadata: dict[str, object] = {}
    if kind is ProviderKind.COGNITO:
        # Its sign-in pages have a host of their own, which is this one here.
        places = {"authorization": "authorize", "token": "token", "userinfo": "userInfo"}
        metadata = {f"{name}_endpoint": f"{issuer}/oauth2/{end}" for name, end in places.items()}
        metadata["end_session_endpoint"] = None
    person = replace(PEOPLE[kind], auth_time=None)
    return FakeProvider(
        kind,
        issuer=issuer,
        client_id=CLIENTS[kind],
        client_secret=SECRET,
        person=person,
        now=clock.now,
        metadata=metadata,
    )


def _words(kind: ProviderKind, origin: str) -> tuple[tuple[str, str], ...]:
    if kind is ProviderKind.OKTA:
        return ((_ORIGINS[kind], origin),)
    if kind is ProviderKind.ENTRA:
        return (("--tenant ", f"--authority {origin} --tenant "),)
    return (
        (f"--pool {POOL}", f"--issuer {origin}/{POOL}"),
        (f"--domain {COGNITO_DOMAIN}", ""),
    )
