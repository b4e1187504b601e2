"""The part of the walk where there is an identity provider."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from playwright.sync_api import expect

from authserver.domain.identities import Identity, IdentityStatus
from authserver.domain.provider_documents import ProviderMetadata
from authserver.domain.providers import DomainRouting, ProviderDomain, ProviderStatus
from tests.federation.fake_provider import FakeProvider
from tests.federation.world import add_provider

if TYPE_CHECKING:
    from collections.abc import Callable

    from playwright.sync_api import Page

    from tests.browser.served import ServedPeople
    from tests.people.cast import Person

    Look = Callable[[str, Page], None]

ISSUER: Final = "https://login.example.org"


def providers_walk(served: ServedPeople, page: Page, person: Person, look: Look) -> None:
    """See the pages of a person who is signed in, while there are two providers."""
    number = next(served.numbers)
    names = (f"acme-{number}", f"staff-{number}")
    domain = f"staff-{number}.example.test"
    with served.container() as container:
        now = container.clock.now()
        documents = container.provider_documents
        metadata = ProviderMetadata(
            ISSUER, f"{ISSUER}/authorize", f"{ISSUER}/token", f"{ISSUER}/keys"
        )
        titles = ("Acme Corporation", "Staff directory of the whole company")
        for name, title in zip(names, titles, strict=True):
            provider = add_provider(container, FakeProvider(), name, display_name=title)
            with container.database.writing() as stores:
                documents.store_checked(stores, provider, metadata, [], now)
        with container.database.writing() as stores:
            stores.providers.put_domain(ProviderDomain(domain, names[1], DomainRouting.FORCE, now))
            stores.identities.add(
                Identity(
                    provider=names[1],
                    subject_key=f"subject-{number}",
                    subject=person.subject,
                    shown="ada.lovelace@staff.example.test",
                    status=IdentityStatus.LINKED,
                    created_at=now,
                    last_sign_in_at=now,
                    last_checked_at=now,
                )
            )
    page.goto("/login?next=/account/identities&again=yes")
    expect(page.locator("#providers")).to_be_visible()
    look("login-with-providers", page)
    page.locator("#username").fill(f"somebody@{domain}")
    page.locator("#sign-in").click()
    expect(page.locator("#forced")).to_be_visible()
    look("login-forced", page)
    page.goto("/account/identities")
    look("account-identities", page)
    page.locator(f"#connect-{names[0]}").click()
    expect(page.locator("#onward")).to_be_visible()
    look("account-connect", page)
    page.goto(f"/login/{names[0]}/callback?state=unknown&code=x")
    expect(page.locator("#error")).to_be_visible()
    look("sign-in-problem", page)
    page.goto("/account/identities")
    page.locator(f"#disconnect-{names[1]}").click()
    expect(page.locator("#done")).to_be_visible()
    look("account-identities-none", page)
    with served.container() as container, container.database.writing() as stores:
        for name in names:
            known = stores.providers.get(name)
            assert known is not None
            stores.providers.save(replace(known, status=ProviderStatus.REMOVED))
        stores.providers.remove_domain(domain)
