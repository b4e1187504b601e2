"""People whose passwords are used, changed and reset at the same moment, at two servers."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from authserver.crypto.passwords import BcryptHasher
from authserver.domain.identities import Identity, IdentityStatus
from authserver.domain.providers import (
    Provider,
    ProviderAuth,
    ProviderKind,
    ProviderStatus,
    SubjectRule,
)
from tests.people.cast import add_user
from tests.people.remote import remote_browser
from tests.races.families import REVOKE, TOKEN, Deployment, family
from tests.races.weakened import weakened
from tests.rfc.codes import Codes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tests.databases import PostgresDatabases
    from tests.people.browser import Browser
    from tests.people.cast import Person
    from tests.people.pages import Page
    from tests.races.families import Family

    Deed = Callable[[], Any]

PROVIDER: Final = "acme"
GRANTS: Final = 12
SIGN_INS: Final = 6
COST: Final = 6
SECONDS: Final = 60.0
NEW: Final = "a wholly different one"
SETTINGS: Final = {
    # Everybody comes from one address, and wrong passwords belong to the race.
    "AUTHSERVER_SIGN_IN_FAILURES_PER_NETWORK": "1000",
    "AUTHSERVER_SIGN_IN_FAILURES_PER_ACCOUNT": "10000",
    "AUTHSERVER_SERVER_WAITING_THREADS": "48",
}
CHEAP: Final = f"""
import authserver.crypto.passwords as passwords

make = passwords.BcryptHasher.__init__
cheap = dict(cost={COST}, at_once=8, waiting=64, patience_seconds={SECONDS})
passwords.BcryptHasher.__init__ = lambda self, *parts, **options: make(
    self, *parts, **{{**options, **cheap}}
)
"""
"""Passwords are cheap to check, so that it is the transactions that meet."""


class Household:
    """Users of two servers; each round has one of its own."""

    def __init__(self, racing: Family) -> None:
        self.racing = racing
        self.container = racing.codes.container
        # As at the servers: resets are done here, as by a command.
        vars(self.container)["passwords"] = BcryptHasher(
            self.container.entropy, cost=COST, at_once=8, waiting=64, patience_seconds=SECONDS
        )
        now = self.container.clock.now()
        provider = Provider(
            name=PROVIDER,
            kind=ProviderKind.OIDC,
            display_name="Acme",
            status=ProviderStatus.ENABLED,
            issuer="https://login.example.org",
            discovery_url="https://login.example.org/.well-known/openid-configuration",
            client_id="ours",
            auth=ProviderAuth.NONE,
            secrets=(),
            subject_rule=SubjectRule.SUB,
            created_at=now,
        )
        with self.container.database.writing() as stores:
            stores.providers.add(provider)
        self._count = 0

    def person(self) -> Person:
        """Somebody new, with a password and an identity."""
        self._count += 1
        name = f"ada-{self._count}"
        person = add_user(self.container, name)
        now = self.container.clock.now()
        identity = Identity(
            provider=PROVIDER,
            subject_key=name,
            subject=person.subject,
            shown=name,
            status=IdentityStatus.LINKED,
            created_at=now,
            last_sign_in_at=now,
            last_checked_at=now,
        )
        with self.container.database.writing() as stores:
            stores.identities.add(identity)
        return person

    def put_to_sleep(self, person: Person) -> None:
        """The next sign-in wakes the identity, which every worker has to hear of."""
        with self.container.database.writing() as stores:
            identity = stores.identities.find(PROVIDER, person.username)
            assert identity is not None
            asleep = replace(identity, asleep_since=identity.last_checked_at)
            stores.identities.save(asleep)

    def refresh_tokens(self, person: Person, count: int) -> list[str]:
        """Refresh tokens of as many grants, none of which is bound to a session."""
        codes = Codes(self.container, person.subject)
        requests = [self.racing.redeeming(codes.code(self.racing.app)) for _ in range(count)]
        replies = self.racing.callers.at_once(requests)
        assert all(reply.is_good for reply in replies), replies
        return [reply.body["refresh_token"] for reply in replies]

    def browser(self, number: int) -> Browser:
        """A new browser at one server or the other, on the sign-in page."""
        browser = remote_browser(self.racing.servers[number % len(self.racing.servers)].url)
        assert browser.get("/login").status == 200, browser.page.text
        return browser

    def signed_in(self, person: Person, number: int = 0) -> Browser:
        """A browser in which the person is signed in."""
        browser = self.browser(number)
        page = sign_in(browser, person.username, person.password)
        assert is_done(page), page.text
        return browser

    def refreshing(self, value: str, number: int) -> Deed:
        """The app refreshes: the status of the answer."""
        form = {"grant_type": "refresh_token", "refresh_token": value}
        return partial(self._posted, TOKEN, form, number)

    def revoking(self, value: str, number: int) -> Deed:
        """The app revokes: the status of the answer."""
        return partial(self._posted, REVOKE, {"token": value}, number)

    def _posted(self, path: str, form: dict[str, str], number: int) -> int:
        server = self.racing.servers[number % len(self.racing.servers)]
        authorization = self.racing.app.authorization
        assert authorization is not None
        return server.post(path, form, authorization, seconds=SECONDS).status_code


@contextmanager
def household(folder: Path, databases: PostgresDatabases, without: str = "") -> Iterator[Household]:
    """Two servers on PostgreSQL; `without` is code that takes a protection away."""
    folder.mkdir(exist_ok=True)
    extra = {**SETTINGS, **weakened(folder / "weakened", CHEAP + without)}
    with family(folder, Deployment(databases), extra) as racing:
        yield Household(racing)


def at_once(deeds: Sequence[Deed]) -> list[Any]:
    """Do everything at the same moment; what each came to, in order."""
    start = threading.Barrier(len(deeds))

    def do(deed: Deed) -> Any:
        start.wait(SECONDS)
        return deed()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(do, deeds))


def sign_in(browser: Browser, username: str, password: str) -> Page:
    """Send the sign-in page that the browser shows."""
    return browser.click("sign-in", username=username, password=password, follow=False)


def changing(browser: Browser, person: Person, new: str = NEW) -> Deed:
    """The person, signed in, changes the password and ends the other sessions: the page."""
    assert browser.get("/account/password").path == "/account/password"
    return partial(
        browser.click,
        "change-password",
        current=person.password,
        new=new,
        repeat=new,
        follow=False,
    )


def is_done(page: Page) -> bool:
    """Whether a form did what it is for: it leads on, and not to another sign-in."""
    return page.status == 303 and not page.location.startswith("/login")


def is_alive(browser: Browser) -> bool:
    """Whether somebody is signed in at this browser, who has a password or has to choose one."""
    page = browser.get("/account", follow=False)
    assert page.status in {200, 303}, page.text
    return page.status == 200 or not page.location.startswith("/login")
