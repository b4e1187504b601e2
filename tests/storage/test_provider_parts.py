"""What hangs on providers: domains, group rules, documents, denials."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import AlreadyExists
from authserver.domain.external_tokens import DenialKind
from authserver.domain.group_rules import GroupEffect
from authserver.domain.provider_documents import DocumentKind
from authserver.domain.providers import DomainRouting
from authserver.domain.tokens import FAR_AHEAD_SECONDS
from tests.storage.examples import NOW
from tests.storage.people_examples import HOSTILE
from tests.storage.provider_examples import denial, document, domain, provider, rule
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.domain.ports import Database
    from authserver.storage.database import SqlDatabase


def with_providers(database: Database) -> None:
    with database.writing() as stores:
        stores.providers.add(provider())
        stores.providers.add(provider("entra"))


@pytest.fixture
def providers(any_database: Database) -> Database:
    with_providers(any_database)
    return any_database


def test_a_domain_belongs_to_the_provider_that_was_put_last(providers: Database) -> None:
    with providers.writing() as stores:
        stores.providers.put_domain(domain("zeta.example"))
        stores.providers.put_domain(domain())
        moved = domain(provider="entra", routing=DomainRouting.SUGGEST, created_at=NOW + 1)
        stores.providers.put_domain(moved)
        assert stores.providers.domain("example.org") == moved
        assert stores.providers.domain("Example.org") is None
        assert stores.providers.domains() == [moved, domain("zeta.example")]


def test_a_domain_is_forgotten_once(providers: Database) -> None:
    with providers.writing() as stores:
        stores.providers.put_domain(domain())
        assert stores.providers.remove_domain("example.org")
        assert not stores.providers.remove_domain("example.org")
        assert stores.providers.domains() == []


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_name_has_nothing(providers: Database, hostile: str) -> None:
    with providers.writing() as stores:
        assert stores.providers.domain(hostile) is None
        assert not stores.providers.remove_domain(hostile)
        assert stores.providers.rules(hostile) == []
        assert not stores.providers.remove_rule("okta", hostile)
        assert stores.providers.document(hostile, DocumentKind.KEYS) is None
        assert stores.providers.denials(hostile, NOW) == []
        assert not stores.providers.remove_denial(denial(hostile))


def test_rules_are_told_by_group_effect_and_value(providers: Database) -> None:
    listed = [
        rule("r4", external="A"),
        rule("r1", external="B", effect=GroupEffect.ADMINISTRATOR, value=""),
        rule("r3", external="B", effect=GroupEffect.SCOPES, value="x " * 3000),
        rule("r2", external="B", effect=GroupEffect.SCOPES, value="y"),
        rule("r5", external="a"),
    ]
    with providers.writing() as stores:
        for each in sorted(listed, key=lambda each: each.rule_id):
            stores.providers.add_rule(each)
        stores.providers.add_rule(rule("r1", provider="entra"))
        assert stores.providers.rules("okta") == listed


def test_a_rule_is_there_once_for_each_provider(providers: Database) -> None:
    with providers.writing() as stores:
        stores.providers.add_rule(rule())
        with pytest.raises(AlreadyExists, match="group rule"):
            stores.providers.add_rule(rule("rule-2", label="the same"))
        stores.providers.add_rule(rule("rule-2", provider="entra"))
        stores.providers.add_rule(rule("rule-3", value="others"))
        assert not stores.providers.remove_rule("okta", "rule-2")
        assert stores.providers.remove_rule("okta", "rule-1")
        assert not stores.providers.remove_rule("okta", "rule-1")
        assert stores.providers.rules("entra") == [rule("rule-2", provider="entra")]
        stores.providers.add_rule(rule("rule-2"))


def test_a_document_comes_back_as_it_was_put_last(providers: Database) -> None:
    with providers.writing() as stores:
        stores.providers.put_document(document())
        stores.providers.put_document(document(provider="entra"))
        stores.providers.put_document(document(DocumentKind.METADATA, body="{}"))
        later = document(body='{"keys":[1]}', fetched_at=NOW, problem="", is_refused=False)
        stores.providers.put_document(later)
        assert stores.providers.document("okta", DocumentKind.KEYS) == later
        assert stores.providers.document("entra", DocumentKind.KEYS) == document(provider="entra")
        assert stores.providers.document("okta", DocumentKind.METADATA) == document(
            DocumentKind.METADATA, body="{}"
        )


def test_nobody_asks_twice_within_the_time(providers: Database) -> None:
    with providers.writing() as stores:

        def claim(at: float, not_after: float, name: str = "okta") -> bool:
            return stores.providers.claim_fetch(name, DocumentKind.KEYS, at=at, not_after=not_after)

        assert claim(NOW, NOW - 60)
        assert not claim(NOW, NOW - 60)
        assert not claim(NOW + 59, NOW - 1)
        assert claim(NOW + 60, NOW)
        assert claim(NOW, NOW - 60, "entra")
        assert stores.providers.claim_fetch(
            "okta", DocumentKind.METADATA, at=NOW, not_after=NOW - 60
        )


def test_a_claim_alone_is_no_document(providers: Database) -> None:
    with providers.writing() as stores:
        stores.providers.claim_fetch("okta", DocumentKind.KEYS, at=NOW, not_after=NOW - 60)
        assert stores.providers.document("okta", DocumentKind.KEYS) is None
        never_read = document(body="", fetched_at=0.0)
        stores.providers.put_document(never_read)
        assert stores.providers.document("okta", DocumentKind.KEYS) == never_read


def test_a_claim_keeps_what_was_read(providers: Database) -> None:
    with providers.writing() as stores:
        stores.providers.put_document(document(asked_at=NOW - 100))
        stores.providers.claim_fetch("okta", DocumentKind.KEYS, at=NOW, not_after=NOW - 60)
        assert stores.providers.document("okta", DocumentKind.KEYS) == document(asked_at=NOW)


def test_a_clock_that_was_far_ahead_keeps_nobody_from_asking(providers: Database) -> None:
    with providers.writing() as stores:
        stores.providers.put_document(document(asked_at=NOW + FAR_AHEAD_SECONDS + 1))
        claim = stores.providers.claim_fetch
        assert claim("okta", DocumentKind.KEYS, at=NOW, not_after=NOW - 60)
        assert not claim("okta", DocumentKind.KEYS, at=NOW, not_after=NOW - 60)


@pytest.mark.parametrize("is_first", [True, False])
def test_of_all_workers_one_asks(database: SqlDatabase, *, is_first: bool) -> None:
    with_providers(database)
    if not is_first:
        with database.writing() as stores:
            stores.providers.put_document(document(asked_at=NOW - 100))

    def act(number: int) -> bool:
        with database.writing() as stores:
            return stores.providers.claim_fetch(
                "okta", DocumentKind.KEYS, at=NOW + number / 1000, not_after=NOW - 60
            )

    assert race(8, act).count(True) == 1


def test_denials_are_told_until_they_end(providers: Database) -> None:
    listed = [
        denial("0oa1", kind=DenialKind.CLIENT, expires_at=None),
        denial("00u1", kind=DenialKind.SUBJECT),
        denial("a"),
        denial("b"),
    ]
    with providers.writing() as stores:
        for each in (*reversed(listed), denial(provider="entra")):
            stores.providers.add_denial(each)
        stores.providers.add_denial(denial("over", expires_at=NOW))
        assert stores.providers.denials("okta", NOW) == listed
        assert stores.providers.denials("okta", NOW + 3600) == listed[:1]


@pytest.mark.parametrize(
    ("first", "second", "issued_until", "expires_at"),
    [
        ((NOW, NOW + 10), (NOW + 5, NOW + 20), NOW + 5, NOW + 20),
        ((NOW + 5, NOW + 20), (NOW, NOW + 10), NOW + 5, NOW + 20),
        ((NOW, None), (NOW + 5, NOW + 20), NOW + 5, None),
        ((NOW + 5, NOW + 20), (NOW, None), NOW + 5, None),
    ],
)
def test_a_denial_only_gets_wider(
    providers: Database,
    first: tuple[float, float | None],
    second: tuple[float, float | None],
    issued_until: float,
    expires_at: float | None,
) -> None:
    with providers.writing() as stores:
        stores.providers.add_denial(denial(issued_until=first[0], expires_at=first[1]))
        again = denial(
            issued_until=second[0], expires_at=second[1], reason="again", created_at=NOW + 1
        )
        stores.providers.add_denial(again)
        assert stores.providers.denials("okta", NOW) == [
            replace(again, issued_until=issued_until, expires_at=expires_at, created_at=NOW)
        ]


def test_a_denial_is_lifted_once(providers: Database) -> None:
    with providers.writing() as stores:
        stores.providers.add_denial(denial())
        assert not stores.providers.remove_denial(denial(kind=DenialKind.SUBJECT))
        assert not stores.providers.remove_denial(denial(provider="entra"))
        assert stores.providers.remove_denial(denial(issued_until=0.0))
        assert not stores.providers.remove_denial(denial())
        assert stores.providers.denials("okta", NOW) == []
