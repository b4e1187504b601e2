"""What administrators do at the console, in a real browser."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pytest
from playwright.sync_api import expect

from authserver.crypto.system import SystemClock
from authserver.domain.providers import ProviderKind
from tests.browser.chromium import running_chromium
from tests.browser.console_gallery import owner_of
from tests.browser.served import HOST, ServedPeople, serve_people
from tests.browser.steps import sign_in
from tests.federation.fake_provider import FakeProvider
from tests.federation.served import serve_fakes
from tests.instances import Caller
from tests.ports import free_port
from tests.upstream.certificates import TestAuthority

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.slow

REALM: Final = "/realms/staff"


@dataclass(frozen=True, slots=True)
class Place:
    """The issuer, and a provider that it can reach."""

    people: ServedPeople
    fake: FakeProvider


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Both, for all tests here."""
    folder = tmp_path_factory.mktemp("console")
    port = free_port()
    origin = f"https://localhost:{port}"
    authority = TestAuthority(folder)
    fake = FakeProvider(ProviderKind.OIDC, issuer=origin + REALM, now=SystemClock().now)
    overrides = {
        "AUTHSERVER_OUTBOUND_PRIVATE_ORIGINS": origin,
        "AUTHSERVER_OUTBOUND_CA_FILE": str(authority.ca_file),
    }
    with (
        serve_fakes(port, authority.server_for("localhost"), [fake]),
        serve_people(folder / "issuer", overrides) as people,
    ):
        yield Place(people, fake)


@pytest.fixture(scope="module")
def served(place: Place) -> ServedPeople:
    """The issuer behind TLS."""
    return place.people


@pytest.fixture(scope="module")
def chromium(served: ServedPeople) -> Iterator[Browser]:
    """The browser process."""
    with running_chromium(served.host_rules, served.pinned) as browser:
        yield browser


@pytest.fixture
def console(page: Page, served: ServedPeople) -> Page:
    """A tab in which an owner has come to the console."""
    page.goto("/login?next=/admin")
    sign_in(page, owner_of(served))
    expect(page.locator("#title")).to_have_text("Overview")
    return page


def register(console: Page, client_id: str) -> str:
    """Register a script for the site; its secret."""
    console.get_by_role("link", name="Clients").first.click()
    console.locator("#new, #nothing-next").click()
    console.locator("#kind-service").check()
    console.locator("#resources-jira-main").check()
    console.locator("#continue").click()
    console.locator("#name").fill("Nightly export")
    console.locator("#client_id").fill(client_id)
    console.locator("#scope-READ").check()
    console.locator("#register").click()
    return console.locator("#secret").inner_text()


@pytest.mark.feature(63)
def test_a_client_is_registered_and_the_command_on_the_page_gets_its_token(
    console: Page, served: ServedPeople
) -> None:
    secret = register(console, "nightly-export")
    command = console.locator("#text-curl").inner_text().partition("\ncurl --header")[0]
    # The names of the tests are nobody's: curl is told where they are.
    there = f"--cacert {served.ca_file} --connect-to {HOST}:443:127.0.0.1:{served.port}"
    script = f'curl() {{ command curl {there} "$@"; }}\n{command}\nprintf %s "$TOKEN"'
    done = subprocess.run(
        ["bash", "-c", script],
        env={**os.environ, "CLIENT_SECRET": secret, "no_proxy": "*"},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    told = served.instance.introspect(served.jira, done.stdout)
    assert (told["active"], told["client_id"], told["scope"]) == (True, "nightly-export", "READ")


def test_a_secret_is_rotated_while_the_old_one_goes_on(console: Page, served: ServedPeople) -> None:
    old = register(console, "rotated-export")
    console.locator("#onward").click()
    console.locator("#rotate").click()
    console.locator("#overlap").fill("soon")
    console.locator("#confirm").click()
    expect(console.locator("#overlap-error")).to_be_visible()
    console.locator("#overlap").fill("2h")
    console.locator("#confirm").click()
    new = console.locator("#secret").inner_text()
    assert new != old
    for secret in (old, new):
        caller = Caller("rotated-export", secret)
        assert served.instance.token(caller, resource=served.jira.identifier)
    console.locator("#onward").click()
    expect(console.locator("#secrets tbody tr")).to_have_count(2)


def test_a_provider_is_set_up_against_a_stand_in(console: Page, place: Place) -> None:
    console.get_by_role("link", name="Identity providers").first.click()
    console.locator("#new, #nothing-next").first.click()
    console.locator("#kind-oidc").check()
    console.locator("#continue").click()
    console.locator("#name").fill("staff")
    console.locator("#display_name").fill("Staff directory")
    console.locator("#discovery").fill(place.fake.discovery_url + "x")
    console.locator("#client_id").fill(place.fake.client_id)
    console.locator("#secret").fill(place.fake.client_secret)
    console.locator("#add").click()
    expect(console.locator("#errors")).to_be_visible()
    expect(console.locator("#display_name")).to_have_value("Staff directory")
    expect(console.locator("#secret")).to_have_value("")
    console.locator("#discovery").fill(place.fake.discovery_url)
    console.locator("#secret").fill(place.fake.client_secret)
    console.locator("#add").click()
    expect(console.locator("#done")).to_contain_text("is set up")
    expect(console.locator("#findings")).to_contain_text("metadata")
    console.goto("/admin/providers/staff")
    console.locator("#test").click()
    expect(console.locator("#findings")).to_contain_text("keys")
    console.locator("#sign-out-button").click()
    console.goto("/login")
    expect(console.locator("#providers")).to_contain_text("Staff directory")
