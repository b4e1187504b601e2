"""The walk past what the console asks before it does something, and past its small pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.identities import Identity, IdentityStatus
from authserver.web.written_names import name_as_segment
from tests.storage.mail_examples import mail

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Page

    from tests.browser.served import ServedPeople

    Look = Callable[[str, Page], None]


def questions_walk(served: ServedPeople, page: Page, look: Look, provider: str) -> None:
    """See them as an owner who is signed in, where the rest of the walk left its things."""
    for name, path in (
        *_access(served, provider),
        *_people(served, provider),
        *_ticked(served, page),
        ("who", f"who?what=delete&project=HR&resource={served.jira.name}"),
        ("who-wrong", "who?what=delete&project=HR"),
        ("key-revoke", _first(page, "keys", "#keys a[href*=revoke]")),
        ("mails-waiting", "mails"),
        ("mail-test", "mails/-/test"),
        ("policy-version", "policies/jira-main/versions/1"),
    ):
        page.goto(f"/admin/{path}")
        look(f"console-{name}", page)


def _access(served: ServedPeople, provider: str) -> Iterator[tuple[str, str]]:
    with served.container() as container:
        site = served.jira.name
        key = container.connect_keys.list()[0]
        client = container.clients.list()[0].client_id
    connect = f"connect-keys/{key.resource}/{name_as_segment(key.issuer)}"
    for verb in ("disable", "enable"):
        yield f"client-{verb}", f"clients/{client}/{verb}"
        yield f"resource-{verb}", f"resources/{site}/{verb}"
        yield f"connect-key-{verb}", f"{connect}/{verb}"
        yield f"provider-{verb}", f"providers/{provider}/{verb}"
    yield "provider-remove", f"providers/{provider}/remove"


def _people(served: ServedPeople, provider: str) -> Iterator[tuple[str, str]]:
    ada, shown = served.ada.subject, "ada@staff.example.test"
    with served.container() as container:
        now = container.clock.now()
        identity = Identity(
            provider, f"key of {ada}", ada, shown, IdentityStatus.LINKED, now, now, now
        )
        with container.database.writing() as stores:
            stores.identities.add(identity)
    for verb in ("edit", "go-on", "end-sessions", "reset-password", "disable", "enable", "delete"):
        yield f"user-{verb}", f"users/{ada}/{verb}"
    yield (
        "user-unlink",
        f"users/{ada}/unlink?provider={provider}&identity_id={identity.identity_id}",
    )
    yield "group-new", "groups/-/new"
    yield "group-members", "groups/planners/members"
    yield "group-delete", "groups/planners/delete"


def _ticked(served: ServedPeople, page: Page) -> Iterator[tuple[str, str]]:
    with served.container() as container, container.database.writing() as stores:
        stores.mails.add(mail(f"walk-{next(served.numbers)}"))
    for name, action in (
        ("tokens", "revoke"),
        ("sessions", "end"),
        ("grants", "revoke"),
        ("mails", "retry"),
    ):
        page.goto(f"/admin/{name}" if name == "mails" else f"/admin/{name}?status=live")
        key = page.locator(f"#{name} tbody input").first.get_attribute("value")
        yield f"{name}-bulk", f"{name}/-/bulk?action={action}&id={key}"
        if name == "tokens":
            for verb in ("disable", "enable", "revoke", "rotate", "offer"):
                yield f"token-{verb}", f"tokens/{key}/{verb}"


def _first(page: Page, where: str, link: str) -> str:
    page.goto(f"/admin/{where}")
    return str(page.locator(link).first.get_attribute("href")).removeprefix("/admin/")
