"""The part of the walk that is at the console: every page of it that an owner sees."""

from __future__ import annotations

from typing import TYPE_CHECKING

from playwright.sync_api import expect

from authserver.services.client_profiles import ProfileChanges
from authserver.services.clients import ClientDraft
from tests.browser.busy_month import busy_month
from tests.browser.console_access import access_walk
from tests.browser.console_questions import questions_walk
from tests.browser.console_sites import sites_walk
from tests.browser.console_work import work_walk
from tests.browser.steps import sign_in
from tests.federation.fake_provider import FakeProvider
from tests.federation.world import add_provider
from tests.people.cast import add_user

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from authserver.wiring import Container
    from tests.browser.served import ServedPeople
    from tests.people.cast import Person

    Look = Callable[[str, Page], None]


def owner_of(served: ServedPeople) -> Person:
    """Somebody new who may do everything."""
    with served.container() as container:
        username = f"olive-{next(served.numbers)}"
        return add_user(container, username, is_administrator=True)


def console_walk(served: ServedPeople, page: Page, look: Look) -> None:
    """Sign in as an owner and see the console."""
    number = next(served.numbers)
    with served.container() as container:
        _furnish(container, served, number)
    page.context.clear_cookies()
    owner = owner_of(served)
    with served.container() as container:
        clients = [f"export-{number}-{index}" for index in range(1, 5)]
        busy_month(container, served.jira.identifier, owner, clients, container.clock.now())
    page.goto("/login?next=/admin")
    sign_in(page, owner)
    expect(page.locator("#title")).to_be_visible()
    look("console", page)
    _clients(page, look, number)
    _others(page, look, number)
    access_walk(served, page, look, f"acme-console-{number}")
    work_walk(served, page, look)
    sites_walk(served, page, look)
    questions_walk(served, page, look, f"acme-console-{number}")


def _furnish(container: Container, served: ServedPeople, number: int) -> None:
    operator = container.operator
    for index in range(1, 6):
        container.clients.create(
            ClientDraft(
                f"Export job {index} of the reporting department",
                client_id=f"export-{number}-{index}",
                scopes=("READ", "WRITE"),
                resources=(served.jira.name,),
                contact="reporting@example.test",
            ),
            operator,
        )
    container.clients.disable(f"export-{number}-5", operator)
    container.clients.create(
        ClientDraft(
            "Planner",
            client_id=f"planner-{number}-web",
            grant_types=("authorization_code", "refresh_token"),
            scopes=("READ", "openid", "profile", "offline_access"),
            resources=(served.jira.name,),
            profile=ProfileChanges(
                redirect_uris=("https://planner.example.test/signed-in",), publisher="Planner Ltd"
            ),
        ),
        operator,
    )
    container.gateways.add(f"front-{number}", served.jira.name, operator)
    add_provider(container, FakeProvider(), f"acme-console-{number}", display_name="Acme")


def _clients(page: Page, look: Look, number: int) -> None:
    page.goto("/admin/clients")
    look("console-clients", page)
    page.goto("/admin/clients?q=no-such-client")
    look("console-clients-none", page)
    page.goto("/admin/clients/-/new")
    look("console-client-new", page)
    page.locator("#kind-web").check()
    page.locator("#resources-jira-main").check()
    page.locator("#continue").click()
    look("console-client-details", page)
    page.locator("#lifetime").fill("soon")
    page.locator("#register").click()
    expect(page.locator("#errors")).to_be_visible()
    look("console-client-wrong", page)
    page.goto("/admin/clients/-/new/details?kind=service&resources=jira-main")
    page.locator("#name").fill("Nightly export")
    page.locator("#client_id").fill(f"nightly-{number}")
    page.locator("#scope-READ").check()
    page.locator("#register").click()
    expect(page.locator("#secret")).to_be_visible()
    look("console-client-created", page)
    page.goto(f"/admin/clients/planner-{number}-web")
    look("console-client", page)
    page.goto(f"/admin/clients/planner-{number}-web/edit")
    look("console-client-edit", page)
    page.goto(f"/admin/clients/export-{number}-1/rotate")
    look("console-client-rotate", page)
    page.locator("#confirm").click()
    expect(page.locator("#secret")).to_be_visible()
    look("console-client-rotated", page)
    page.goto(f"/admin/clients/export-{number}-1/delete")
    look("console-client-delete", page)
    page.goto(f"/admin/clients/-/bulk?action=disable&id=export-{number}-1&id=export-{number}-2")
    look("console-clients-bulk", page)


def _others(page: Page, look: Look, number: int) -> None:
    for name, path in (
        ("resources", "resources"),
        ("resource", "resources/jira-main"),
        ("resource-new", "resources/-/new"),
        ("gateways", "gateways"),
        ("gateway-new", "gateways/-/new"),
        ("keys", "keys"),
        ("keys-rotate", "keys/rotate"),
        ("providers", "providers"),
        ("provider", f"providers/acme-console-{number}"),
        ("provider-new", "providers/-/new"),
        ("provider-details", "providers/-/new/details?kind=entra"),
        ("provider-secret", f"providers/acme-console-{number}/secret"),
        ("mail-previews", "mails/preview"),
        ("mail-preview", "mails/preview/token-made"),
        ("proved", "proved"),
    ):
        page.goto(f"/admin/{path}")
        look(f"console-{name}", page)
