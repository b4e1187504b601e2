"""F-24, F-25: whatever a provider does, it is told on a page soon, and nobody else notices."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from authserver.domain.provider_documents import DocumentKind
from tests.crypto.providers import foreign_claims, foreign_token
from tests.faults.hurt_provider import HurtProvider, hang
from tests.instances import Instance
from tests.upstream.servers import answer, once

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.instances import Caller, Site
    from tests.upstream.servers import Script

PEOPLE: Final = 24
"""More than the provider gets calls at once (8 from each of two workers)."""
PAGE_SECONDS: Final = 6.0
NAMES: Final = ("slow", "odd")
"""Two providers, so that one's open circuit is not the other's."""


class Scene(NamedTuple):
    """A server with providers, which can be hurt."""

    instance: Instance
    site: Site
    caller: Caller
    providers: dict[str, HurtProvider]

    def sent_to(self, name: str) -> tuple[requests.Session, str]:
        """A browser that was sent to the provider, and the address to which it comes back."""
        browser = requests.Session()
        begun = f"{self.instance.url}/login/{name}"
        found = browser.get(begun, allow_redirects=False, timeout=30)
        assert found.status_code in (302, 303), found.text
        location = found.headers["Location"]
        assert location.startswith(f"{self.providers[name].issuer}/authorize?"), location
        (state,) = parse_qs(urlsplit(location).query)["state"]
        return browser, f"{begun}/callback?code=c0de&state={state}"

    def grow_old(self, name: str) -> None:
        """Let the keys of a provider have been read two minutes ago."""
        with self.instance.container() as container, container.database.writing() as stores:
            document = stores.providers.document(name, DocumentKind.KEYS)
            assert document is not None
            then = container.clock.now() - 120
            stores.providers.put_document(replace(document, fetched_at=then, asked_at=then))


def come_back(browser: requests.Session, url: str) -> tuple[requests.Response, float]:
    """The answer to the callback, and how long it took."""
    began = time.monotonic()
    found = browser.get(url, allow_redirects=False, timeout=60)
    return found, time.monotonic() - began


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("hurt")
    secret = folder / "secret"
    secret.write_text("secret at the provider")
    with ExitStack() as stack:
        providers = {name: stack.enter_context(HurtProvider()) for name in NAMES}
        origins = ",".join(each.issuer for each in providers.values())
        overrides = {"AUTHSERVER_OUTBOUND_PRIVATE_ORIGINS": origins}
        instance = stack.enter_context(Instance(folder / "server", overrides).initialise())
        site = instance.register_site("jira-main", "jira-dc", "https://jira.example.com")
        caller = instance.register_caller("worker", site, "READ")
        for name, provider in providers.items():
            instance.within(
                *("provider", "add", "oidc", name, "--discovery", provider.discovery_url),
                *("--client-id", "us", "--secret-file", str(secret)),
            )
        instance.within(
            *("provider", "bearer", "odd", "--on", "--audience", "api://jira"),
            *("--client", "robot", "--scope", "read=READ"),
        )
        instance.start()
        yield Scene(instance, site, caller, providers)


@pytest.mark.slow
@pytest.mark.rule("F-24")
@pytest.mark.rule("FE-14")
def test_while_a_provider_hangs_its_people_are_told_and_all_others_are_served(scene: Scene) -> None:
    instance = scene.instance
    browsers = [scene.sent_to("slow") for _ in range(PEOPLE)]
    token = instance.token(scene.caller)
    scene.providers["slow"].faults[""] = hang
    with ThreadPoolExecutor(PEOPLE) as pool:
        waiting = [pool.submit(come_back, *each) for each in browsers]
        time.sleep(0.5)
        served = 0
        while not any(each.done() for each in waiting):
            assert instance.introspect(scene.site, token)["active"] is True
            instance.token(scene.caller)
            assert requests.get(f"{instance.url}/login", timeout=30).ok
            assert scene.sent_to("odd")
            served += 1
        told = [each.result(60) for each in waiting]
    assert served, "somebody waited for a provider without needing it"
    for page, seconds in told:
        assert page.status_code in (502, 503)
        assert seconds < 2 * PAGE_SECONDS, "all came at once; each alone takes half of that"
        assert "text/html" in page.headers["Content-Type"]
        assert "secret at the provider" not in page.text
    page, seconds = come_back(*scene.sent_to("slow"))
    assert page.status_code in (502, 503)
    assert seconds < PAGE_SECONDS


@pytest.mark.rule("FE-15")
@pytest.mark.rule("F-26")
def test_a_flood_of_unknown_keys_at_every_worker_reaches_the_provider_once(scene: Scene) -> None:
    provider = scene.providers["odd"]
    scene.grow_old("odd")
    asked = provider.asked("/keys")

    def is_active(number: int) -> bool:
        claims = foreign_claims(iss=provider.issuer, aud="api://jira")
        forged = foreign_token(provider.key, claims, kid=f"unknown-{number}")
        return bool(scene.instance.introspect(scene.site, forged)["active"])

    with ThreadPoolExecutor(8) as pool:
        assert not any(pool.map(is_active, range(100)))
    assert provider.asked("/keys") == asked + 1


ANSWERS: Final[dict[str, Script]] = {
    "a page": once(answer(b"<html>", kind="text/html")),
    "an array": once(answer(b"[]")),
    "500": once(answer(status="500 Oh")),
    "429": once(answer(status="429 Slow Down")),
    "wrong types": once(answer(b'{"access_token":7,"id_token":{}}')),
    "no token": once(answer(b'{"access_token":"a","id_token":"a.b.c","token_type":"Bearer"}')),
    "nothing": lambda _visit: None,
    "silence": hang,
}


@pytest.mark.rule("F-24")
@pytest.mark.rule("F-25")
@pytest.mark.parametrize("name", ANSWERS)
def test_what_comes_instead_of_tokens_is_told_on_a_page_soon(scene: Scene, name: str) -> None:
    provider = scene.providers["odd"]
    browser, url = scene.sent_to("odd")
    provider.faults["/token"] = ANSWERS[name]
    asked = provider.asked("/token")
    page, seconds = come_back(browser, url)
    assert page.status_code in (400, 403, 502, 503)
    assert "text/html" in page.headers["Content-Type"]
    assert seconds < PAGE_SECONDS
    assert provider.asked("/token") == asked + 1, "a code is sent once"
    again, _ = come_back(browser, url)
    assert again.status_code == 400
    assert provider.asked("/token") == asked + 1
