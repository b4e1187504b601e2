"""Mail, and what is told and handed out by it, wired."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from authserver.domain.mail import MailKind
from authserver.services.known_browsers import KnownBrowsers
from authserver.services.mail_administration import MailAdministration
from authserver.services.mail_deliveries import MailDeliveries
from authserver.services.mail_outbox import MailOutbox
from authserver.services.mail_previews import MailPreviews
from authserver.services.notice_choices import NoticeChoices
from authserver.services.security_notices import NoticeRules, SecurityNotices
from authserver.services.token_notices import TokenNotices
from authserver.services.token_pick_ups import TokenPickUps
from authserver.settings_secrets import read_secret_file
from authserver.upstream.http_resolver import SystemResolver
from authserver.upstream.mail import MailSecurity, MailServer, SmtpSender
from authserver.upstream.mail_messages import Sender
from authserver.wiring_administration import AdministrationParts

if TYPE_CHECKING:
    from authserver.domain.mail_ports import MailWriter

DAY: Final = 86_400.0
NOBODY: Final = "[127.0.0.1]"
"""How a machine without a name introduces itself (RFC 5321 section 4.1.4)."""


class MailParts(AdministrationParts):
    """The part of a container that sends mail."""

    @cached_property
    def mail_outbox(self) -> MailOutbox:
        """Takes mail in."""
        chosen = self.settings.mail
        return MailOutbox(
            clock=self.clock,
            secret_maker=self.secret_maker,
            sealer=self.sealer,
            is_on=chosen.is_on,
            tried_seconds=chosen.tried_days * DAY,
        )

    @cached_property
    def known_browsers(self) -> KnownBrowsers:
        """Browsers in which somebody has signed in before."""
        return KnownBrowsers(digester=self.digester, secret_maker=self.secret_maker)

    @cached_property
    def security_notices(self) -> SecurityNotices:
        """Tells people what happened to their accounts."""
        chosen = self.settings.mail
        return SecurityNotices(
            self.mail_outbox if chosen.is_on else None,
            self.known_browsers,
            NoticeRules(
                issuer=self.settings.issuer,
                kinds=frozenset(map(MailKind, chosen.notices)),
                alert_addresses=chosen.alert_addresses,
                alert_language=chosen.language,
            ),
        )

    @cached_property
    def notice_choices(self) -> NoticeChoices:
        """Which notices users do without."""
        return NoticeChoices(self.administration, self.security_notices)

    @cached_property
    def mail_previews(self) -> MailPreviews:
        """Shows what mails look like."""
        return MailPreviews(self.mail_pages, self.clock, self.settings.issuer)

    @cached_property
    def mail_pages(self) -> MailWriter:
        """Writes mail."""
        from authserver.web.mail_pages import MailPages  # noqa: PLC0415 - few processes write mail

        return MailPages(
            issuer=self.settings.issuer, clock=self.clock, language=self.settings.mail.language
        )

    @cached_property
    def mail_sender(self) -> SmtpSender:
        """Gives mail to the server of the settings."""
        chosen = self.settings.mail
        host = urlsplit(self.settings.issuer).hostname or ""
        return SmtpSender(
            server=MailServer(
                host=chosen.host,
                port=chosen.server_port,
                security=MailSecurity(chosen.security),
                our_name=host if "." in host and not host[-1].isdigit() else NOBODY,
                username=chosen.username,
                password=self._mail_password,
                ca_file=self.settings.outbound.ca_file,
                connect_seconds=chosen.connect_seconds,
                total_seconds=chosen.total_seconds,
            ),
            sender=Sender(chosen.sender, chosen.sender_name, chosen.reply_to),
            clock=self.clock,
            resolver=SystemResolver(),
        )

    @cached_property
    def mail_deliveries(self) -> MailDeliveries:
        """Sends what waits."""
        return MailDeliveries(
            database=self.database,
            clock=self.clock,
            outbox=self.mail_outbox,
            writer=self.mail_pages,
            sender=self.mail_sender,
        )

    @cached_property
    def mail_administration(self) -> MailAdministration:
        """What operators do with mail."""
        return MailAdministration(
            administration=self.administration,
            outbox=self.mail_outbox,
            writer=self.mail_pages,
            sender=self.mail_sender if self.settings.mail.is_on else None,
            secret_maker=self.secret_maker,
            issuer=self.settings.issuer,
        )

    @cached_property
    def token_notices(self) -> TokenNotices:
        """Tells owners and teams what becomes of their tokens."""
        return TokenNotices(database=self.database, clock=self.clock, outbox=self.mail_outbox)

    @cached_property
    def token_pick_ups(self) -> TokenPickUps:
        """Hands out tokens that somebody made for somebody else."""
        return TokenPickUps(
            administration=self.administration,
            outbox=self.mail_outbox,
            digester=self.digester,
            secret_maker=self.secret_maker,
            fresh_secrets=self.fresh_secrets,
            issuer=self.settings.issuer,
            notices=self.security_notices,
        )

    def _mail_password(self) -> str:
        """Read anew for each mail: whoever changes it needs not start anything again."""
        path = self.settings.mail.password_file
        return "" if path is None else read_secret_file("mail.password_file", path)
