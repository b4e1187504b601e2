"""Giving API tokens new secrets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.api_tokens import (
    ApiTokenFilter,
    ApiTokenStatus,
    Presentation,
)
from authserver.domain.errors import Conflict, InvalidField, NotFound
from authserver.services.api_token_drafts import Delivery, Maker, TokenRefused
from authserver.services.clients import ClientUpdate
from tests.doubles import EPOCH
from tests.services.token_office import DAY, OPERATOR, TokenOffice
from tests.services.world import ADMIN, details

if TYPE_CHECKING:
    from tests.services.world import World

TOKENS = '[tokens]\nreason = "because we say so"\n'


@pytest.fixture
def office(world: World) -> TokenOffice:
    return TokenOffice(world)


def last_event(office: TokenOffice, action: str) -> Any:
    return [each for each in office.world.database.audit if each.action == action][-1]


@pytest.mark.feature(5)
def test_a_rotation_puts_a_new_token_in_the_place_of_the_old_one(office: TokenOffice) -> None:
    old = office.own(expires_in=30 * DAY, networks=["10.0.0.0/8"])
    office.world.clock.advance(DAY)
    made = office.tokens.rotate(
        old.token.token_id, office.act, Maker(office.ada.subject), overlap_seconds=3600.0
    )
    new = made.token
    assert made.value not in {"", old.value}
    assert new.token_id != old.token.token_id
    assert new.lineage_id == old.token.lineage_id
    assert (new.purpose, new.networks, new.scopes) == (
        old.token.purpose,
        old.token.networks,
        old.token.scopes,
    )
    assert new.expires_at == EPOCH + 31 * DAY
    kept = office.kept(old.token)
    assert kept.successor_id == new.token_id
    assert kept.expires_at == made.old_ends_at == EPOCH + DAY + 3600
    event = last_event(office, "token.rotated")
    assert details(event)["lineage_id"] == old.token.lineage_id
    assert details(event)["successor_id"] == new.token_id


def test_an_overlap_never_lengthens_the_old_life(office: TokenOffice) -> None:
    old = office.own(expires_in=3600.0).token
    maker = Maker(office.ada.subject)
    made = office.tokens.rotate(old.token_id, office.act, maker, overlap_seconds=DAY)
    assert made.old_ends_at == old.expires_at


def test_only_the_latest_live_token_is_rotated(office: TokenOffice) -> None:
    maker = Maker(office.ada.subject)

    def rotated(token_id: str, overlap: float) -> str:
        made = office.tokens.rotate(token_id, office.act, maker, overlap_seconds=overlap)
        return made.token.token_id

    first = office.own().token.token_id
    second = rotated(first, DAY)
    with pytest.raises(Conflict, match=f"was rotated into {second}"):
        rotated(first, DAY)
    with pytest.raises(Conflict, match="is live as well"):
        rotated(second, DAY)
    third = rotated(second, 0.0)
    live = office.tokens.page(ApiTokenFilter(live_at=office.world.clock.now()))
    assert [each.token_id for each in live] == [third]
    office.power.disable(third, ADMIN)
    with pytest.raises(Conflict, match="is disabled: make a new one"):
        rotated(third, 0.0)
    with pytest.raises(InvalidField, match="overlap"):
        rotated(third, -1.0)
    with pytest.raises(NotFound):
        rotated("nowhere", 0.0)


def test_policy_is_asked_again_when_a_token_is_rotated(office: TokenOffice) -> None:
    token = office.own(expires_in=100 * DAY).token
    maker = Maker(office.ada.subject)
    office.apply(TOKENS + 'max_lifetime = "30d"\npresentations = ["bearer"]\n')
    made = office.tokens.rotate(token.token_id, office.act, maker, overlap_seconds=0.0)
    assert made.token.expires_at == EPOCH + 30 * DAY
    assert made.token.presentations == {Presentation.BEARER}
    office.apply(TOKENS + 'creators = "administrators"\n')
    with pytest.raises(TokenRefused):
        office.tokens.rotate(made.token.token_id, office.act, maker, overlap_seconds=0.0)


def test_a_rotation_brings_the_ticket_and_the_team_that_policy_wants_by_now(
    office: TokenOffice,
) -> None:
    old = office.own(team="bi").token
    maker = Maker(office.ada.subject)
    office.apply(TOKENS + "require_ticket = true\nrequire_team = true\n")
    with pytest.raises(InvalidField, match="because we say so") as refused:
        office.tokens.rotate(old.token_id, office.act, maker, overlap_seconds=DAY)
    assert refused.value.field == "ticket"
    assert not office.kept(old).successor_id
    new = office.tokens.rotate(
        old.token_id, office.act, maker, overlap_seconds=DAY, ticket="OPS-7"
    ).token
    assert (new.ticket, new.team) == ("OPS-7", "bi")
    last = office.tokens.rotate(
        new.token_id, office.act, maker, overlap_seconds=0.0, team="data"
    ).token
    assert (last.ticket, last.team) == ("OPS-7", "data")


def test_a_rotated_service_keeps_the_scopes_that_its_client_has_left(office: TokenOffice) -> None:
    clients = office.world.clients
    clients.update("ci-reader", ClientUpdate(scopes=["READ", "WRITE"]), ADMIN)
    old = office.service(scopes=["WRITE"]).token
    clients.update("ci-reader", ClientUpdate(scopes=["READ"]), ADMIN)
    new = office.tokens.rotate(old.token_id, ADMIN, OPERATOR, overlap_seconds=0.0).token
    assert new.scopes == {"READ"}


def test_a_rotated_token_and_its_successor_count_as_one(office: TokenOffice) -> None:
    office.apply(TOKENS + "max_count = 2\n")
    old = office.own().token
    maker = Maker(office.ada.subject)
    office.tokens.rotate(old.token_id, office.act, maker, overlap_seconds=DAY, expires_in=60.0)
    office.own()
    with pytest.raises(Conflict, match="2 live API tokens"):
        office.own()
    # The old one goes on though its successor is over: it counts itself then.
    office.world.clock.advance(3600)
    with pytest.raises(Conflict, match="2 live API tokens"):
        office.own()
    office.world.clock.advance(DAY)
    office.own()


def test_the_owner_picks_up_what_somebody_else_rotated(office: TokenOffice) -> None:
    token = office.own().token
    made = office.tokens.rotate(
        token.token_id, ADMIN, OPERATOR, overlap_seconds=DAY, delivery=Delivery.LINK
    )
    assert made.value == ""
    assert made.token.status is ApiTokenStatus.PENDING
    assert made.link


def test_a_lineage_is_listed_from_its_beginning(office: TokenOffice) -> None:
    token = office.own().token
    office.world.clock.advance(5)
    made = office.tokens.rotate(
        token.token_id, office.act, Maker(office.ada.subject), overlap_seconds=DAY
    )
    assert [each.token_id for each in office.tokens.lineage(made.token)] == [
        token.token_id,
        made.token.token_id,
    ]
