"""No mail brings a link that is dead, or tells of the end of what has ended already."""

from __future__ import annotations

import pytest

from authserver.domain.api_tokens import ApiTokenStatus
from authserver.domain.errors import Conflict
from authserver.domain.mail import MailKind, MailStatus
from authserver.domain.mail_ports import Blame, MailNotSent
from authserver.services.api_token_drafts import Delivery, Maker
from authserver.services.api_token_ends import ApiTokenEnds
from authserver.services.mail_administration import MailAdministration
from authserver.services.mail_deliveries import MailDeliveries
from tests.services.mail_room import PlainWriter, ScriptedSender
from tests.services.token_office import DAY, TokenOffice
from tests.services.world import ADMIN, ISSUER, World

WAITING, CANCELLED = MailStatus.WAITING, MailStatus.CANCELLED
DOWN = MailNotSent(Blame.MAIL, "450 later")


class Office(TokenOffice):
    """The office with a mail server that takes nothing unless it is told to."""

    def __init__(self) -> None:
        super().__init__(World())
        self.sender = ScriptedSender(usual=DOWN)
        self.deliveries = MailDeliveries(
            database=self.world.database,
            clock=self.world.clock,
            outbox=self.outbox,
            writer=PlainWriter(),
            sender=self.sender,
        )
        self.mail = MailAdministration(
            administration=self.world.administration,
            outbox=self.outbox,
            writer=PlainWriter(),
            sender=self.sender,
            secret_maker=self.world.secret_maker,
            issuer=ISSUER,
        )

    def standing(self, kind: MailKind) -> list[MailStatus]:
        """What became of the mails of a kind, oldest first."""
        return [each.status for each in self.mail.list() if each.kind is kind]

    def links(self) -> list[MailStatus]:
        return self.standing(MailKind.TOKEN_READY)

    def deliver(self) -> int:
        return self.deliveries.deliver(lambda: True)


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.mark.parametrize("delivery", list(Delivery))
def test_a_link_that_was_replaced_is_not_sent(office: Office, delivery: Delivery) -> None:
    token = office.for_ada().token
    office.for_ada()
    office.world.clock.advance(1)
    office.tokens.offer_again(token.token_id, ADMIN, delivery)
    expected = [CANCELLED, WAITING] + [WAITING] * (delivery is Delivery.MAIL)
    assert office.links() == expected
    assert all(not each.sealed for each in office.mail.list(CANCELLED))
    office.sender.usual = None
    assert office.deliver() == expected.count(WAITING)


def test_a_link_is_not_sent_once_the_token_is_picked_up_or_over(office: Office) -> None:
    made = office.for_ada()
    mail = office.mail.list()[0]
    ticket = str(office.outbox.opened(mail)[1]["link"]).rpartition("/")[2]
    office.pick_ups.pick_up(ticket, office.ada.subject, office.act)
    office.power.revoke(office.for_ada().token.token_id, ADMIN)
    office.for_ada(expires_in=60.0)
    office.world.clock.advance(61)
    ApiTokenEnds(office.world.administration).note(lambda: True)
    office.for_ada()
    office.bulk.act(office.bulk.plan("status=pending", ApiTokenStatus.REVOKED), ADMIN)
    assert office.links() == [CANCELLED] * 4
    assert office.kept(made.token).status is ApiTokenStatus.ENABLED


def test_a_token_that_was_only_disabled_keeps_its_mail(office: Office) -> None:
    office.power.disable(office.for_ada().token.token_id, ADMIN)
    office.bulk.act(office.bulk.plan("owner=ada", ApiTokenStatus.DISABLED), ADMIN)
    assert office.links() == [WAITING]


def test_nobody_is_warned_of_the_end_of_what_was_revoked_or_rotated(office: Office) -> None:
    tokens = [office.own(expires_in=60 * DAY).token.token_id for _ in range(4)]
    office.world.clock.advance(55 * DAY)
    office.notices.tell_of_ends(lambda: True)
    # What was given up could be tried again.
    office.sender.failures = [MailNotSent(Blame.FOR_EVER, "550 full")] * 4
    office.deliver()
    office.power.revoke(tokens[0], ADMIN)
    office.tokens.rotate(tokens[1], office.act, Maker(office.ada.subject), overlap_seconds=DAY)
    plan = office.bulk.plan("status=enabled and team=ops", ApiTokenStatus.REVOKED)
    office.change(office.tokens.get(tokens[2]), team="ops")
    office.bulk.act(plan, ADMIN)
    about = {each.key.split(":")[1]: each.status for each in office.mail.list()}
    assert [about[each] for each in tokens] == [CANCELLED] * 3 + [MailStatus.GIVEN_UP]
    with pytest.raises(Conflict, match="is cancelled: there is nothing left to send"):
        office.mail.retry(office.mail.list(CANCELLED)[0].mail_id, ADMIN)


def test_what_is_over_before_it_is_sent_is_cancelled(office: Office) -> None:
    office.for_ada()
    office.deliver()
    office.world.clock.advance(DAY)
    assert (office.deliver(), office.links()) == (0, [CANCELLED])
    event = office.world.database.audit[-1]
    assert (event.action, event.reason) == ("mail.cancelled", "what it tells of is over")


def test_a_link_that_is_dead_is_not_tried_again(office: Office) -> None:
    office.sender.failures = [MailNotSent(Blame.FOR_EVER, "550 full")] * 2
    office.for_ada()
    office.deliver()
    (mail,) = office.mail.list()
    office.world.clock.advance(DAY / 2)
    again = office.mail.retry(mail.mail_id, ADMIN)
    assert again.expires_at == mail.created_at + DAY
    office.deliver()
    office.world.clock.advance(DAY / 2)
    assert office.links() == [MailStatus.GIVEN_UP]
    with pytest.raises(Conflict, match="what it tells of is over"):
        office.mail.retry(mail.mail_id, ADMIN)
    assert office.links() == [CANCELLED]
    event = office.world.database.audit[-1]
    assert (event.action, event.actor) == ("mail.cancelled", ADMIN.actor)
