"""Whoever applies a policy locks in the order of everybody: nobody waits in a circle for it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus
from authserver.domain.errors import Conflict
from authserver.domain.leaks import FoundSecret
from authserver.domain.policy_problems import PolicyInvalid
from authserver.services.api_token_drafts import Maker
from authserver.services.commit_barrier import CommitBarrier
from authserver.services.users import UserUpdate
from authserver.storage.api_tokens import ApiTokenRows
from authserver.storage.clients import ClientRows
from authserver.storage.groups import GroupRows
from authserver.storage.policies import PolicyRows
from authserver.storage.users import UserRows
from tests.databases import opened
from tests.services.lingering import lingering
from tests.services.policy_office import PolicyOffice
from tests.services.token_office import DAY, OPERATOR, TokenOffice
from tests.services.world import ADMIN, World
from tests.storage.racing import race

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

pytestmark = pytest.mark.slow
ROUNDS: Final = 3


@pytest.fixture
def office(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenOffice]:
    """The office on a database with several writers."""
    for rows, look in (
        *((ApiTokenRows, "get"), (ApiTokenRows, "set_status"), (ApiTokenRows, "shorten")),
        *((UserRows, "get"), (UserRows, "get_by_username"), (ClientRows, "get")),
        *((GroupRows, "get"), (PolicyRows, "current")),
    ):
        monkeypatch.setattr(rows, look, lingering(getattr(rows, look)))
    with opened(postgresql_url) as database:
        monkeypatch.setattr("tests.services.world.MemoryDatabase", lambda: database)
        world = World()
        world.administration._barrier = CommitBarrier(world.clock, places=20)
        yield TokenOffice(world)


@pytest.fixture
def policies(office: TokenOffice) -> PolicyOffice:
    made = PolicyOffice(office.world)
    for group in ("aa", "bb"):
        made.groups.create(group, "", ADMIN)
        office.world.add_client(f"{group}-robot")
    return made


def together(first: Callable[[], object], second: Callable[[], object]) -> None:
    """Both at the same moment; what one of them raises, this raises."""
    race(2, lambda number: second() if number else first())


def denying(*rules: str) -> str:
    return "".join(
        f'[[deny]]\nname = "n{number}"\n{rule}\nreason = "r"\n' for number, rule in enumerate(rules)
    )


def test_tokens_are_revoked_in_bulk_while_a_policy_names_them(
    office: TokenOffice, policies: PolicyOffice
) -> None:
    for _ in range(ROUNDS):
        first, second = sorted(office.own().token.token_id for _ in range(2))
        text = denying(f'tokens = ["{second}"]', f'tokens = ["{first}"]')
        plan = office.bulk.plan("owner=ada", ApiTokenStatus.REVOKED)
        together(partial(policies.apply, text), partial(office.bulk.act, plan, ADMIN))


def test_leaked_tokens_are_reported_while_a_policy_names_them(
    office: TokenOffice, policies: PolicyOffice
) -> None:
    for _ in range(ROUNDS):
        made = sorted((office.own() for _ in range(2)), key=lambda each: each.token.token_id)
        text = denying(*(f'tokens = ["{each.token.token_id}"]' for each in reversed(made)))
        found = [FoundSecret(each.value) for each in made]
        together(partial(policies.apply, text), partial(office.leaks.report, found, ADMIN))


def test_a_token_is_rotated_while_a_policy_names_it_behind_its_client(
    office: TokenOffice, policies: PolicyOffice
) -> None:
    for _ in range(ROUNDS):
        token_id = office.service().token.token_id
        text = denying('clients = ["ci-reader"]', f'tokens = ["{token_id}"]')
        together(
            partial(policies.apply, text),
            partial(office.tokens.rotate, token_id, ADMIN, OPERATOR, overlap_seconds=0),
        )


@pytest.mark.parametrize("noun", ["groups", "clients"])
def test_two_documents_may_name_the_same_in_another_order(
    policies: PolicyOffice, noun: str
) -> None:
    names = ["aa", "bb"] if noun == "groups" else ["aa-robot", "bb-robot"]
    one, other = (", ".join(f'"{each}"' for each in found) for found in (names, names[::-1]))
    for number in range(ROUNDS):
        begin = f'[access]\nreason = "r{number}"\n{noun} = '
        together(
            partial(policies.apply, f"{begin}[{one}]\n"),
            partial(policies.apply, f"{begin}[{other}]\n", "jira-main"),
        )


def test_a_user_joins_a_group_while_a_policy_names_both(
    office: TokenOffice, policies: PolicyOffice
) -> None:
    joins = UserUpdate(add_groups=["aa"])
    for number in range(ROUNDS):
        text = (
            f'[access]\nreason = "r{number}"\ngroups = ["aa"]\n[[access.override]]\nuser = "ada"\n'
            'effect = "deny"\nuntil = 2999-01-01\nreason = "r"\n'
        )
        together(
            partial(policies.apply, text),
            partial(office.world.users.update, "ada", joins, ADMIN),
        )
        policies.groups.remove("aa", "ada", ADMIN)


def test_a_user_is_put_into_a_group_from_both_ends(
    office: TokenOffice, policies: PolicyOffice
) -> None:
    subject = office.ada.subject
    for _ in range(ROUNDS):
        together(
            lambda: policies.groups.add("aa", subject, ADMIN),
            lambda: office.world.users.update(subject, UserUpdate(add_groups=["aa"]), ADMIN),
        )
        policies.groups.remove("aa", subject, ADMIN)


def test_users_join_the_same_groups_in_another_order(
    office: TokenOffice, policies: PolicyOffice
) -> None:
    office.add_user("bob")
    users = office.world.users
    for _ in range(ROUNDS):
        together(
            lambda: users.update("ada", UserUpdate(add_groups=["aa", "bb"]), ADMIN),
            lambda: users.update("bob", UserUpdate(add_groups=["bb", "aa"]), ADMIN),
        )


def test_tokens_are_made_and_rotated_while_a_policy_shortens_them(
    office: TokenOffice, policies: PolicyOffice
) -> None:
    maker = Maker(office.ada.subject)

    def make() -> None:
        for _ in range(2):
            made = office.own().token.token_id
            office.tokens.rotate(made, office.act, maker, overlap_seconds=DAY)

    for number in range(ROUNDS):
        days = 60 - number
        text = f'[tokens]\nreason = "short"\nmax_lifetime = "{days}d"\n'
        together(make, partial(policies.apply, text))
        longest = ApiTokenFilter(live_at=office.world.clock.now(), longer_than=days * DAY)
        assert office.tokens.count(longest) == 0


def test_a_group_is_deleted_or_named_by_a_policy_and_never_both(
    office: TokenOffice, policies: PolicyOffice
) -> None:
    # The document is new each time: nobody can have locked it.
    for site in (f"site{number}" for number in range(ROUNDS)):
        office.world.add_resource(site)
        group = f"of {site}"
        policies.groups.create(group, "", ADMIN)
        text = f'[access]\nreason = "r"\ngroups = ["{group}"]\n'
        done = race(
            2,
            partial(
                is_done,
                (
                    partial(policies.apply, text, site),
                    partial(policies.groups.delete, group, ADMIN),
                ),
            ),
        )
        assert sorted(done) == [False, True]


def is_done(acts: Sequence[Callable[[], object]], number: int) -> bool:
    try:
        acts[number]()
    except (Conflict, PolicyInvalid):
        return False
    return True
