"""Settings of mail: which server takes it, and who it is from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.settings_fields import setting
from authserver.settings_kinds import Choice, FilePath, WholeNumber
from authserver.settings_mail_kinds import Host, Line, MailAddress, MailAddresses, Words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NO_TLS: Final = "none"
"""The value of `mail.security` that sends in clear."""
NOTICES: Final = ("token-made", "device-allowed", "refresh-reused", "new-sign-in")
PORTS: Final[Mapping[str, int]] = {NO_TLS: 25, "starttls": 587, "tls": 465}


@dataclass(frozen=True, slots=True)
class MailSettings:
    """Mail to owners of API tokens and their teams. Without a host there is none."""

    host: str = setting(
        Host(), "", "The mail server (SMTP) that takes our mail; empty: mail is off."
    )
    port: int = setting(
        WholeNumber(0, 65535),
        0,
        "Its port; 0: 587 with starttls, 465 with tls, 25 without either.",
    )
    security: str = setting(
        Choice(("starttls", "tls", NO_TLS)),
        "starttls",
        "How the way to it is protected. starttls: it must agree to TLS before anything is sent. "
        "tls: TLS from the first byte. Its certificate must be by an authority that the system or "
        "outbound.ca_file knows. none: in clear, for a server on this machine.",
    )
    username: str = setting(
        Line(), "", "User name for the server; empty: it takes our mail without. Needs TLS."
    )
    password_file: Path | None = setting(
        FilePath(optional=True),
        "",
        "File whose first line is the password of mail.username; not readable by others.",
    )
    sender: str = setting(
        MailAddress(), "", "The address that mail is from. Needed as soon as there is a host."
    )
    sender_name: str = setting(Line(), "authserver", "The name that stands beside that address.")
    reply_to: str = setting(
        MailAddress(), "", "Where answers go, best to people; empty: to mail.sender."
    )
    language: str = setting(
        Choice(("en", "de")),
        "en",
        "The language of mail to readers whose own is not known.",
    )
    notices: tuple[str, ...] = setting(
        Words(NOTICES),
        ", ".join(NOTICES),
        "Which notices people get about their own accounts: a token was made, a device was let "
        "in, a refresh token came twice, a sign-in in a new browser. Users may do without each "
        "but refresh-reused.",
    )
    alert_addresses: tuple[str, ...] = setting(
        MailAddresses(),
        [],
        "Who is told, beside the user, that a refresh token came twice.",
    )
    connect_seconds: int = setting(
        WholeNumber(1, 20), 5, "How long connecting may take, TLS included.", unit="seconds"
    )
    total_seconds: int = setting(
        WholeNumber(1, 25), 20, "How long giving the server one mail may take.", unit="seconds"
    )
    tried_days: int = setting(
        WholeNumber(1, 30),
        5,
        "How long a mail is tried again while the server takes it not. Links end before that.",
        unit="days",
    )

    @property
    def is_on(self) -> bool:
        """Whether mail is sent at all."""
        return bool(self.host)

    @property
    def server_port(self) -> int:
        """The port as set, or the usual one."""
        return self.port or PORTS[self.security]
