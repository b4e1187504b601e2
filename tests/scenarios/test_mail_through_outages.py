"""Housekeeping tells of a token's end, though the mail server is away and comes back."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.users import PersonalData
from tests.instances import Instance
from tests.mail_servers import LocalMailServer
from tests.people.cast import add_user
from tests.rfc.mail_world import overrides
from tests.storage.api_token_examples import api_token

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.slow

DAY: Final = 86_400.0
PATIENCE_SECONDS: Final = 60.0


def waiting_token(instance: Instance) -> None:
    """A token of ada's that ends in six days; her team has an address of its own."""
    with instance.container() as container:
        ada = add_user(container, "ada", data=PersonalData(email="ada@example.org"))
        now = container.clock.now()
        token = api_token(
            subject=ada.subject,
            owner=ada.subject,
            team="team@example.org",
            created_at=now - 80 * DAY,
            status_changed_at=now - 80 * DAY,
            expires_at=now + 6 * DAY,
            successor_id="",
        )
        with container.database.writing() as stores:
            stores.api_tokens.add(token)


def when(instance: Instance, status: str) -> list[dict[str, Any]]:
    """Both mails, as soon as they are so."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        found: list[dict[str, Any]] = instance.cli("mail", "list")["mails"]
        if len(found) == 2 and all(each["status"] == status for each in found):
            return found
        time.sleep(0.5)
    raise AssertionError(found)


@pytest.mark.rule("AK-02")
def test_nothing_is_lost_while_the_mail_server_is_down(tmp_path: Path) -> None:
    server = LocalMailServer()
    instance = Instance(tmp_path / "instance", overrides(server)).initialise()
    waiting_token(instance)
    with instance.start():
        waiting = when(instance, "waiting")
        end = time.monotonic() + PATIENCE_SECONDS
        while not any(each["last_error"] for each in waiting) and time.monotonic() < end:
            time.sleep(0.5)
            waiting = when(instance, "waiting")
        assert any("connect_failed" in each["last_error"] for each in waiting)
        with server:
            for each in waiting:
                # Housekeeping may have sent it a moment ago, and then the command says so.
                tried = instance.run("mail", "retry", each["mail"], check=False)
                assert tried.returncode == 0 or "is sent" in tried.stderr, tried.stderr
            sent = when(instance, "sent")
            assert {each["to"] for each in sent} == {"ada@example.org", "team@example.org"}
            recipients = sorted(each.recipient for each in server.received)
            assert recipients == ["ada@example.org", "team@example.org"]
            assert all("ends in 6 days" in each.message["Subject"] for each in server.received)
