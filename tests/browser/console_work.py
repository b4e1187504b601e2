"""What there is to see at the console: tokens, refused calls; and a walk past its pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import requests
from playwright.sync_api import expect

from authserver.domain.api_tokens import LastUse
from tests.storage.api_token_examples import api_token

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.served import ServedPeople
    from tests.people.cast import Person

    Look = Callable[[str, Page], None]

DAY: Final = 86_400.0
WORDS: Final = ("Weekly report", "Export to the warehouse", "Planning board", "Release notes")


def call_refused(served: ServedPeople, path: str = "/rest/api/2/no-such-thing") -> str:
    """Ask as a gateway about a call that does not pass: the number of the decision."""
    number = next(served.numbers)
    client_id = f"caller-{number}"
    caller = served.instance.register_caller(client_id, served.jira, "READ")
    with served.container() as container:
        made = container.gateways.add(f"asking-{number}", served.jira.name, container.operator)
    token = served.instance.token(caller, resource=served.jira.identifier)
    answer = requests.get(
        f"{served.instance.url}/gateway/auth-request",
        headers={
            "X-Gateway-Authorization": f"Bearer {made.key.value}",
            "Authorization": f"Bearer {token}",
            "X-Original-Method": "GET",
            "X-Original-URI": path,
        },
        timeout=10,
    )
    return answer.headers["X-Decision-Id"]


def many_tokens(served: ServedPeople, owner: Person, count: int) -> None:
    """Put tokens into the database, as if the owner had made them."""
    number = next(served.numbers)
    with served.container() as container:
        now = container.clock.now()
        tokens = [
            api_token(
                f"many-{number}-{index}",
                lineage_id=f"many-{number}-{index}",
                subject=owner.subject,
                owner=owner.subject,
                client_id="",
                name="",
                purpose=WORDS[index % len(WORDS)],
                scopes=frozenset({"READ", "WRITE"} if index % 2 else {"READ"}),
                resources=frozenset({served.jira.name}),
                details=None,
                networks=None,
                reason="",
                exposed_at=None,
                successor_id="",
                created_at=now - index * DAY / count,
                status_changed_at=now,
                expires_at=now + (7 + index % 90) * DAY,
                last_use=LastUse(now - index, "203.0.113.9", "curl/8.5") if index % 3 else None,
            )
            for index in range(count)
        ]
        with container.database.writing() as stores:
            for each in tokens:
                stores.api_tokens.add(each)


def work_walk(served: ServedPeople, page: Page, look: Look) -> None:
    """See the pages of the work of every day, as an owner who is signed in."""
    decision = call_refused(served)
    with served.container() as container:
        ada = container.users.get("ada").user
        groups = {each.group.name for each in container.groups.list()}
        if "planners" not in groups:
            container.groups.create("planners", "Those who plan", container.operator)
            container.groups.add("planners", "ada", container.operator)
        container.policies.apply("jira-main", "# begin\n", container.operator)
        container.policies.apply(
            "jira-main",
            '[access]\nclients = ["web-app"]\nreason = "One app"\n',
            container.operator,
            comment="Why not",
        )
    many_tokens(served, served.ada, 12)
    for name, path in (
        ("decisions", "/decisions"),
        ("decision", f"/decisions/{decision}"),
        ("audit", "/audit?action=call"),
        ("calls", "/calls"),
        ("calls-legacy", "/calls?way=legacy&outcome=success"),
        ("tokens", "/tokens?sort=-expires_at"),
        ("token-new", "/tokens/-/new?user=ada"),
        ("token-details", "/tokens/-/new/details?user=ada&kind=user&resources=jira-main"),
        ("token-pasted", "/tokens/-/try"),
        ("users", "/users"),
        ("user", f"/users/{ada.subject}"),
        ("user-new", "/users/-/new"),
        ("user-stop", f"/users/{ada.subject}/stop"),
        ("groups", "/groups"),
        ("group", "/groups/planners"),
        ("sessions", "/sessions?status=live"),
        ("grants", "/grants"),
        ("mails", "/mails"),
        ("policies", "/policies"),
        ("policy", "/policies/jira-main"),
        ("policy-restore", "/policies/jira-main/versions/1/restore"),
        ("incident", "/incidents?where=owner%3Dada&to=disabled"),
        ("overview", ""),
    ):
        page.goto(f"/admin{path}")
        look(f"console-{name}", page)
    _deeds(page, look)


def _deeds(page: Page, look: Look) -> None:
    """Pages that are behind a button."""
    page.goto("/admin/tokens?owner=ada&status=live")
    page.locator("#tokens tbody a").first.click()
    expect(page.locator("#try")).to_be_visible()
    look("console-token", page)
    page.goto(page.url + "/try?call=DELETE+/rest/api/2/issue/AB-1")
    look("console-token-try", page)
    page.goto("/admin/policies/jira-main/edit")
    page.locator("#text").fill('[access]\nclients = ["nobody-there"]\ncolour = "red"\n')
    page.locator("#check").click()
    expect(page.locator("#problems")).to_be_visible()
    look("console-policy-wrong", page)
    page.locator("#text").fill('[access]\nclients = ["web-app"]\nreason = "Only the app"\n')
    page.locator("#check").click()
    expect(page.locator("#differences")).to_be_visible()
    look("console-policy-preview", page)
