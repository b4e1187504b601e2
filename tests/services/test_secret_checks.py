"""Comparing secrets: what matches, and that the work does not tell what is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.stored_secrets import DigestKind, StoredSecret
from authserver.services.secret_checks import STAND_IN_HASH, SecretCheck
from tests.services.collaborators import CountingDigester, CountingPasswords, hash_of

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW: Final = 1_000.0
PURPOSE: Final = "client_secret"


class Bench:
    def __init__(self) -> None:
        self.digester = CountingDigester()
        self.passwords = CountingPasswords()
        self.check = SecretCheck(self.digester, self.passwords, PURPOSE)

    def keyed(
        self, value: str, *, pepper: str = "pepper-2", expires_at: float | None = None
    ) -> StoredSecret:
        digest = CountingDigester().digest(PURPOSE, value, pepper)
        return stored(f"of-{value}", DigestKind.KEYED, digest, pepper, expires_at)

    def imported(self, value: str, *, expires_at: float | None = None) -> StoredSecret:
        return stored(f"of-{value}", DigestKind.BCRYPT, hash_of(value), "", expires_at)

    def match(self, secrets: Sequence[StoredSecret], value: str) -> str | None:
        found = self.check.matching(secrets, value, NOW)
        return None if found is None else found.secret_id


def stored(
    secret_id: str, kind: DigestKind, digest: bytes, pepper: str, expires_at: float | None
) -> StoredSecret:
    return StoredSecret(
        secret_id=secret_id,
        kind=kind,
        digest=digest,
        pepper_id=pepper,
        hint="",
        created_at=0.0,
        expires_at=expires_at,
        last_used_at=None,
    )


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_the_right_secret_among_several_is_found(bench: Bench) -> None:
    secrets = [bench.keyed("one"), bench.keyed("two"), bench.keyed("three")]
    assert bench.match(secrets, "two") == "of-two"
    assert bench.match(secrets, "four") is None
    assert bench.match([], "one") is None


def test_a_secret_under_an_older_pepper_still_matches(bench: Bench) -> None:
    assert bench.match([bench.keyed("one", pepper="pepper-1")], "one") == "of-one"


def test_a_secret_under_a_pepper_that_is_gone_matches_nothing(bench: Bench) -> None:
    assert bench.match([bench.keyed("one", pepper="pepper-0")], "one") is None


def test_a_digest_of_zeros_under_a_pepper_that_is_gone_matches_nothing(bench: Bench) -> None:
    zeros = stored("zeros", DigestKind.KEYED, bytes(31), "pepper-0", None)
    assert bench.match([zeros], "anything") is None


@pytest.mark.rule("CA-06")
@pytest.mark.parametrize(("ends", "matches"), [(NOW - 1, 0), (NOW, 0), (NOW + 0.5, 1)])
def test_a_secret_counts_until_the_moment_it_expires(
    bench: Bench, ends: float, matches: int
) -> None:
    keyed = bench.match([bench.keyed("one", expires_at=ends)], "one")
    imported = bench.check.matching_imported(
        [bench.imported("one", expires_at=ends)], "one", NOW, pretend=False
    )
    assert (keyed is not None) == (imported is not None) == bool(matches)


def test_the_digest_of_an_imported_secret_is_no_keyed_one(bench: Bench) -> None:
    digest = CountingDigester().digest(PURPOSE, "one", "pepper-2")
    forged = stored("imported", DigestKind.BCRYPT, digest, "pepper-2", None)
    assert bench.match([forged], "one") is None


@pytest.mark.parametrize("count", [0, 1, 5])
def test_every_check_digests_once_for_each_pepper(bench: Bench, count: int) -> None:
    bench.check.matching([bench.keyed(str(number)) for number in range(count)], "x", NOW)
    assert bench.digester.calls == [(PURPOSE, "x", "pepper-2"), (PURPOSE, "x", "pepper-1")]


def test_an_imported_secret_is_found_by_its_hash(bench: Bench) -> None:
    secrets = [bench.imported("one"), bench.imported("two")]
    found = bench.check.matching_imported(secrets, "two", NOW, pretend=True)
    assert found is secrets[1]
    assert bench.check.matching_imported(secrets, "three", NOW, pretend=True) is None


def test_without_any_import_no_hash_is_computed(bench: Bench) -> None:
    bench.check.matching_imported([bench.keyed("one")], "one", NOW, pretend=False)
    assert bench.passwords.compared == []


@pytest.mark.parametrize("kind", ["absent", "keyed", "expired import"])
def test_while_somebody_has_an_import_everybody_costs_one_hash(bench: Bench, kind: str) -> None:
    secrets = {
        "absent": [],
        "keyed": [bench.keyed("one")],
        "expired import": [bench.imported("one", expires_at=NOW)],
    }[kind]
    assert bench.check.matching_imported(secrets, "one", NOW, pretend=True) is None
    assert bench.passwords.compared == [STAND_IN_HASH]


def test_an_import_costs_no_second_hash(bench: Bench) -> None:
    bench.check.matching_imported([bench.imported("one")], "wrong", NOW, pretend=True)
    assert bench.passwords.compared == [hash_of("one")]
