"""E-mail domains: each belongs to one provider at most, and nobody is locked out by one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authserver.domain.errors import Conflict, InvalidField, NotFound
from authserver.domain.providers import DomainRouting, ProviderKind
from authserver.services.provider_drafts import ProviderChanges
from authserver.services.users import UserDraft
from tests.services.provider_office import ProviderOffice
from tests.services.world import ADMIN, World, details

SUGGEST, FORCE = DomainRouting.SUGGEST, DomainRouting.FORCE


@pytest.fixture
def office(world: World) -> ProviderOffice:
    office = ProviderOffice(world)
    office.added()
    return office


def add_administrator(office: ProviderOffice, username: str) -> None:
    office.world.users.create(UserDraft(username, is_administrator=True), ADMIN)


def test_a_domain_is_kept_in_one_spelling(office: ProviderOffice) -> None:
    for written in ("Example.ORG", "BÜCHER.example", "example.org"):
        office.domains.set("oidc", written, SUGGEST, ADMIN)
    assert [each.domain for each in office.domains.list()] == [
        "example.org",
        "xn--bcher-kva.example",
    ]


@pytest.mark.parametrize(
    "domain", ["", "localhost", "a@example.org", "*.example.org", "-a.example", "a..b", "x" * 300]
)
def test_what_is_no_domain_is_refused(office: ProviderOffice, domain: str) -> None:
    with pytest.raises(InvalidField, match=r"^domain: an e-mail domain like"):
        office.domains.set("oidc", domain, SUGGEST, ADMIN)
    with pytest.raises(InvalidField, match=r"^routing: one of suggest, force$"):
        office.domains.set("oidc", "example.org", "maybe", ADMIN)
    assert not office.domains.list()


def test_a_domain_moves_and_the_record_says_where_it_was(office: ProviderOffice) -> None:
    office.added(ProviderKind.OKTA)
    office.domains.set("oidc", "example.org", SUGGEST, ADMIN)
    office.domains.set("okta", "example.org", SUGGEST, ADMIN)
    (entry,) = office.domains.list()
    assert entry.provider == "okta"
    record = office.world.database.audit[-1]
    assert (record.action, record.object_id) == ("provider.domain_set", "okta")
    assert details(record)["before"]["provider"] == "oidc"


def test_a_domain_goes_to_a_provider_that_signs_people_in(office: ProviderOffice) -> None:
    office.providers.update("oidc", ProviderChanges(accepts_login=False), ADMIN)
    with pytest.raises(Conflict, match="signs nobody in"):
        office.domains.set("oidc", "example.org", SUGGEST, ADMIN)
    with pytest.raises(NotFound, match="no provider named 'nobody'"):
        office.domains.set("nobody", "example.org", SUGGEST, ADMIN)


def test_no_forced_domain_locks_the_last_local_administrator_out(office: ProviderOffice) -> None:
    add_administrator(office, "ada@example.org")
    with pytest.raises(Conflict, match="first make one with another name"):
        office.domains.set("oidc", "Example.org", FORCE, ADMIN)
    assert not office.domains.list()
    # Of another domain, or only suggested, it takes nothing from anybody.
    office.domains.set("oidc", "example.com", FORCE, ADMIN)
    office.domains.set("oidc", "example.org", SUGGEST, ADMIN)
    add_administrator(office, "root")
    office.domains.set("oidc", "example.org", FORCE, ADMIN)


def test_an_administrator_without_a_password_here_does_not_count(office: ProviderOffice) -> None:
    add_administrator(office, "ada@example.org")
    add_administrator(office, "bob")
    with office.world.database.writing() as stores:
        bob = next(each for each in stores.users.list() if each.username == "bob")
        stores.users.save(replace(bob, password_hash=b""))
    with pytest.raises(Conflict, match="first make one with another name"):
        office.domains.set("oidc", "example.org", FORCE, ADMIN)


def test_a_removed_domain_leads_nowhere(office: ProviderOffice) -> None:
    office.domains.set("oidc", "example.org", SUGGEST, ADMIN)
    assert office.domains.remove("EXAMPLE.org", ADMIN).provider == "oidc"
    assert office.world.database.audit[-1].action == "provider.domain_removed"
    with pytest.raises(NotFound, match=r"no domain named 'example\.org'"):
        office.domains.remove("example.org", ADMIN)
    with pytest.raises(InvalidField):
        office.domains.remove("@", ADMIN)
