"""Checks of mail: where it goes, and whether it goes."""

from __future__ import annotations

from typing import Final

from authserver.cli.checks import Check, Finding, Subject, ok, warning
from authserver.cli.durations import shown_duration
from authserver.settings_kinds import is_loopback_host
from authserver.settings_mail import NO_TLS

_LATE_SECONDS: Final = 3600.0


def mail(subject: Subject) -> Finding:
    """Mail holds links that open something: it stays on this machine, or goes over TLS."""
    chosen = subject.loaded.settings.mail
    if not chosen.is_on:
        return ok("mail is off: nobody is told that an API token ends")
    place = f"{chosen.host}, port {chosen.server_port}"
    if chosen.security == NO_TLS and not is_loopback_host(chosen.host):
        return warning(
            f"mail goes to {place} in clear, with links that open something",
            "set mail.security to starttls or tls",
        )
    return ok(f"mail goes to {place}; authserver mail test shows whether it arrives")


def outbox(subject: Subject) -> Finding:
    """What waits for long tells of a server that takes nothing."""
    waiting = subject.inspection.waiting_mails()
    if not waiting:
        return ok("no mail waits")
    oldest = min(waiting, key=lambda each: each.created_at)
    age = subject.clock.now() - oldest.created_at
    count = f"{len(waiting)} mails wait" if len(waiting) > 1 else "1 mail waits"
    if not subject.loaded.settings.mail.is_on:
        return warning(f"{count} although mail is off", "set mail.host")
    if age > _LATE_SECONDS:
        error = f": {oldest.last_error}" if oldest.last_error else ""
        return warning(
            f"{count}, the oldest for {shown_duration(age)}{error}",
            "see authserver mail list and authserver mail test",
        )
    return ok(f"{count}, none for long")


MAIL_CHECKS: Final = (Check("mail", ("HT-01",), mail),)
OUTBOX_CHECKS: Final = (Check("mail-outbox", (), outbox, needs_schema=True),)
