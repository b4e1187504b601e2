"""Giving mail to a server: the one place that speaks SMTP (RFC 5321)."""

from __future__ import annotations

import smtplib
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_address
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField
from authserver.domain.mail_ports import Blame, MailNotSent
from authserver.domain.outbound import OutboundError
from authserver.redaction import redact
from authserver.upstream.http_budget import Deadline, WireBudget
from authserver.upstream.http_failures import translate
from authserver.upstream.http_sockets import BoundedSocket, connect, tls_context
from authserver.upstream.mail_messages import message_of

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable
    from pathlib import Path

    from authserver.domain.mail_ports import OutgoingMail
    from authserver.domain.ports import Clock
    from authserver.upstream.http_resolver import Resolver
    from authserver.upstream.mail_messages import Message, Sender

MOST_ANSWERED: Final = 256 * 1024
"""Bytes that a server may say in one conversation."""
LONGEST_DETAIL: Final = 200
CLOSING: Final = 421
"""The server ends the conversation, whatever it was about."""


class MailSecurity(StrEnum):
    """How the way to the server is protected; its certificate is always verified."""

    NONE = "none"
    STARTTLS = "starttls"
    """In clear until both agree on TLS; without TLS nothing is sent."""
    TLS = "tls"
    """TLS from the first byte (RFC 8314)."""


@dataclass(frozen=True, slots=True)
class MailServer:
    """The server that takes our mail.

    `our_name` is how we introduce ourselves. `password` reads it anew each time; it is asked for
    only with a `username`. The seconds are those of one mail.
    """

    host: str
    port: int
    security: MailSecurity
    our_name: str
    username: str
    password: Callable[[], str]
    ca_file: Path | None
    connect_seconds: float
    total_seconds: float


class SmtpSender:
    """Satisfies `authserver.domain.mail_ports.MailSender`: one conversation for each mail."""

    def __init__(
        self, *, server: MailServer, sender: Sender, clock: Clock, resolver: Resolver
    ) -> None:
        """Take the collaborators; nothing is opened yet."""
        self._server = server
        self._sender = sender
        self._clock = clock
        self._resolver = resolver

    def send(self, mail: OutgoingMail) -> None:
        """Return when the server has taken it. Raises MailNotSent."""
        message = message_of(mail, self._sender)
        try:
            conversation = _Conversation(self._server, self._clock, self._resolver)
        except _EXPECTED as error:
            raise _server_trouble(error) from None
        try:
            self._begin(conversation)
            _hand_over(conversation, message)
            # It is taken: how the server says goodbye does not matter.
            with suppress(*_EXPECTED):
                conversation.quit()
        finally:
            conversation.close()

    def _begin(self, conversation: _Conversation) -> None:
        """Until the server knows who we are. Raises MailNotSent."""
        server = self._server
        try:
            if server.security is MailSecurity.STARTTLS:
                conversation.protect()
            conversation.ehlo_or_helo_if_needed()
            if server.username:
                conversation.login(server.username, server.password())
        except _EXPECTED as error:
            raise _server_trouble(error) from None


class _Conversation(smtplib.SMTP):
    """smtplib within a deadline and a limit of bytes, as a whole and not for each line."""

    def __init__(self, server: MailServer, clock: Clock, resolver: Resolver) -> None:
        self._server = server
        self._resolver = resolver
        self._tls: ssl.SSLContext | None = None
        if server.security is not MailSecurity.NONE:
            self._tls = tls_context(server.ca_file)
        self._deadline = Deadline(clock, server.total_seconds)
        self._budget = WireBudget(
            self._deadline, max_header_bytes=MOST_ANSWERED, max_headers=1, max_body_bytes=1
        )
        self.sock: socket.socket | None = None
        self.file = None
        try:
            super().__init__(server.host, server.port, local_hostname=server.our_name)
        except BaseException:
            self.close()
            raise

    def protect(self) -> None:
        """Ask for TLS, and insist on it."""
        if self.sock is None:
            raise smtplib.SMTPServerDisconnected
        # What is left now is the time for the handshake.
        self.sock.settimeout(self._deadline.remaining())
        self.starttls(context=self._tls)
        self._limit(self.sock)

    def _get_socket(self, host: str, port: int, timeout: float | None) -> socket.socket:
        # smtplib makes its connection here, and has no better place for another one.
        del timeout
        soon = self._deadline.within(self._server.connect_seconds)
        found = self._resolver.resolve(host, port, timeout_seconds=soon.remaining())
        connection: socket.socket = connect([ip_address(each) for each in found], port, soon)
        if self._server.security is MailSecurity.TLS and self._tls is not None:
            connection = self._tls.wrap_socket(connection, server_hostname=host)
        self._limit(connection)
        return connection

    def _limit(self, connection: socket.socket) -> None:
        if not isinstance(connection, BoundedSocket):
            raise TypeError("a socket without limits")
        connection.budget = self._budget


_EXPECTED: Final = (smtplib.SMTPException, OutboundError, OSError, ValueError, InvalidField)
"""What a server in trouble, or one that means us harm, can make smtplib raise.

ValueError: texts that are not what they should be. InvalidField: our password file.
"""


def _hand_over(conversation: _Conversation, message: Message) -> None:
    """The mail itself. Raises MailNotSent."""
    options = ("SMTPUTF8", "BODY=8BITMIME") if message.is_international else ()
    try:
        conversation.sendmail(message.sender, [message.recipient], message.content, options)
    except smtplib.SMTPNotSupportedError:
        detail = "the server takes no addresses beyond ASCII (SMTPUTF8)"
        raise MailNotSent(Blame.FOR_EVER, detail) from None
    except smtplib.SMTPRecipientsRefused as refusal:
        ((code, text),) = refusal.recipients.values()
        raise _refused("the recipient", code, text) from None
    except smtplib.SMTPDataError as refusal:
        raise _refused("the mail", refusal.smtp_code, refusal.smtp_error) from None
    except _EXPECTED as error:
        raise _server_trouble(error) from None


def _refused(what: str, code: int, text: bytes | str) -> MailNotSent:
    detail = f"the server refused {what}: {_said(code, text)}"
    if code == CLOSING or not 400 <= code < 600:  # noqa: PLR2004 - RFC 5321 section 4.2.1
        return MailNotSent(Blame.SERVER, detail)
    return MailNotSent(Blame.FOR_EVER if code >= 500 else Blame.MAIL, detail)  # noqa: PLR2004 - the same


def _server_trouble(error: BaseException) -> MailNotSent:
    return MailNotSent(Blame.SERVER, _trouble(error))


def _trouble(error: BaseException) -> str:
    """What to tell an operator; none of our own texts or secrets are in it."""
    match error:
        case smtplib.SMTPAuthenticationError():
            text = f"the server refused user name and password: {_answered(error)}"
        case smtplib.SMTPSenderRefused():
            text = f"the server refused our address: {_answered(error)}"
        case smtplib.SMTPResponseException():
            text = f"the server answered {_answered(error)}"
        case smtplib.SMTPNotSupportedError():
            text = "the server offers no STARTTLS, or no way to authenticate"
        case smtplib.SMTPServerDisconnected() | TimeoutError():
            text = "the server did not answer in time, or cut the connection off"
        case smtplib.SMTPException():
            text = "the server does not speak SMTP as we do"
        case OutboundError():
            text = f"{error.reason}: {error.detail}".removesuffix(": ")
        case InvalidField():
            text = str(error)
        case OSError():
            failure = translate(error)
            text = f"{failure.reason}: {failure.detail}"
        case _:
            text = "user name or password cannot be sent, or the server talks nonsense"
    return text


def _answered(error: smtplib.SMTPResponseException) -> str:
    return _said(error.smtp_code, error.smtp_error)


def _said(code: int, text: bytes | str) -> str:
    """A server's words, which may quote our mail: without secrets, on one line, and short."""
    decoded = text.decode("ascii", "replace") if isinstance(text, bytes) else text
    line = " ".join(decoded.split())
    shown = "".join(char if char.isprintable() else "?" for char in line)
    return f"{code} {redact(shown)}"[:LONGEST_DETAIL].rstrip()
