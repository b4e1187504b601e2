"""Creations that may be asked for again: done once, answered each time (Idempotency-Key).

The key is claimed in the transaction that creates, so that there is a claim if and only if there is
what it was for: whoever asks again after a broken connection or a 503 makes nothing twice. The
answer, which may hold a secret, is written down after that, sealed under a key that comes from the
caller's own: the database alone opens none.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from authserver.domain.repeats import (
    REPEATABLE_SECONDS,
    UNANSWERED,
    KeptAnswer,
    KeyReused,
    KeyTaken,
)

if TYPE_CHECKING:
    from authserver.domain.key_ports import SuccessorSealer
    from authserver.domain.ports import Clock, Database, SecretDigester, Stores

KEY: Final = "idempotency-key"
REQUEST: Final = "idempotent-request"
ANSWER: Final = "idempotent-answer"


@dataclass(frozen=True, slots=True)
class Creation:
    """A creation under way. `caller` is whose key it is, `request` all that makes it another."""

    caller: str
    key: str
    request: bytes

    @property
    def named(self) -> str:
        """The key, apart from everybody else's."""
        return f"{self.caller}\0{self.key}"


class RepeatedCreations:
    """Finds answers given before, claims keys, keeps answers."""

    def __init__(
        self,
        *,
        database: Database,
        clock: Clock,
        digester: SecretDigester,
        sealer: SuccessorSealer,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._clock = clock
        self._digester = digester
        self._sealer = sealer

    def answered(self, creation: Creation) -> tuple[int, str] | None:
        """Status and text of the answer that was given before; `None`: nothing was made.

        Raises:
            KeyReused: the key came with another request.
            KeyTaken: it was made, and the answer is being written, or is lost.
            StorageUnavailable: nobody can tell now.
        """
        digests = {each: self._key(creation, each) for each in self._digester.peppers}
        with self._database.reading() as stores:
            kept = stores.kept_answers.get(creation.caller, list(digests.values()))
        if kept is None or kept.expires_at <= self._clock.now():
            return None
        pepper = next(each for each, digest in digests.items() if digest == kept.key_digest)
        if not hmac.compare_digest(kept.request_digest, self._request(creation, pepper)):
            raise KeyReused("the key came with another request")
        text = None
        if kept.status != UNANSWERED:
            text = self._sealer.open(
                kept.sealed, under=self._under(creation, pepper), context=ANSWER
            )
        if text is None:
            raise KeyTaken("this was made, and its answer is not there")
        return kept.status, text

    def claim(self, creation: Creation, stores: Stores) -> None:
        """Take the key, in the transaction that creates.

        Raises:
            KeyTaken: somebody did since `answered` looked.
        """
        now = self._clock.now()
        if not stores.kept_answers.claim(self._row(creation, now), now):
            raise KeyTaken("the key was taken meanwhile")

    def keep(self, creation: Creation, status: int, text: str) -> None:
        """Write the answer down, sealed.

        Raises:
            StorageUnavailable: it is lost to whoever asks again.
        """
        pepper = self._digester.current_pepper
        sealed = self._sealer.seal(text, under=self._under(creation, pepper), context=ANSWER)
        row = self._row(creation, self._clock.now())
        with self._database.writing() as stores:
            stores.kept_answers.fill(replace(row, status=status, sealed=sealed))

    def _row(self, creation: Creation, now: float) -> KeptAnswer:
        pepper = self._digester.current_pepper
        return KeptAnswer(
            caller=creation.caller,
            key_digest=self._key(creation, pepper),
            request_digest=self._request(creation, pepper),
            status=UNANSWERED,
            sealed=b"",
            expires_at=now + REPEATABLE_SECONDS,
        )

    def _key(self, creation: Creation, pepper: str) -> bytes:
        return self._digester.digest(KEY, creation.named, pepper)

    def _request(self, creation: Creation, pepper: str) -> bytes:
        said = hashlib.sha256(creation.request).hexdigest()
        return self._digester.digest(REQUEST, f"{creation.named}\0{said}", pepper)

    def _under(self, creation: Creation, pepper: str) -> str:
        """A key of 256 bit whatever the caller's is like: the pepper is part of it."""
        return self._digester.digest(ANSWER, creation.named, pepper).hex()
