"""Codes, redirects and pages of the authorization endpoint (group A1)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.codes import CODE_SECONDS
from tests.people.world import AUTHORIZE
from tests.rfc.changes import database_file

if TYPE_CHECKING:
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

CODE = re.compile(r"asv_ac_[A-Za-z0-9_-]{43}[0-9A-Za-z]{6}\Z")


def pages_of(world: PeopleWorld) -> dict[str, Page]:
    """One of each page that the authorization endpoint leads to."""
    browser = world.browser()
    pages = {
        "error": world.authorize(browser, world.web_app, redirect_uri="https://evil.test"),
        "login": world.authorize(browser, world.web_app),
    }
    pages["consent"] = world.sign_in(browser)
    browser.click("allow")
    world.clock.advance(1)
    pages["select-account"] = world.authorize(browser, world.web_app, prompt="select_account")
    pages["form-post"] = world.authorize(browser, world.web_app, response_mode="form_post")
    pages["stopped"] = browser.get("/oauth2/authorize/continue?request=" + "A" * 22)
    return pages


@pytest.mark.rule("AZ-12")
def test_codes_are_long_random_and_unlike_each_other(world: PeopleWorld) -> None:
    browser = world.signed_in()
    codes = {world.code(browser, world.web_app) for _ in range(20)}
    assert len(codes) == 20
    assert all(CODE.match(code) for code in codes)
    # The same maker makes ten thousand more in the time that a few browsers take.
    maker = world.container.secret_maker
    many = [maker.secret("ac")[7:50] for _ in range(10_000)]
    assert len(set(many)) == 10_000
    for place in range(42):
        assert len({value[place] for value in many}) == 64  # every character everywhere: 256 bit


@pytest.mark.rule("AZ-12")
def test_a_code_lives_for_a_minute_and_is_stored_as_a_digest(world: PeopleWorld) -> None:
    browser = world.signed_in()
    assert CODE_SECONDS <= 60
    in_time = world.code(browser, world.web_app)
    world.clock.advance(59)
    assert world.redeem(world.web_app, in_time).status == 200
    late = world.code(browser, world.web_app)
    world.clock.advance(61)
    assert world.redeem(world.web_app, late).error == (400, "invalid_grant")
    kept = database_file(world.installation).read_bytes()
    for suffix in ("-wal", ""):
        path = database_file(world.installation).with_name(
            database_file(world.installation).name + suffix
        )
        kept += path.read_bytes() if path.exists() else b""
    for code in (in_time, late):
        assert code.encode() not in kept
        assert code[7:40].encode() not in kept


@pytest.mark.rule("AZ-13")
def test_nothing_that_was_posted_is_posted_on(world: PeopleWorld) -> None:
    browser = world.browser()
    world.authorize(browser, world.web_app)
    steps = [browser.click("sign-in", follow=False, username="ada", password=world.ada.password)]
    browser.get(steps[-1].location)
    steps.append(browser.click("allow", follow=False))
    steps.append(browser.get(steps[-1].location, follow=False))
    steps.append(browser.post(AUTHORIZE, world.asked(world.web_app), follow=False))
    steps.append(world.authorize(browser, world.web_app, prompt="none"))
    assert [step.status for step in steps] == [303] * 5
    assert steps[2].location.startswith(world.web_app.redirect_uri)


@pytest.mark.rule("AZ-14")
@pytest.mark.parametrize("origin", ["https://app.example.test", "https://evil.test", "null"])
def test_scripts_of_other_origins_read_nothing_here(world: PeopleWorld, origin: str) -> None:
    preflight: dict[str, Any] = {
        "Origin": origin,
        "Access-Control-Request-Method": "GET",
        "Access-Control-Request-Headers": "authorization",
    }
    browser = world.signed_in()
    pages = [browser.ask("OPTIONS", f"{browser.origin}{AUTHORIZE}", headers=preflight)]
    pages += [
        browser.get(path, headers={"Origin": origin}, follow=False)
        for path in (AUTHORIZE, AUTHORIZE + "/continue", "/consent", "/select-account")
    ]
    for page in pages:
        assert not [name for name in page.headers if name.startswith("access-control-")]


@pytest.mark.rule("AZ-15")
def test_pages_keep_to_themselves(world: PeopleWorld) -> None:
    for name, page in pages_of(world).items():
        headers = page.headers
        policy = dict(
            part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";")
        )
        assert policy["default-src"] == "'none'", name
        assert policy["frame-ancestors"] == "'none'", name
        assert policy["base-uri"] == "'none'", name
        assert "unsafe" not in headers["content-security-policy"], name
        assert headers["cache-control"] == "no-store", name
        assert headers["referrer-policy"] == "no-referrer", name
        assert headers["x-content-type-options"] == "nosniff", name
        sources = re.findall(r'(?:src|srcset|href|data|poster)="([^"]*)"', page.text)
        assert sources, name
        for source in sources:
            assert source.startswith(("/", "#")), (name, source)
            assert not source.startswith("//"), (name, source)
        scripts = page.text.count("<script")
        assert scripts == (1 if name == "form-post" else 0), name
        assert ("script-src" in policy) is (name == "form-post"), name
        assert not re.search(r"\son\w+=|\sstyle=|javascript:", page.text), name


@pytest.mark.rule("AZ-15")
def test_the_one_script_is_allowed_by_its_hash_alone(world: PeopleWorld) -> None:
    page = pages_of(world)["form-post"]
    policy = page.headers["content-security-policy"]
    assert re.search(r"script-src 'sha256-[A-Za-z0-9+/=]{44}';", policy)
    assert "form-action 'self' https://app.example.test;" in policy
