"""A new key-encryption key, and mail that was not sent yet."""

from __future__ import annotations

import pytest

from authserver.domain.errors import Conflict
from authserver.domain.mail import MailStatus
from authserver.domain.mail_ports import Blame, MailNotSent
from tests.services.collaborators import ListedKeyFiles
from tests.services.mail_room import MailRoom
from tests.services.readable_resealing import readable_resealing
from tests.services.world import ADMIN


@pytest.fixture
def room() -> MailRoom:
    """One mail was sent, one given up, one waits."""
    made = MailRoom()
    for name in ("sent", "given-up"):
        made.put_in(name)
        made.clock.advance(1)
    made.sender.failures = [None, MailNotSent(Blame.FOR_EVER, "550")]
    made.deliver()
    made.put_in("waits")
    made.database.audit.clear()
    return made


def test_unsent_mail_is_sealed_anew_with_the_keys_and_still_opens(room: MailRoom) -> None:
    key_files = ListedKeyFiles()
    resealing = readable_resealing(room.world, key_files)
    resealing.add_key_file(ADMIN)
    assert "kek-1.key" in resealing.key_files_in_use()
    assert len(resealing.reseal(ADMIN).mails) == 2
    assert resealing.key_files_in_use() == ["kek-2.key"]
    room.world.sealer.known.remove("1")
    for mail in room.mails[1:]:
        assert room.words(mail)["name"] == "export"
    assert room.mails[0].status is MailStatus.SENT
    assert room.actions() == ["key_file.made", "mail.resealed", "mail.resealed"]
    assert resealing.reseal(ADMIN).mails == []


def test_mail_that_is_sent_at_this_moment_keeps_the_others_as_they_were(
    room: MailRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    resealing = readable_resealing(room.world, ListedKeyFiles())
    resealing.add_key_file(ADMIN)
    monkeypatch.setattr("tests.memory_mail.MemoryMails.replace_sealed", lambda *_, **__: False)
    before = room.mails
    with pytest.raises(Conflict, match="repeat"):
        resealing.reseal(ADMIN)
    assert room.mails == before
