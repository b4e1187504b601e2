"""A token made for somebody else gets its secret when that very user picks it up, once."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.api_tokens import API_TOKEN_PURPOSE, ApiTokenStatus
from authserver.domain.audit import Actor, ActorKind
from authserver.domain.authority import ChangeKind
from authserver.domain.errors import Conflict, InvalidField, NotFound, StorageUnavailable
from authserver.domain.mail import MailKind, MailStatus
from authserver.domain.users import UserStatus
from authserver.services.administration import Act
from authserver.services.token_pick_ups import NoSuchPickUp, PickUpOver, PickUpResting
from tests.services.mail_room import DAY, MailRoom
from tests.services.world import ADMIN, ISSUER

if TYPE_CHECKING:
    from authserver.domain.api_tokens import ApiToken
    from authserver.services.token_pick_ups import PickedUp

BY_ADA = Act(Actor(ActorKind.USER, "user:ada"), "r-2", "192.0.2.2")


@pytest.fixture
def room() -> MailRoom:
    return MailRoom()


def offer(room: MailRoom, token: ApiToken) -> str:
    """The ticket that the mail brings."""
    with room.database.writing() as stores:
        room.pick_ups.offer_in(stores, token, ADMIN)
    return ticket_of(str(room.words(room.mails[-1])["link"]))


def ticket_of(link: str) -> str:
    start, _, ticket = link.rpartition("/")
    assert start == f"{ISSUER}/account/pick-up"
    return ticket


def pick_up(room: MailRoom, ticket: str, subject: str = "user:ada") -> PickedUp:
    return room.pick_ups.pick_up(ticket, subject, BY_ADA)


def stored(room: MailRoom, token_id: str = "t1") -> ApiToken:
    with room.database.reading() as stores:
        token = stores.api_tokens.get(token_id)
    assert token is not None
    return token


def test_the_owner_gets_a_link_and_nobody_a_secret(room: MailRoom) -> None:
    token = room.pending()
    offer(room, token)
    (mail,) = room.mails
    assert (mail.kind, mail.to) == (MailKind.TOKEN_READY, "ada@example.org")
    words = room.words(mail)
    assert words["link_ends_at"] == room.clock.now() + DAY == mail.expires_at
    assert words["ends_at"] == token.expires_at
    assert stored(room) == token
    assert token.secret is None


@pytest.mark.rule("AK-01")
def test_the_ticket_stands_nowhere_in_clear(room: MailRoom) -> None:
    ticket = offer(room, room.pending())
    state = room.database.state
    shown = repr((state.pick_ups, state.mails, state.audit, state.api_tokens, state.changes))
    assert ticket not in shown
    assert ticket[-20:] not in shown
    (kept,) = state.pick_ups.values()
    assert kept.digest != ticket.encode()


def test_a_look_changes_nothing(room: MailRoom) -> None:
    ticket = offer(room, room.pending())
    before = room.database.state.copy()
    for _ in range(3):
        assert room.pick_ups.look(ticket, "user:ada").token_id == "t1"
    assert room.database.state.pick_ups == before.pick_ups
    assert room.database.state.api_tokens == before.api_tokens


def test_the_pick_up_makes_the_secret_and_every_worker_hears_of_it(room: MailRoom) -> None:
    token = room.pending(status_changed_at=1.0)
    ticket = offer(room, token)
    room.clock.advance(60)
    picked_up = pick_up(room, ticket)
    now = stored(room)
    assert now == picked_up.token
    assert now.status is ApiTokenStatus.ENABLED
    assert now.status_changed_at == room.clock.now()
    assert (now.expires_at, now.scopes) == (token.expires_at, token.scopes)
    assert now.secret is not None
    assert now.secret.hint == picked_up.value[-4:]
    digester = room.world.digester
    assert now.secret.digest == digester.digest(
        API_TOKEN_PURPOSE, picked_up.value, now.secret.pepper_id
    )
    assert re.match("asv_pat_", picked_up.value)
    assert picked_up.value not in repr(picked_up)
    change = room.database.state.changes[-1]
    assert (change.change.kind, change.change.value) == (ChangeKind.API_TOKEN, "t1")


def test_who_offered_and_who_picked_up_is_on_record(room: MailRoom) -> None:
    pick_up(room, offer(room, room.pending()))
    offered, picked_up = room.database.audit
    assert (offered.action, offered.actor) == ("token.offered", ADMIN.actor)
    assert (picked_up.action, picked_up.actor) == ("token.picked_up", BY_ADA.actor)
    for event in (offered, picked_up):
        assert event.object_id == "t1"
        assert event.details["lineage_id"] == "lineage-1"
        assert event.details["owner"] == "user:ada"


def test_the_second_time_is_too_late(room: MailRoom) -> None:
    ticket = offer(room, room.pending())
    first = pick_up(room, ticket)
    for act in (room.pick_ups.look, pick_up_with(room)):
        with pytest.raises(PickUpOver) as refused:
            act(ticket, "user:ada")
        assert refused.value.was_used
    assert stored(room) == first.token


def pick_up_with(room: MailRoom) -> Any:
    return lambda ticket, subject: room.pick_ups.pick_up(ticket, subject, BY_ADA)


def test_after_a_day_it_is_too_late(room: MailRoom) -> None:
    ticket = offer(room, room.pending())
    room.clock.advance(DAY - 1)
    room.pick_ups.look(ticket, "user:ada")
    room.clock.advance(1)
    with pytest.raises(PickUpOver) as refused:
        pick_up(room, ticket)
    assert not refused.value.was_used
    assert stored(room).status is ApiTokenStatus.PENDING


def test_nobody_else_learns_whether_there_is_a_ticket(room: MailRoom) -> None:
    ticket = offer(room, room.pending())
    room.user("bob")
    other = room.world.secret_maker.secret("pu")
    for presented, subject in ((ticket, "user:bob"), (other, "user:ada"), ("", "user:ada")):
        with pytest.raises(NoSuchPickUp):
            room.pick_ups.look(presented, subject)
        with pytest.raises(NoSuchPickUp):
            pick_up(room, presented, subject)
    pick_up(room, ticket)
    with pytest.raises(NoSuchPickUp):
        pick_up(room, ticket, "user:bob")


@pytest.mark.parametrize(
    "changes",
    [
        {"status": ApiTokenStatus.REVOKED},
        {"status": ApiTokenStatus.ENABLED},
        {"owner": "user:bob"},
        {"expires_at": 1.0},
    ],
)
def test_a_token_that_is_not_there_to_be_picked_up_is_not(
    room: MailRoom, changes: dict[str, Any]
) -> None:
    token = room.pending()
    ticket = offer(room, token)
    with room.database.writing() as stores:
        stores.api_tokens.save(replace(token, **changes))
    with pytest.raises(PickUpOver):
        pick_up(room, ticket)
    assert stored(room).secret is None


def test_a_ticket_does_not_outlive_its_token(room: MailRoom) -> None:
    token = room.pending(days=0.25)
    offer(room, token)
    assert room.words(room.mails[0])["link_ends_at"] == token.expires_at


def test_a_second_offer_ends_the_first(room: MailRoom) -> None:
    token = room.pending()
    first = offer(room, token)
    room.clock.advance(60)
    second = offer(room, token)
    with pytest.raises(PickUpOver):
        pick_up(room, first)
    pick_up(room, second)


def test_a_failed_pick_up_can_be_done_again(room: MailRoom) -> None:
    ticket = offer(room, room.pending())
    room.database.failing.add("commit")
    with pytest.raises(StorageUnavailable):
        pick_up(room, ticket)
    room.database.failing.clear()
    assert stored(room).secret is None
    kinds = {each.change.kind for each in room.database.state.changes}
    assert ChangeKind.API_TOKEN not in kinds
    pick_up(room, ticket)


def test_two_who_pick_up_at_one_moment_get_one_secret(room: MailRoom) -> None:
    ticket = offer(room, room.pending())
    values: list[str] = []

    def overtake() -> None:
        values.append(pick_up(room, ticket).value)

    room.database.while_reading = overtake
    with pytest.raises(PickUpOver):
        pick_up(room, ticket)
    assert len(values) == 1


def test_without_mail_the_link_goes_by_hand(room: MailRoom) -> None:
    off = MailRoom(is_on=False)
    token = off.pending()
    with pytest.raises(Conflict, match="--print-link"), off.database.writing() as stores:
        off.pick_ups.offer_in(stores, token, ADMIN)
    with off.database.writing() as stores:
        link = off.pick_ups.link_in(stores, token, ADMIN)
    pick_up(off, ticket_of(link))
    assert off.mails == []
    assert off.database.audit[0].details["way"] == "by hand"


def test_an_owner_without_an_address_needs_a_hand(room: MailRoom) -> None:
    token = room.pending(owner=room.user("bob", email="").subject)
    with pytest.raises(InvalidField, match="e-mail address"), room.database.writing() as stores:
        room.pick_ups.offer_in(stores, token, ADMIN)
    assert room.database.state.pick_ups == {}


def test_only_a_pending_token_of_an_enabled_user_is_offered(room: MailRoom) -> None:
    bob = room.user("bob", status=UserStatus.DISABLED)
    for token, problem in (
        (room.token("t1"), Conflict),
        (room.pending("t2", owner=bob.subject), Conflict),
        (room.pending("t3", owner="user:never"), NotFound),
    ):
        for way in (room.pick_ups.offer_in, room.pick_ups.link_in):
            with pytest.raises(problem), room.database.writing() as stores:
                way(stores, token, ADMIN)


def test_the_mail_with_the_link_is_as_sealed_as_all_mail(room: MailRoom) -> None:
    ticket = offer(room, room.pending())
    room.deliver()
    assert ticket in room.sender.sent[0].written.text
    (mail,) = room.mails
    assert (mail.status, mail.sealed) == (MailStatus.SENT, b"")


def test_while_the_users_credentials_rest_nothing_is_offered_or_picked_up(room: MailRoom) -> None:
    token = room.pending()
    ticket = offer(room, token)
    with room.database.writing() as stores:
        stores.users.save(replace(room.ada, credentials_disabled_at=room.clock.now()))
    with pytest.raises(PickUpResting):
        pick_up(room, ticket)
    with pytest.raises(Conflict, match="enable-credentials"):
        offer(room, token)
    with room.database.writing() as stores:
        stores.users.save(room.ada)
    pick_up(room, ticket)
