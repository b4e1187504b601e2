"""Every page of the console for every kind of visitor, out of the table of pages."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.app_console import console_pages
from authserver.app_pages import visits_of
from authserver.domain.roles import READING, Role, permissions_of
from authserver.web.admin.blueprint import console_blueprint
from authserver.web.admin.console_pages import ConsolePage
from tests.people.cast import add_user

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.people.browser import Browser
    from tests.people.world import PeopleWorld


def path_of(page: ConsolePage) -> str:
    """Nothing of that name is there: whoever may look gets 404, and changes nothing."""
    return "/admin" + re.sub(r"<[^>]+>", "nobody-here", page.path)


def table(world: PeopleWorld) -> list[ConsolePage]:
    return list(console_pages(visits_of(world.container), world.container))


def visitors(world: PeopleWorld) -> Iterator[tuple[frozenset[Role], Browser]]:
    """A signed-in browser for nobody in particular, and one for each role."""
    plain = world.user("plain")
    yield frozenset(), world.signed_in(plain)
    for role in Role:
        roles = frozenset() if role is Role.OWNER else frozenset({role})
        person = add_user(
            world.container, f"in-{role}", roles=roles, is_administrator=role is Role.OWNER
        )
        yield frozenset({role}), world.signed_in(person)


@pytest.mark.rule("AD-01")
def test_every_page_is_for_those_alone_whose_roles_allow_it(world: PeopleWorld) -> None:
    pages = table(world)
    assert len(pages) > 5
    wrong = []
    for roles, browser in visitors(world):
        powers = permissions_of(roles)
        for page in pages:
            allowed = bool(roles) and page.needs <= powers
            for method in page.methods:
                url = f"{browser.origin}{path_of(page)}"
                answer = browser.ask(method, url, b"" if method == "GET" else b"csrf=none")
                # Whoever may send a form is stopped by its token, and by nothing else.
                seen = "Your roles do not allow this" in answer.text or (
                    "This is for those who administer" in answer.text
                )
                if (
                    seen == allowed
                    or answer.status >= 500
                    or (not allowed and answer.status != 403)
                ):
                    wrong.append((sorted(roles), method, page.path, answer.status))
    assert wrong == []


@pytest.mark.rule("AD-01")
def test_whoever_is_not_signed_in_is_sent_to_do_that(world: PeopleWorld) -> None:
    browser = world.browser()
    for page in table(world):
        if page.show is not None:
            answer = browser.ask("GET", browser.origin + path_of(page))
            assert answer.status == 303, page.path
            assert answer.location.startswith("/login?next=/admin"), answer.location
        if page.submit is not None:
            answer = browser.ask("POST", browser.origin + path_of(page), b"csrf=none")
            assert answer.status == 403, page.path


@pytest.mark.rule("AD-01")
def test_tokens_open_no_page(world: PeopleWorld) -> None:
    token = world.tokens(world.web_app)["access_token"]
    browser = world.browser()
    for page in table(world):
        answer = browser.ask(
            "GET", browser.origin + path_of(page), headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status in {303, 405}, page.path


def test_the_application_serves_nothing_below_admin_that_is_not_in_the_table(
    world: PeopleWorld,
) -> None:
    application = world.installation.worker.application
    served = {
        (rule.rule, method)
        for rule in application.url_map.iter_rules()
        if rule.endpoint.startswith("console.") and rule.rule.startswith("/admin")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert served == {
        ("/admin" + page.path, method) for page in table(world) for method in page.methods
    }


def test_a_page_that_does_not_say_who_may_see_it_is_not_made(world: PeopleWorld) -> None:
    def view() -> str:
        return ""

    reading = frozenset({min(READING)})
    for needs, submit in ((frozenset(), None), (frozenset({"admin:all"}), None), (reading, view)):
        with pytest.raises(ValueError, match="permission"):
            ConsolePage("/x", "x", needs, view, submit)
    page = ConsolePage("/x", "x", reading, view)
    with pytest.raises(ValueError, match="a name of its own"):
        console_blueprint(
            visits_of(world.container),
            None,  # type: ignore[arg-type]  # nobody asks it
            [page, replace(page, path="/y")],
            None,  # type: ignore[arg-type]  # nor this
        )
