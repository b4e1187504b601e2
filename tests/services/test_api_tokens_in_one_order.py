"""Whoever locks API tokens locks them in one order: nobody waits in a circle for somebody else."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus
from authserver.domain.errors import Conflict
from authserver.domain.grants import Grant, GrantEnd, GrantFilter, GrantOrigin
from authserver.domain.leaks import FoundSecret, LeakOutcome
from authserver.domain.requested_claims import RequestedClaims
from authserver.services.api_token_disuse import UNUSED, Due
from authserver.services.api_token_drafts import Delivery, Maker
from authserver.services.commit_barrier import CommitBarrier
from authserver.services.token_pick_ups import PickUpOver
from authserver.storage.api_tokens import ApiTokenRows
from authserver.storage.authority import AuthorityRows
from authserver.storage.grants import GrantRows
from authserver.storage.policies import PolicyRows
from authserver.storage.resources import ResourceRows
from authserver.storage.token_pick_ups import TokenPickUpRows
from authserver.storage.users import UserRows
from tests.databases import opened
from tests.services.lingering import lingering
from tests.services.policy_office import PolicyOffice
from tests.services.token_office import DAY, OPERATOR, TokenOffice
from tests.services.world import ADMIN, World
from tests.storage.racing import race

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authserver.services.api_token_drafts import MadeApiToken

pytestmark = pytest.mark.slow
ROUNDS: Final = 3


@pytest.fixture
def office(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[TokenOffice]:
    """The office on a database with several writers."""
    for rows, look in (
        *((ApiTokenRows, "get"), (ApiTokenRows, "set_status"), (TokenPickUpRows, "find")),
        *((UserRows, "get"), (UserRows, "get_by_username"), (ResourceRows, "get")),
        *((GrantRows, "end"), (AuthorityRows, "advance"), (PolicyRows, "current")),
    ):
        monkeypatch.setattr(rows, look, lingering(getattr(rows, look)))
    with opened(postgresql_url) as database:
        monkeypatch.setattr("tests.services.world.MemoryDatabase", lambda: database)
        world = World()
        world.administration._barrier = CommitBarrier(world.clock, places=20)
        yield TokenOffice(world)


def test_reports_of_the_same_leaks_in_another_order_are_both_answered(office: TokenOffice) -> None:
    for _ in range(ROUNDS):
        found = [FoundSecret(office.own().value) for _ in range(4)]
        orders = (found, found[::-1])
        first, second = race(2, partial(reported, office, orders))
        for outcomes in zip(first, reversed(second), strict=True):
            assert sorted(outcomes) == [LeakOutcome.OVER, LeakOutcome.REVOKED]


def reported(
    office: TokenOffice, orders: Sequence[Sequence[FoundSecret]], number: int
) -> Sequence[LeakOutcome]:
    return office.leaks.report(orders[number], ADMIN)


def test_a_token_is_revoked_while_a_report_names_it_with_others(office: TokenOffice) -> None:
    for _ in range(ROUNDS):
        made = [office.own() for _ in range(4)]

        def act(number: int, made: Sequence[MadeApiToken] = made) -> None:
            if number:
                office.power.revoke(made[-1].token.token_id, ADMIN)
            else:
                office.leaks.report([FoundSecret(each.value) for each in made], ADMIN)

        race(2, act)


def test_a_token_is_offered_again_while_somebody_picks_it_up(office: TokenOffice) -> None:
    for _ in range(ROUNDS):
        made = office.for_ada(Delivery.LINK)
        ticket = made.link.rpartition("/")[2]

        def act(number: int, token_id: str = made.token.token_id, ticket: str = ticket) -> None:
            try:
                if number:
                    office.pick_ups.pick_up(ticket, office.ada.subject, ADMIN)
                else:
                    office.tokens.offer_again(token_id, ADMIN, Delivery.LINK)
            except (Conflict, PickUpOver):
                return

        race(2, act)
        office.power.revoke(made.token.token_id, ADMIN)


def test_a_token_is_offered_again_while_somebody_rotates_it(office: TokenOffice) -> None:
    for _ in range(ROUNDS):
        made = office.for_ada(Delivery.LINK)

        def act(number: int, token_id: str = made.token.token_id) -> None:
            try:
                if number:
                    office.tokens.rotate(token_id, ADMIN, OPERATOR, overlap_seconds=DAY)
                else:
                    office.tokens.offer_again(token_id, ADMIN, Delivery.LINK)
            except Conflict:
                return

        race(2, act)
        office.power.revoke(made.token.token_id, ADMIN)


def test_a_token_is_revoked_while_unused_ones_are_disabled(office: TokenOffice) -> None:
    for _ in range(ROUNDS):
        tokens = sorted((office.own().token for _ in range(3)), key=lambda each: each.token_id)
        due = [Due(each, office.world.clock.now(), UNUSED) for each in tokens]

        def act(runner: int, due: Sequence[Due] = due) -> None:
            if runner:
                office.disuse._stop(due, ApiTokenStatus.DISABLED)
            else:
                office.power.revoke(due[-1].token.token_id, ADMIN)

        race(2, act)


def test_a_rotated_token_is_revoked_while_all_of_its_owner_are(office: TokenOffice) -> None:
    maker = Maker(office.ada.subject)
    for _ in range(ROUNDS):
        old = office.own().token
        new = office.tokens.rotate(old.token_id, office.act, maker, overlap_seconds=DAY).token

        def act(runner: int, token_id: str = new.token_id) -> None:
            if runner:
                plan = office.bulk.plan("owner=ada", ApiTokenStatus.REVOKED)
                office.bulk.act(plan, ADMIN)
            else:
                office.power.revoke(token_id, ADMIN)

        race(2, act)


def test_all_of_an_owner_are_enabled_again_while_all_are_revoked(office: TokenOffice) -> None:
    for _ in range(ROUNDS):
        # Of some nobody has got the secret, the first one among them.
        for _ in range(4):
            office.for_ada(Delivery.LINK)
            office.own()
        office.bulk.act(office.bulk.plan("owner=ada", ApiTokenStatus.DISABLED), ADMIN)

        def act(runner: int) -> None:
            to = ApiTokenStatus.REVOKED if runner else ApiTokenStatus.ENABLED
            office.bulk.act(office.bulk.plan("owner=ada", to), ADMIN)

        race(2, act)
        assert office.tokens.count(ApiTokenFilter(live_at=office.world.clock.now())) == 0


def test_a_token_is_rotated_while_a_policy_shortens_it(office: TokenOffice) -> None:
    policies, maker = PolicyOffice(office.world), Maker(office.ada.subject)
    for number in range(ROUNDS):
        token_id = office.own().token.token_id
        days = 60 - number

        def act(runner: int, token_id: str = token_id, days: int = days) -> Sequence[str]:
            if runner:
                text = f'[tokens]\nreason = "short"\nmax_lifetime = "{days}d"\n'
                return policies.apply(text).shortened
            office.tokens.rotate(token_id, office.act, maker, overlap_seconds=DAY)
            return ()

        race(2, act)
        longest = ApiTokenFilter(live_at=office.world.clock.now(), longer_than=days * DAY)
        assert office.tokens.count(longest) == 0


def test_two_make_tokens_for_each_other(office: TokenOffice) -> None:
    both = [office.ada, office.add_user("bob")]
    for each in both:
        office.join("makers", each.username)
    office.apply('[tokens]\nfor_others_groups = ["makers"]\nreason = "leads"\n')

    def make(number: int) -> None:
        maker, owner = Maker(both[number].subject), both[1 - number].username
        office.tokens.create(office.draft(user=owner), ADMIN, maker, delivery=Delivery.LINK)

    for _ in range(ROUNDS):
        race(2, make)


def test_two_users_are_told_of_their_tokens_while_one_makes_a_token_for_the_other(
    office: TokenOffice,
) -> None:
    bob = office.add_user("bob")
    first, second = sorted((office.ada, bob), key=lambda each: each.subject)
    office.join("makers", "ada")
    office.join("makers", "bob")
    office.apply('[tokens]\nfor_others_groups = ["makers"]\nreason = "leads"\n')
    for _ in range(ROUNDS):
        for owner in (second, first):
            office.service(user=owner.username, expires_in=60 * DAY)
        office.world.clock.advance(55 * DAY)

        def act(runner: int) -> None:
            if runner:
                draft = office.draft(user=second.username)
                office.tokens.create(draft, ADMIN, Maker(first.subject), delivery=Delivery.LINK)
            else:
                assert office.notices.tell_of_ends(lambda: True).put_in

        race(2, act)


def test_a_token_is_made_while_a_policy_of_its_site_names_its_owner(office: TokenOffice) -> None:
    policies = PolicyOffice(office.world)
    for number in range(ROUNDS):
        text = (
            '[access]\nreason = "r"\n[[access.override]]\nuser = "ada"\neffect = "allow"\n'
            f'until = 2030-01-0{number + 1}\nreason = "r"\n'
        )

        def act(runner: int, text: str = text) -> None:
            if runner:
                policies.apply(text, name="jira-main")
            else:
                office.own()

        race(2, act)


def test_an_app_is_cut_off_while_all_credentials_of_its_user_are_switched_off(
    office: TokenOffice,
) -> None:
    subject = office.ada.subject
    for number in range(ROUNDS):
        wanted = GrantFilter(grant_id=add_grant(office, f"g{number}"))

        def act(runner: int, wanted: GrantFilter = wanted) -> None:
            if runner:
                office.credentials.disable(subject, ADMIN)
            else:
                office.world.grants.end(wanted, GrantEnd.REVOKED_BY_USER, ADMIN)

        race(2, act)
        office.credentials.enable(subject, ADMIN)


def add_grant(office: TokenOffice, grant_id: str) -> str:
    now = office.world.clock.now()
    with office.world.database.writing() as stores:
        stores.grants.add(
            Grant(
                grant_id=grant_id,
                client_id="ci-reader",
                subject=office.ada.subject,
                audience="https://jira.example",
                resource="jira-main",
                scopes=frozenset({"READ"}),
                origin=GrantOrigin.CODE,
                session_id="",
                session_bound=False,
                nonce="",
                auth_time=now,
                acr="",
                amr=(),
                claims=RequestedClaims(),
                created_at=now,
                expires_at=now + DAY,
            )
        )
    return grant_id
