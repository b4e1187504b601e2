"""Mails and tickets as they are stored."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from authserver.domain.mail import MailKind, MailStatus, WaitingMail
from authserver.domain.token_pick_ups import TokenPickUp
from tests.storage.examples import NOW
from tests.storage.people_examples import digest

DAY = 86_400.0


def mail(mail_id: str = "mail-1", **stated: Any) -> WaitingMail:
    made = WaitingMail(
        mail_id=mail_id,
        key=f"key of {mail_id}",
        kind=MailKind.TOKEN_EXPIRES,
        to="ada@example.org",
        status=MailStatus.WAITING,
        sealed=b"sealed words",
        created_at=NOW,
        next_try_at=NOW,
        expires_at=NOW + 5 * DAY,
    )
    return replace(made, **stated)


def ticket(secret: str = "ticket-1", **stated: Any) -> TokenPickUp:
    made = TokenPickUp(
        digest=digest(secret),
        pepper_id="p1",
        token_id="token-1",
        subject="user:ada",
        created_at=NOW,
        expires_at=NOW + DAY,
    )
    return replace(made, **stated)
