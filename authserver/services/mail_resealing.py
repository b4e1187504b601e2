"""The part of changing the key-encryption key that concerns mail that was not sent yet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import Conflict
from authserver.domain.mail import MAIL_PURPOSE, MailStatus

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.key_ports import SecretResealer
    from authserver.domain.mail import WaitingMail
    from authserver.domain.ports import Stores
    from authserver.services.administration import Act, Administration

PAGE: Final = 1000


def unsent(stores: Stores) -> Sequence[WaitingMail]:
    """Mail that has to open again: it waits, or was given up and may be tried again."""
    found: list[WaitingMail] = []
    for status in (MailStatus.WAITING, MailStatus.GIVEN_UP):
        after = ""
        while page := stores.mails.list(status, after=after, limit=PAGE):
            found += page
            after = page[-1].mail_id
    return found


class MailResealing:
    """Seals the words of unsent mail anew."""

    def __init__(self, *, administration: Administration, secrets: SecretResealer) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._secrets = secrets

    def reseal_in(self, stores: Stores, act: Act) -> Sequence[WaitingMail]:
        """Seal those under the newest key file that were not yet; they as they are now.

        Raises:
            DomainError: one does not open.
            Conflict: one was sent at this moment.
        """
        resealed = []
        for mail in unsent(stores):
            after = self._secrets.reseal(mail.sealed, purpose=MAIL_PURPOSE, context=mail.mail_id)
            if after is None:
                continue
            if not stores.mails.replace_sealed(mail.mail_id, before=mail.sealed, after=after):
                raise Conflict(f"mail {mail.mail_id} has just been sent: repeat the command")
            self._administration.record(
                stores,
                act,
                "mail.resealed",
                mail.mail_id,
                {
                    "before": {"key_file": self._secrets.key_file(mail.sealed)},
                    "after": {"key_file": self._secrets.key_file(after)},
                },
            )
            resealed.append(replace(mail, sealed=after))
        return resealed

    def key_files(self, stores: Stores) -> frozenset[str]:
        """Names of the key files that open them. Raises DomainError: not sealed in a known way."""
        return frozenset(self._secrets.key_file(mail.sealed) for mail in unsent(stores))
