"""Mail that goes or does not, and tokens that are offered and picked up, are on record (AU-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.audit import Actor, ActorKind
from authserver.services.administration import Act
from tests.mail_servers import LocalMailServer
from tests.rfc.mail_world import DAY, MailWorld, overrides
from tests.rfc.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.people.world import PeopleWorld

pytestmark = pytest.mark.rule("AU-03")

ADMIN: Final = Act(Actor(ActorKind.ADMINISTRATOR, "alice"), "request-of-alice", "192.0.2.1")
ALICE: Final = {"kind": "administrator", "id": "alice"}
SYSTEM: Final = {"kind": "system", "id": "mail"}


@pytest.fixture
def mail(make_world: Callable[..., PeopleWorld]) -> Iterator[MailWorld]:
    with LocalMailServer() as server:
        yield MailWorld(make_world(**overrides(server)), server)


def offer(mail: MailWorld) -> None:
    container = mail.people.container
    token = mail.pending()
    with container.database.writing() as stores:
        container.token_pick_ups.offer_in(stores, token, ADMIN)


def test_a_token_that_is_offered_and_picked_up_is_recorded_with_its_lineage(
    mail: MailWorld,
) -> None:
    watch = Watch(mail.people.installation)
    offer(mail)
    token = {"kind": "token", "id": "t1"}
    from_alice = {"request_id": "request-of-alice", "peer": "192.0.2.1"}
    record = watch.one("token.offered", actor=ALICE, object=token, outcome="success", **from_alice)
    assert record["details"]["lineage_id"] == "lineage-1"
    assert record["details"]["way"] == "mail"
    (received,) = mail.deliver()
    link = next(word for word in received.text.split() if "/account/pick-up/" in word)
    browser = mail.people.signed_in()
    watch.new()
    browser.get(link)
    browser.click("pick-up")
    ada = {"kind": "user", "id": mail.people.ada.subject}
    record = watch.one("token.picked_up", actor=ada, object=token, outcome="success")
    assert record["details"]["lineage_id"] == "lineage-1"
    assert record["peer"] == browser.peer


def test_what_becomes_of_a_mail_is_recorded(mail: MailWorld) -> None:
    offer(mail)
    administration = mail.people.container.mail_administration
    (waiting,) = administration.list()
    about = {"kind": "mail", "id": waiting.mail_id}
    watch = Watch(mail.people.installation)
    mail.server.answers["RCPT"] = ["550 5.1.1 no such user"]
    mail.deliver()
    record = watch.one("mail.given_up", actor=SYSTEM, object=about, outcome="failed")
    assert "550 5.1.1 no such user" in record["reason"]
    assert record["details"]["kind"] == "token-ready"
    administration.retry(waiting.mail_id, ADMIN)
    record = watch.one("mail.retried", actor=ALICE, object=about, outcome="success")
    assert record["details"]["before"] == {"status": "given-up"}
    mail.deliver()
    record = watch.one("mail.sent", actor=SYSTEM, object=about, outcome="success")
    assert record["details"]["tries"] == 2
    tested = {"kind": "mail", "id": administration.test("root@example.org", ADMIN)}
    record = watch.one("mail.tested", actor=ALICE, object=tested, outcome="success")
    assert record["details"]["to"] == "root@example.org"


def test_mail_that_has_nothing_to_say_any_more_is_recorded_as_cancelled(mail: MailWorld) -> None:
    offer(mail)
    (waiting,) = mail.people.container.mail_administration.list()
    about = {"kind": "mail", "id": waiting.mail_id}
    mail.people.clock.advance(DAY)
    watch = Watch(mail.people.installation)
    assert not mail.deliver()
    record = watch.one("mail.cancelled", actor=SYSTEM, object=about, outcome="failed")
    assert record["details"]["kind"] == "token-ready"


def test_another_seal_of_a_waiting_mail_is_recorded(mail: MailWorld) -> None:
    offer(mail)
    resealing = mail.people.container.resealing
    resealing.add_key_file(ADMIN)
    watch = Watch(mail.people.installation)
    with mail.people.installation.make_container() as container:
        container.resealing.reseal(ADMIN)
    records = [each for each in watch.new() if each["action"] == "mail.resealed"]
    (record,) = records
    assert record["actor"] == ALICE
    assert record["details"]["before"] != record["details"]["after"]
