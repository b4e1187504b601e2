"""What mails look like: each kind with words made up for it. Nothing is sent, nobody is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.mail import MailKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.mail import WrittenMail
    from authserver.domain.mail_ports import MailWriter
    from authserver.domain.ports import Clock

DAY: Final = 86_400.0
_TOKEN: Final[Mapping[str, object]] = {
    "token_id": "SampleTokenId",
    "name": "Nightly export",
    "purpose": "Figures for the quarterly report",
    "sites": ["https://jira.example.com"],
    "for_team": False,
}
_AGENT: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


class MailPreviews:
    """Writes samples."""

    def __init__(self, writer: MailWriter, clock: Clock, issuer: str) -> None:
        """Take the collaborators; hold no state of its own."""
        self._writer = writer
        self._clock = clock
        self._issuer = issuer

    def preview(self, kind: MailKind, locale: str = "") -> WrittenMail:
        """A mail of this kind as a reader with that locale gets it."""
        return self._writer.write(kind, locale, self._words(kind))

    def _words(self, kind: MailKind) -> Mapping[str, object]:
        now = self._clock.now()
        account = f"{self._issuer}/account"
        happened: dict[str, object] = {"happened_at": now - 120.0, "peer": "203.0.113.7"}
        of_the_kind: Mapping[MailKind, Mapping[str, object]] = {
            MailKind.TOKEN_EXPIRES: {**_TOKEN, "ends_at": now + 7 * DAY},
            MailKind.TOKEN_STALE: {
                **_TOKEN,
                "last_used_at": now - 76 * DAY,
                "stops_at": now + 14 * DAY,
            },
            MailKind.TOKEN_STOPPED: {
                **_TOKEN,
                "stopped_at": now - 120.0,
                "is_for_ever": True,
                "reason": "It was found in a public place",
            },
            MailKind.TOKENS_STOPPED: {
                "for_team": False,
                "tokens": [f"{_TOKEN['name']} ({_TOKEN['token_id']})", "Weekly import (Sample2)"],
                "count": 22,
                "more": 20,
                "stopped_at": now - 120.0,
                "is_for_ever": True,
                "reason": "It was found in a public place",
            },
            MailKind.TOKEN_READY: {
                **_TOKEN,
                # No ticket: whoever follows it finds nothing.
                "link": f"{account}/pick-up",
                "link_ends_at": now + DAY,
                "ends_at": now + 90 * DAY,
            },
            MailKind.TOKEN_MADE: {
                **_TOKEN,
                **happened,
                "ends_at": now + 90 * DAY,
                "by_owner": True,
                "link": f"{account}/tokens",
            },
            MailKind.DEVICE_ALLOWED: {
                **happened,
                "app": "Build agent",
                "link": f"{account}/authorizations",
            },
            MailKind.REFRESH_REUSED: {
                **happened,
                "app": "Planner",
                "username": "ada",
                "is_alert": False,
                "link": f"{account}/authorizations",
            },
            MailKind.NEW_SIGN_IN: {**happened, "agent": _AGENT, "link": f"{account}/sessions"},
            MailKind.NOTICES_OFF: {**happened, "link": f"{account}/notices"},
            MailKind.TEST: {"issuer": self._issuer},
        }
        return {"reader": "Ada Lovelace", **of_the_kind[kind]}
