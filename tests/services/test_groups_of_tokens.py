"""A call with a foreign token asks a directory rarely, and believes nothing that is old."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.group_rules import (
    CHECK_AFTER_SECONDS,
    GroupSnapshot,
    SnapshotState,
)
from authserver.domain.providers import Provider, ProviderKind, SubjectRule
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem
from authserver.services import directory_groups
from authserver.services.directory_groups import AFTER_OUTAGE_SECONDS
from tests.doubles import EPOCH
from tests.services.directories import ListedDirectory, reading_of
from tests.services.grouped import (
    OBJECT,
    TENANT,
    asks_directory,
    identity_of,
    provider_of,
    rule,
    snapshot,
    token,
)

if TYPE_CHECKING:
    from authserver.domain.external_tokens import ExternalToken
    from authserver.domain.identities import Identity
    from authserver.services.group_reading import GroupReading

COMPLETE, OVERAGE, TRUNCATED, UNKNOWN = SnapshotState
ENTRA, OKTA = ProviderKind.ENTRA, ProviderKind.OKTA
DOWN: Final = UpstreamFailure(SignInProblem.PROVIDER_UNREACHABLE, "no answer in time")
RULES: Final = (rule("a", provider="okta"),)


@pytest.fixture
def directory() -> ListedDirectory:
    return ListedDirectory()


@pytest.fixture
def reading(directory: ListedDirectory) -> GroupReading:
    return reading_of(directory)


def of_token(
    reading: GroupReading,
    provider: Provider,
    said: ExternalToken,
    *,
    identity: Identity | None = None,
    now: float = EPOCH,
) -> GroupSnapshot:
    return reading.of_token(provider, RULES, said, identity, now)


def test_groups_of_a_complete_token_need_no_directory(
    reading: GroupReading, directory: ListedDirectory
) -> None:
    found = of_token(reading, asks_directory(OKTA), token(("a",)))
    assert found == GroupSnapshot(("a",), COMPLETE, "access token", EPOCH)
    assert directory.asked == []


def test_a_token_without_its_groups_leads_to_the_directory_once_an_hour(
    reading: GroupReading, directory: ListedDirectory
) -> None:
    provider = asks_directory(OKTA)
    first = of_token(reading, provider, token())
    assert (first.state, first.source) == (COMPLETE, "okta api")
    directory.groups = ("new",)
    assert of_token(reading, provider, token(), now=EPOCH + CHECK_AFTER_SECONDS - 1) == first
    assert len(directory.asked) == 1
    later = of_token(reading, provider, token(), now=EPOCH + CHECK_AFTER_SECONDS)
    assert later.values == ("new",)
    assert of_token(reading, provider, token(subject_key="00u2")).values == ("new",)
    assert [asked[0] for asked in directory.asked] == ["00u1", "00u1", "00u2"]


def test_after_an_outage_the_directory_is_left_alone_for_a_while(
    reading: GroupReading, directory: ListedDirectory
) -> None:
    provider = asks_directory(OKTA)
    directory.failure = DOWN
    for moment in range(10):
        found = of_token(reading, provider, token(), now=EPOCH + moment)
        assert (found.state, found.is_outage) == (UNKNOWN, True)
    assert len(directory.asked) == 1
    directory.failure = None
    assert of_token(reading, provider, token(), now=EPOCH + AFTER_OUTAGE_SECONDS).state is COMPLETE


def test_a_clock_that_was_set_back_makes_nothing_last(
    reading: GroupReading, directory: ListedDirectory
) -> None:
    of_token(reading, asks_directory(OKTA), token(), now=EPOCH + 1_000_000)
    of_token(reading, asks_directory(OKTA), token())
    assert len(directory.asked) == 2


def test_what_a_sign_in_read_from_the_directory_counts_for_an_hour(
    reading: GroupReading, directory: ListedDirectory
) -> None:
    provider = asks_directory(OKTA)
    kept = GroupSnapshot(("kept",), COMPLETE, "okta api", EPOCH)
    identity = identity_of("ada", "okta", snapshot=kept)
    for age in (0.0, CHECK_AFTER_SECONDS):
        assert of_token(reading, provider, token(), identity=identity, now=EPOCH + age) == kept
    assert directory.asked == []
    old = of_token(
        reading, provider, token(), identity=identity, now=EPOCH + CHECK_AFTER_SECONDS + 1
    )
    assert old.values == ("from", "the", "directory")


@pytest.mark.parametrize(
    "kept",
    [
        None,
        snapshot("kept"),
        GroupSnapshot(("kept",), TRUNCATED, "okta api", EPOCH),
        GroupSnapshot((), UNKNOWN, "okta api", EPOCH, is_outage=True),
        GroupSnapshot(("kept",), COMPLETE, "okta api", EPOCH + 60),
    ],
    ids=["nothing", "a claim", "a list cut off", "an outage", "the future"],
)
def test_no_other_snapshot_stands_in_for_the_directory(
    reading: GroupReading, kept: GroupSnapshot | None
) -> None:
    identity = identity_of("ada", "okta", snapshot=kept)
    found = of_token(reading, asks_directory(OKTA), token(), identity=identity)
    assert found.values == ("from", "the", "directory")


def test_a_claim_of_an_earlier_sign_in_does_not_fill_a_token(reading: GroupReading) -> None:
    identity = identity_of("ada", "okta", snapshot=snapshot("kept"))
    found = of_token(reading, provider_of(OKTA), token(), identity=identity)
    assert (found.values, found.state) == ((), UNKNOWN)


def test_nobody_is_asked_where_no_rule_wants_to_know(
    reading: GroupReading, directory: ListedDirectory
) -> None:
    provider = asks_directory(OKTA)
    assert reading.of_token(provider, (), token(), None, EPOCH).state is UNKNOWN
    assert directory.asked == []
    limited = replace(provider, creation_groups=frozenset({"a"}))
    assert reading.of_token(limited, (), token(), None, EPOCH).state is COMPLETE


def test_a_token_that_speaks_for_a_client_has_no_groups_to_ask_for(
    reading: GroupReading, directory: ListedDirectory
) -> None:
    assert of_token(reading, asks_directory(OKTA), token(subject_key="")).state is UNKNOWN
    assert directory.asked == []


def test_the_directory_is_asked_for_the_person_that_the_key_names(
    reading: GroupReading, directory: ListedDirectory
) -> None:
    entra = asks_directory(ENTRA)
    said = token(provider="entra", subject_key=f"{TENANT}/{OBJECT}", overage=True)
    assert of_token(reading, entra, said).source == "graph"
    assert directory.asked[0][:2] == (TENANT, OBJECT)
    # The login name, as an access token of Okta has it in `sub`, names nobody there for ever.
    by_sub = replace(asks_directory(OKTA), subject_rule=SubjectRule.SUB)
    assert of_token(reading, by_sub, token()).state is UNKNOWN
    assert len(directory.asked) == 1


def test_another_way_into_the_directory_forgets_what_the_old_one_told(
    reading: GroupReading, directory: ListedDirectory
) -> None:
    provider = asks_directory(OKTA)
    of_token(reading, provider, token())
    groups = replace(provider.groups, directory_secret=b"sealed anew")
    of_token(reading, replace(provider, groups=groups), token())
    assert len(directory.asked) == 2


def test_a_worker_remembers_a_bounded_number_of_groups(
    reading: GroupReading, directory: ListedDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(directory_groups, "VALUES_REMEMBERED", 50)
    provider = asks_directory(OKTA)
    directory.groups = [str(number) for number in range(10)]
    for person in ("one", "two", "three"):
        of_token(reading, provider, token(subject_key=person))
    of_token(reading, provider, token(subject_key="three"))
    of_token(reading, provider, token(subject_key="two"))
    assert [asked[0] for asked in directory.asked] == ["one", "two", "three"]
    of_token(reading, provider, token(subject_key="one"))
    assert len(directory.asked) == 4
    # Whoever has more than all may be remembered of is asked for each time.
    directory.groups = [str(number) for number in range(51)]
    for _ in range(2):
        assert len(of_token(reading, provider, token(subject_key="four")).values) == 51
    assert len(directory.asked) == 6
