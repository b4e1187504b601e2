"""What a worker remembers of providers and their people, and when it looks again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.external_tokens import DenialKind, ExternalDenial
from authserver.domain.group_rules import GroupEffect, GroupRule
from authserver.domain.identities import Identity, IdentityStatus
from authserver.domain.providers import BearerRule, Provider, ProviderKind, ProviderStatus
from authserver.domain.users import UserStatus
from authserver.services.authority import AuthorityView
from authserver.services.provider_view import ProviderView
from tests.doubles import FakeClock
from tests.federation.bearing import user_of
from tests.memory_database import MemoryDatabase
from tests.services.foreign_claims import ISSUERS, TENANT, provider_of, read

if TYPE_CHECKING:
    from authserver.domain.external_tokens import ExternalToken

OTHER: Final = "9188040d-6c67-4c5b-b112-36a304b66dad"
MICROSOFT: Final = "https://login.microsoftonline.com"
DENIED: Final = 1_800_000_000.0


class Look:
    """A view over a database in memory."""

    def __init__(self) -> None:
        self.database = MemoryDatabase()
        self.authority = AuthorityView(self.database, FakeClock())
        self.view = ProviderView(self.database, self.authority)

    def add(self, kind: ProviderKind, name: str, **changes: object) -> Provider:
        provider = replace(provider_of(kind), name=name, **changes)  # type: ignore[arg-type]  # a test's fields
        with self.database.writing() as stores:
            stores.providers.add(provider)
            stores.authority.advance([Change(ChangeKind.PROVIDER, name, 0.0)])
        self.authority.poll()
        return provider

    def names(self, issuer: str) -> list[str]:
        return [each.provider.name for each in self.view.for_issuer(issuer)]

    def takes_bearers(self) -> bool:
        return self.view.takes_bearers

    def link(self, key: str, subject: str, provider: str = "okta") -> None:
        identity = Identity(provider, key, subject, "Grace", IdentityStatus.LINKED, 0.0, None, 0.0)
        with self.database.writing() as stores:
            stores.users.add(user_of(subject, 0.0))
            stores.identities.add(identity)


@pytest.fixture
def look() -> Look:
    return Look()


def test_issuers_are_found_to_the_letter_and_those_of_entra_by_their_form(look: Look) -> None:
    look.add(ProviderKind.OKTA, "okta")
    look.add(ProviderKind.ENTRA, "one-tenant")
    look.add(ProviderKind.ENTRA, "many", issuer=MICROSOFT + "/{tenantid}/v2.0")
    okta = ISSUERS[ProviderKind.OKTA]
    assert look.names(okta) == ["okta"]
    for other in (okta + "/", okta.upper(), okta + "\n", "", "x"):
        assert look.names(other) == []
    # Which tenants count is judged later, and has a reason of its own.
    for tenant in (TENANT, OTHER):
        assert look.names(f"{MICROSOFT}/{tenant}/v2.0") == ["many", "one-tenant"]
        assert look.names(f"https://sts.windows.net/{tenant}/") == ["many", "one-tenant"]
    for other in (f"{MICROSOFT}/{TENANT.upper()}/v2.0", MICROSOFT + "/{tenantid}/v2.0"):
        assert look.names(other) == []


def test_invented_issuers_cost_no_look_at_the_database(look: Look) -> None:
    look.add(ProviderKind.OKTA, "okta")
    look.names("x")
    before = look.database.calls["reading"]
    for number in range(100):
        assert look.names(f"https://{number}.example.org") == []
    assert look.database.calls["reading"] == before


def test_two_providers_may_have_one_issuer(look: Look) -> None:
    look.add(ProviderKind.OIDC, "b")
    look.add(ProviderKind.OIDC, "a")
    assert look.names(ISSUERS[ProviderKind.OIDC]) == ["a", "b"]


def test_a_change_of_any_provider_reads_all_anew(look: Look) -> None:
    assert not look.takes_bearers()
    provider = look.add(ProviderKind.OKTA, "okta")
    assert look.takes_bearers()
    known = look.view.get("okta")
    assert known is not None
    assert (known.provider, known.rules, known.denials) == (provider, (), {})
    rule = GroupRule("r", "okta", "Admins", GroupEffect.DENY, "", "", 0.0)
    denial = ExternalDenial("okta", DenialKind.CLIENT, "x", DENIED, None, "", 0.0)
    with look.database.writing() as stores:
        stores.providers.add_rule(rule)
        stores.providers.add_denial(denial)
        stores.providers.save(replace(provider, bearer=BearerRule()))
    assert look.view.get("okta") is known
    with look.database.writing() as stores:
        stores.authority.advance([Change(ChangeKind.PROVIDER, "somebody-else", 0.0)])
    look.authority.poll()
    known = look.view.get("okta")
    assert known is not None
    assert known.rules == (rule,)
    assert known.denials == {(DenialKind.CLIENT, "x"): DENIED}
    assert not look.takes_bearers()


def test_a_removed_provider_is_nobody(look: Look) -> None:
    provider = look.add(ProviderKind.OKTA, "okta", status=ProviderStatus.REMOVED)
    assert look.view.get("okta") is None
    assert look.names(provider.issuer) == []


def test_people_are_remembered_until_something_about_them_changes(look: Look) -> None:
    look.add(ProviderKind.OKTA, "okta")
    assert look.view.principal("okta", "00u1") is None
    look.link("00u1", "user:grace")
    look.link("00u2", "user:lin")
    first = look.view.principal("okta", "00u1")
    other = look.view.principal("okta", "00u2")
    assert first is not None
    assert (first.user.subject, first.identity.subject_key) == ("user:grace", "00u1")
    with look.database.writing() as stores:
        stores.users.save(replace(first.user, status=UserStatus.DISABLED))
    assert look.view.principal("okta", "00u1") is first
    with look.database.writing() as stores:
        stores.authority.advance([Change(ChangeKind.USER, "user:grace", 0.0)])
    look.authority.poll()
    changed = look.view.principal("okta", "00u1")
    assert changed is not None
    assert not changed.user.is_enabled
    assert look.view.principal("okta", "00u2") is other
    with look.database.writing() as stores:
        stores.identities.unlink("okta", "00u1", 1.0)
        stores.authority.advance([Change(ChangeKind.USER, "user:grace", 0.0)])
    look.authority.poll()
    assert look.view.principal("okta", "00u1") is None


def test_the_same_key_at_another_provider_is_somebody_else(look: Look) -> None:
    look.add(ProviderKind.OKTA, "okta")
    look.add(ProviderKind.OIDC, "other")
    look.link("00u1", "user:grace")
    assert look.view.principal("other", "00u1") is None


@pytest.mark.parametrize(
    ("kind", "value", "until", "denied"),
    [
        (DenialKind.TOKEN, "j1", DENIED, True),
        (DenialKind.TOKEN, "o1", DENIED, True),
        (DenialKind.SUBJECT, "sub-1", DENIED, True),
        (DenialKind.SUBJECT, "sub-1", DENIED - 1, False),
        (DenialKind.CLIENT, "their-app", DENIED, True),
        (DenialKind.CLIENT, "sub-1", DENIED, False),
        (DenialKind.TOKEN, "their-app", DENIED, False),
        (DenialKind.TOKEN, "", DENIED, False),
        (DenialKind.SUBJECT, "", DENIED, False),
    ],
)
def test_a_denial_reaches_what_it_names_and_was_issued_by_then(
    look: Look, kind: DenialKind, value: str, until: float, *, denied: bool
) -> None:
    look.add(ProviderKind.COGNITO, "cognito")
    with look.database.writing() as stores:
        stores.providers.add_denial(ExternalDenial("cognito", kind, value, until, None, "", 0.0))
    known = look.view.get("cognito")
    assert known is not None
    assert known.denies(read(ProviderKind.COGNITO)) is denied
    alone: ExternalToken = read(
        ProviderKind.COGNITO, {"username": None, "origin_jti": None}, clients={"their-app": "ours"}
    )
    assert known.denies(alone) is (denied and value not in {"sub-1", "o1"})


class CountedSubject(str):
    """A subject that counts how often it is compared."""

    __slots__ = ()
    compared = 0

    def __eq__(self, other: object) -> bool:
        CountedSubject.compared += 1
        return super().__eq__(other)

    __hash__ = str.__hash__


def test_a_change_of_one_user_costs_nothing_for_each_of_the_others(look: Look) -> None:
    # A new group rule changes thousands of people at once, and meanwhile no worker answers.
    look.add(ProviderKind.OKTA, "okta")
    people = [f"user:{number}" for number in range(40)]
    for subject in people:
        look.link(f"key-of-{subject}", CountedSubject(subject))
        assert look.view.principal("okta", f"key-of-{subject}") is not None
    CountedSubject.compared = 0
    with look.database.writing() as stores:
        changes = [Change(ChangeKind.USER, f"other:{subject}", 0.0) for subject in people]
        stores.authority.advance([*changes, Change(ChangeKind.USER, people[0], 0.0)])
    look.authority.poll()
    assert CountedSubject.compared <= 2
    with look.database.writing() as stores:
        for subject in people[:2]:
            stores.users.save(replace(user_of(subject, 0.0), status=UserStatus.DISABLED))
    seen = [look.view.principal("okta", f"key-of-{subject}") for subject in people[:2]]
    assert [each is not None and each.user.is_enabled for each in seen] == [False, True]
