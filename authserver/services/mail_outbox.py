"""The outbox: mail is put into it in the transaction of what it is about, and sent later."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import DomainError
from authserver.domain.mail import (
    MAIL_PURPOSE,
    MailDraft,
    MailKind,
    MailStatus,
    WaitingMail,
    is_address,
)
from authserver.services.token_mail_ends import over_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.key_ports import SecretSealer
    from authserver.domain.ports import Clock, SecretMaker, Stores

DAY: Final = 86_400.0
TRIED_SECONDS: Final = 5 * DAY
"""How long a mail is tried, unless its draft or the settings say otherwise (RFC 5321, 4.5.4.1)."""
_OF_A_TOKEN: Final = ("token_id", "name", "purpose", "sites", "reader", "for_team")
_OF_A_NOTICE: Final = ("happened_at", "peer", "link")
WORDS: Final[Mapping[MailKind, frozenset[str]]] = {
    MailKind.TOKEN_EXPIRES: frozenset({*_OF_A_TOKEN, "ends_at"}),
    MailKind.TOKEN_STALE: frozenset({*_OF_A_TOKEN, "last_used_at", "stops_at"}),
    MailKind.TOKEN_STOPPED: frozenset({*_OF_A_TOKEN, "stopped_at", "is_for_ever", "reason"}),
    MailKind.TOKENS_STOPPED: frozenset(
        {
            *("reader", "for_team", "tokens", "count", "more"),
            *("stopped_at", "is_for_ever", "reason"),
        }
    ),
    MailKind.TOKEN_READY: frozenset({*_OF_A_TOKEN, "link", "link_ends_at", "ends_at"}),
    MailKind.TOKEN_MADE: frozenset(
        {"token_id", "name", "purpose", "sites", "reader", "ends_at", "by_owner", *_OF_A_NOTICE}
    ),
    MailKind.DEVICE_ALLOWED: frozenset({"reader", "app", *_OF_A_NOTICE}),
    MailKind.REFRESH_REUSED: frozenset({"reader", "app", "username", "is_alert", *_OF_A_NOTICE}),
    MailKind.NEW_SIGN_IN: frozenset({"reader", "agent", *_OF_A_NOTICE}),
    MailKind.NOTICES_OFF: frozenset({"reader", *_OF_A_NOTICE}),
    MailKind.TEST: frozenset({"issuer"}),
}
"""What the templates of each kind of mail need."""


class MailOutbox:
    """Takes mail in, and opens it again for whoever sends it."""

    def __init__(
        self,
        *,
        clock: Clock,
        secret_maker: SecretMaker,
        sealer: SecretSealer,
        is_on: bool,
        tried_seconds: float = TRIED_SECONDS,
    ) -> None:
        """Take the collaborators; `is_on` says whether there is a mail server at all."""
        self._clock = clock
        self._secret_maker = secret_maker
        self._sealer = sealer
        self.is_on = is_on
        self.tried_seconds = tried_seconds

    def put_in(self, stores: Stores, draft: MailDraft) -> bool:
        """Put a mail into the outbox; it is sent if the caller's transaction commits.

        False when nothing was put in: mail is off, the address cannot be one, or there is a mail
        of this key already.

        Raises:
            ValueError: a word that its templates need is missing.
        """
        missing = WORDS[draft.kind] - draft.words.keys()
        if missing:
            raise ValueError(f"a mail about {draft.kind} needs {', '.join(sorted(missing))}")
        if not self.is_on or not is_address(draft.to):
            return False
        now = self._clock.now()
        mail_id = self._secret_maker.identifier()
        content = json.dumps({"locale": draft.locale, "words": dict(draft.words)}).encode()
        until = now + self.tried_seconds
        return stores.mails.add(
            WaitingMail(
                mail_id=mail_id,
                key=draft.key,
                kind=draft.kind,
                to=draft.to,
                status=MailStatus.WAITING,
                sealed=self._sealer.seal(content, purpose=MAIL_PURPOSE, context=mail_id),
                created_at=now,
                next_try_at=now,
                expires_at=until if draft.until is None else min(until, draft.until),
            )
        )

    def over_at(self, mail: WaitingMail) -> float:
        """When a mail that was not sent yet has nothing to say any more; infinity: never.

        Also while its words do not open: nobody can send them then either.
        """
        try:
            words = self.opened(mail)[1]
        except DomainError:
            return math.inf
        found = over_at(mail.kind, words)
        return math.inf if found is None else found

    def opened(self, mail: WaitingMail) -> tuple[str, Mapping[str, object]]:
        """Locale and words of a mail that was not sent yet.

        Raises:
            DomainError: they do not open: the file of their key-encryption key is missing.
        """
        content = json.loads(
            self._sealer.open(mail.sealed, purpose=MAIL_PURPOSE, context=mail.mail_id)
        )
        return content["locale"], content["words"]
