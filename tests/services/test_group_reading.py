"""Groups are read from claims; where those do not do, from the directory, which may fail."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.errors import DomainError, NotFound, StorageUnavailable
from authserver.domain.group_rules import (
    GROUPS_MAX,
    GroupSnapshot,
    SnapshotState,
)
from authserver.domain.providers import GroupSource, GroupsRule, Provider, ProviderKind
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem
from tests.doubles import EPOCH
from tests.services.directories import ListedDirectory, reading_of
from tests.services.grouped import (
    OBJECT,
    TENANT,
    asks_directory,
    provider_of,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.services.group_reading import GroupReading

COMPLETE, OVERAGE, TRUNCATED, UNKNOWN = SnapshotState
ENTRA, OKTA = ProviderKind.ENTRA, ProviderKind.OKTA
HUNDRED: Final = [f"group {number}" for number in range(100)]
OVERFLOWING: Final = {
    "_claim_names": {"groups": "src1"},
    "_claim_sources": {"src1": {"endpoint": "https://canary.example/groups"}},
}
DOWN: Final = UpstreamFailure(SignInProblem.PROVIDER_UNREACHABLE, "no answer in time")


@pytest.fixture
def directory() -> ListedDirectory:
    return ListedDirectory()


@pytest.fixture
def reading(directory: ListedDirectory) -> GroupReading:
    return reading_of(directory)


def at_sign_in(
    reading: GroupReading,
    provider: Provider,
    claims: Mapping[str, object],
    userinfo: Mapping[str, object] | None = None,
    *,
    tenant: str = TENANT,
    object_id: str = OBJECT,
    user_id: str = "00u1",
) -> GroupSnapshot:
    return reading.at_sign_in(
        provider,
        claims,
        userinfo or {},
        tenant=tenant,
        object_id=object_id,
        user_id=user_id,
        now=EPOCH,
        seconds=3.5,
    )


def test_groups_of_the_id_token_come_before_those_of_userinfo(reading: GroupReading) -> None:
    found = at_sign_in(reading, provider_of(OKTA), {"Teams": ["a"]}, {"Teams": ["b", "everything"]})
    assert found == GroupSnapshot(("a",), COMPLETE, "id token", EPOCH)


def test_a_thin_id_token_leaves_the_word_to_userinfo(reading: GroupReading) -> None:
    found = at_sign_in(reading, provider_of(OKTA), {"sub": "00u1"}, {"Teams": ["b"]})
    assert found == GroupSnapshot(("b",), COMPLETE, "userinfo", EPOCH)
    silent = at_sign_in(reading, provider_of(OKTA), {}, {"sub": "00u1"})
    assert silent == GroupSnapshot((), UNKNOWN, "id token", EPOCH, "there is no claim Teams")


def test_userinfo_does_not_undo_an_overage(reading: GroupReading) -> None:
    found = at_sign_in(reading, provider_of(ENTRA), OVERFLOWING, {"groups": ["admins"]})
    assert (found.values, found.state) == ((), OVERAGE)


@pytest.mark.rule("FE-09")
def test_an_overage_is_resolved_by_the_directory(
    reading: GroupReading, directory: ListedDirectory
) -> None:
    found = at_sign_in(reading, asks_directory(ENTRA), OVERFLOWING)
    assert found == GroupSnapshot(("from", "the", "directory"), COMPLETE, "graph", EPOCH)
    assert directory.asked == [(TENANT, OBJECT, "credential of entra", 3.5)]


@pytest.mark.rule("FE-09")
def test_an_overage_that_nobody_may_resolve_stays_one(
    reading: GroupReading, directory: ListedDirectory
) -> None:
    assert at_sign_in(reading, provider_of(ENTRA), OVERFLOWING).state is OVERAGE
    assert directory.asked == []


@pytest.mark.parametrize(
    ("claims", "source"),
    [({"Teams": HUNDRED}, "okta api"), ({}, "okta api"), ({"Teams": ["a"]}, "id token")],
    ids=["cut off", "missing", "complete"],
)
def test_okta_is_asked_where_its_list_may_go_on(
    reading: GroupReading, claims: dict[str, object], source: str
) -> None:
    found = at_sign_in(reading, asks_directory(OKTA), claims)
    assert (found.state, found.source) == (COMPLETE, source)


@pytest.mark.parametrize(
    ("claims", "values", "state"),
    [
        ({"Teams": HUNDRED}, tuple(HUNDRED), TRUNCATED),
        ({"Teams": ["a", 7]}, ("a",), TRUNCATED),
        ({}, (), UNKNOWN),
    ],
    ids=["cut off", "malformed", "missing"],
)
def test_in_an_outage_of_the_directory_what_the_claims_gave_stays(
    reading: GroupReading,
    directory: ListedDirectory,
    claims: dict[str, object],
    values: tuple[str, ...],
    state: SnapshotState,
) -> None:
    directory.failure = DOWN
    found = at_sign_in(reading, asks_directory(OKTA), claims)
    assert (found.values, found.state, found.is_outage) == (values, state, True)
    assert "no answer in time" in found.detail


@pytest.mark.parametrize(
    "trouble",
    [
        UpstreamFailure(SignInProblem.PROVIDER_REFUSED, "no live secret"),
        NotFound("key-encryption key", "kek-1"),
    ],
    ids=["refused", "no key"],
)
def test_a_credential_that_cannot_be_had_is_an_outage_too(
    reading: GroupReading, directory: ListedDirectory, trouble: DomainError
) -> None:
    directory.locked = trouble
    found = at_sign_in(reading, asks_directory(ENTRA), OVERFLOWING)
    assert (found.values, found.state, found.is_outage) == ((), UNKNOWN, True)
    assert directory.asked == []


def test_a_database_in_an_outage_is_not_the_provider_s(
    reading: GroupReading, directory: ListedDirectory
) -> None:
    directory.locked = StorageUnavailable("no database")
    with pytest.raises(StorageUnavailable):
        at_sign_in(reading, asks_directory(ENTRA), OVERFLOWING)


def test_what_an_outage_says_is_bounded(reading: GroupReading, directory: ListedDirectory) -> None:
    directory.failure = UpstreamFailure(SignInProblem.PROVIDER_REFUSED, "x" * 10_000)
    assert len(at_sign_in(reading, asks_directory(ENTRA), OVERFLOWING).detail) <= 200


@pytest.mark.parametrize(
    ("tenant", "object_id"),
    [
        ("", OBJECT),
        (TENANT, ""),
        (f"../{TENANT}", OBJECT),
        (TENANT, f"{OBJECT}/memberOf"),
        (TENANT, f"{OBJECT}\n"),
    ],
    ids=repr,
)
def test_nobody_is_asked_for_whom_no_guid_names(
    reading: GroupReading, directory: ListedDirectory, tenant: str, object_id: str
) -> None:
    found = at_sign_in(
        reading, asks_directory(ENTRA), OVERFLOWING, tenant=tenant, object_id=object_id
    )
    assert found.state is OVERAGE
    assert directory.asked == []


def test_a_directory_is_asked_for_its_own_kind_alone(
    reading: GroupReading, directory: ListedDirectory
) -> None:
    for kind, source in (
        (ENTRA, GroupSource.OKTA_API),
        (OKTA, GroupSource.GRAPH),
        (ProviderKind.OIDC, GroupSource.GRAPH),
        (ProviderKind.COGNITO, GroupSource.OKTA_API),
    ):
        provider = provider_of(kind, groups=GroupsRule(source=source))
        assert at_sign_in(reading, provider, OVERFLOWING).state is OVERAGE
    assert at_sign_in(reading, asks_directory(OKTA), {}, user_id="").state is UNKNOWN
    assert directory.asked == []


@pytest.mark.parametrize(
    ("count", "state"), [(GROUPS_MAX, COMPLETE), (GROUPS_MAX + 1, TRUNCATED), (50_000, TRUNCATED)]
)
def test_of_a_directory_no_more_groups_are_kept_than_of_a_claim(
    reading: GroupReading, directory: ListedDirectory, count: int, state: SnapshotState
) -> None:
    directory.groups = [f"{number:036d}" for number in range(count)]
    found = at_sign_in(reading, asks_directory(ENTRA), OVERFLOWING)
    assert (len(found.values), found.state) == (GROUPS_MAX, state)
    assert not found.is_outage


def test_a_hundred_groups_of_the_directory_are_all(
    reading: GroupReading, directory: ListedDirectory
) -> None:
    directory.groups = HUNDRED
    assert at_sign_in(reading, asks_directory(OKTA), {"Teams": HUNDRED}).state is COMPLETE
