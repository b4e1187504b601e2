"""Real mail servers on loopback, which remember what they got and can be told to be difficult."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any, Self

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

from tests.ports import free_port

if TYPE_CHECKING:
    import ssl
    from email.message import EmailMessage

USERNAME = "authserver"
PASSWORD = "opens the way to all inboxes"


@dataclass
class Received:
    """A mail as it arrived."""

    sender: str
    recipient: str
    content: bytes
    options: list[str]
    over_tls: bool
    introduced_as: str
    authenticated: bool

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=default)

    @property
    def text(self) -> str:
        return self._part("plain")

    @property
    def html(self) -> str:
        return self._part("html")

    def _part(self, kind: str) -> str:
        part: Any = self.message.get_body((kind,))
        content: str = part.get_content()
        return content


@dataclass
class LocalMailServer:
    """A server in a thread; it can be stopped and started again at its port.

    `answers` are replies by command (`MAIL`, `RCPT`, `DATA`), used up one by one, before the
    usual one; `delay` is how many seconds the reply to `DATA` takes.
    """

    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    wants_password: bool = False
    takes_utf8: bool = True
    delay: float = 0.0
    answers: dict[str, list[str]] = field(default_factory=dict)
    received: list[Received] = field(default_factory=list)
    connections: int = 0

    def __post_init__(self) -> None:
        self.port = free_port()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen; returns when the server does."""
        ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(self._loop, ready), daemon=True)
        self._thread.start()
        assert ready.wait(10), "the mail server does not start"

    def stop(self) -> None:
        """Stop listening, and cut off whoever is connected."""
        if self._loop is None or self._thread is None:
            return
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop = self._thread = None

    def _run(self, loop: asyncio.AbstractEventLoop, ready: threading.Event) -> None:
        asyncio.set_event_loop(loop)
        loop.set_exception_handler(lambda *_: None)  # whoever cuts us off is no news
        context = self.tls if self.implicit_tls else None
        server = loop.run_until_complete(
            loop.create_server(self._make, "127.0.0.1", self.port, ssl=context)
        )
        ready.set()
        loop.run_forever()
        server.close()
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()

    def _make(self) -> SMTP:
        self.connections += 1
        return SMTP(
            self,
            hostname="mail.example.test",
            ident="a test",
            enable_SMTPUTF8=self.takes_utf8,
            tls_context=None if self.implicit_tls else self.tls,
            # Over TLS from the first byte aiosmtpd does not see that there is TLS.
            auth_required=self.wants_password and not self.implicit_tls,
            auth_require_tls=not self.implicit_tls,
            authenticator=_authenticate,
            loop=self._loop,
        )

    def _answer(self, command: str) -> str | None:
        waiting = self.answers.get(command)
        return waiting.pop(0) if waiting else None

    async def handle_MAIL(  # noqa: N802 - aiosmtpd calls it so
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = self._answer("MAIL")
        if answer is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return answer or "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, server: Any, session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        answer = self._answer("RCPT")
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(  # noqa: N802 - aiosmtpd calls it so
        self, server: Any, session: Any, envelope: Any
    ) -> str:
        answer = self._answer("DATA")
        if answer is None:
            self.received.append(
                Received(
                    sender=envelope.mail_from,
                    recipient=" ".join(envelope.rcpt_tos),
                    content=envelope.content,
                    options=list(envelope.mail_options),
                    over_tls=self.implicit_tls or session.ssl is not None,
                    introduced_as=session.host_name,
                    authenticated=bool(session.authenticated),
                )
            )
        await asyncio.sleep(self.delay)
        return answer or "250 OK"


def _authenticate(server: Any, session: Any, envelope: Any, mechanism: str, given: Any) -> Any:
    is_right = isinstance(given, LoginPassword) and (
        (given.login, given.password) == (USERNAME.encode(), PASSWORD.encode())
    )
    return AuthResult(success=is_right, handled=False)
