"""Lists of groups that no sane provider sends end in a session or in a page, never in an error."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.group_rules import GROUPS_MAX, GroupEffect, SnapshotState
from authserver.domain.providers import ProviderKind
from tests.federation.grouping import Club
from tests.federation.world import problem

if TYPE_CHECKING:
    from tests.federation.world import FederatedWorld


@pytest.fixture
def club(federated: FederatedWorld) -> Club:
    return Club(federated)


STRANGE: Final[tuple[Any, ...]] = (
    {"id": "Ops"},
    ["Ops"],
    7,
    1.5,
    True,
    None,
    "",
    "O\0ps",
    "Ops\n",
    "\u202eOps",
    "x" * 5000,
)


@pytest.mark.parametrize("kind", ProviderKind)
def test_strange_values_among_groups_are_left_out(club: Club, kind: ProviderKind) -> None:
    club.provider(kind=kind)
    club.usual_rules()
    assert club.comes("Devs", *STRANGE, "Devs").path == "/account"
    snapshot = club.identity().snapshot
    assert snapshot is not None
    assert (snapshot.values, snapshot.state) == (("Devs",), SnapshotState.TRUNCATED)
    assert (club.groups(), club.administers()) == (["team"], False)


CLAIMS: Final[tuple[object, ...]] = ({"Ops": 1}, "Ops", 7, None, [None], [{}], [[[[]]]], "")


@pytest.mark.parametrize("kind", ProviderKind)
def test_a_strange_claim_is_no_error_of_the_server(club: Club, kind: ProviderKind) -> None:
    fake = club.provider(kind=kind)
    name = "cognito:groups" if kind is ProviderKind.COGNITO else "groups"
    for claim in CLAIMS:
        fake.claims[name] = claim
        assert club.comes().path == "/account", claim
    club.rule("Banned", GroupEffect.DENY)
    for claim in CLAIMS:
        fake.claims[name] = claim
        page = club.comes()
        is_sure = kind is ProviderKind.OIDC and claim == "Ops"
        # A claim of null is left out by the fake, as by most servers.
        is_sure |= kind is ProviderKind.COGNITO and claim is None
        assert (page.path == "/account") is is_sure, claim
        assert is_sure or problem(page) == "groups-unusable"


@pytest.mark.parametrize(
    ("count", "through"), [(10_000, "id token"), (50_000, "id token"), (10_000, "userinfo")]
)
def test_ten_thousand_groups_and_more_sign_in_in_bounded_time(
    club: Club, count: int, through: str
) -> None:
    is_thin = through == "userinfo"
    fake = club.provider(uses_userinfo=is_thin)
    fake.thin = is_thin
    club.usual_rules()
    listed = ("Devs", *(f"g{number}" for number in range(count - 1)))
    began = time.thread_time()
    assert club.comes(*listed).path == "/account"
    # Making the token is part of it: that is the fake's time.
    assert time.thread_time() - began < 5
    snapshot = club.identity().snapshot
    assert snapshot is not None
    assert snapshot.values == listed[:GROUPS_MAX]
    assert snapshot.state == ("complete" if count <= GROUPS_MAX else "truncated")
    assert snapshot.source == through
    assert club.groups() == ["team"]


def test_an_answer_of_more_values_than_any_may_have_is_refused_with_a_page(club: Club) -> None:
    fake = club.provider()
    fake.thin = True
    page = club.comes(*(f"g{number}" for number in range(50_000)))
    assert (page.status, problem(page)) == (403, "answer-unusable")
    assert club.comes("Devs").path == "/account"
