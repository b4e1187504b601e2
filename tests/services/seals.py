"""A sealer whose seals tests can read: everything bound in stands before the secret, reversed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.domain.errors import Conflict
from authserver.domain.hand_over import CREDENTIAL_PURPOSE

if TYPE_CHECKING:
    from authserver.domain.hand_over import HandOver
    from tests.services.collaborators import ListedKeyFiles


class ReadableSealer:
    """Satisfies `SecretSealer`; `current` seals, `known` open."""

    def __init__(self) -> None:
        self.current = "1"
        self.known = {"1"}

    def add_key(self, key_id: str) -> None:
        self.known.add(key_id)
        self.current = key_id

    def seal(self, secret: bytes, *, purpose: str, context: str) -> bytes:
        # Reversed, so that whoever looks for the secret does not find it here.
        return b"|".join([self.current.encode(), purpose.encode(), context.encode(), secret[::-1]])

    def open(self, sealed: bytes, *, purpose: str, context: str) -> bytes:
        key_id, sealed_for, sealed_in, secret = sealed.split(b"|", 3)
        if key_id.decode() not in self.known:
            raise Conflict(f"kek-{key_id.decode()}.key is missing")
        if (sealed_for.decode(), sealed_in.decode()) != (purpose, context):
            raise Conflict("the sealed value belongs elsewhere")
        return secret[::-1]

    def key_id(self, sealed: bytes) -> str:
        return sealed.split(b"|", 1)[0].decode()


class PlainSecretResealer:
    """Moves readable seals to the newest of the listed key files."""

    def __init__(self, sealer: ReadableSealer, key_files: ListedKeyFiles) -> None:
        self._sealer = sealer
        self._key_files = key_files

    def key_file(self, sealed: bytes) -> str:
        return f"kek-{self._sealer.key_id(sealed)}.key"

    def reseal(self, sealed: bytes, *, purpose: str, context: str) -> bytes | None:
        before, newest = self.key_file(sealed), self._key_files.names[-1]
        if before not in self._key_files.names:
            raise Conflict(f"{before} is missing")
        if before == newest:
            return None
        self._sealer.add_key(newest.removeprefix("kek-").removesuffix(".key"))
        secret = self._sealer.open(sealed, purpose=purpose, context=context)
        return self._sealer.seal(secret, purpose=purpose, context=context)


class PlainCredentialResealer:
    """The same for the credentials of sites."""

    def __init__(self, sealer: ReadableSealer, key_files: ListedKeyFiles) -> None:
        self._secrets = PlainSecretResealer(sealer, key_files)

    def key_file(self, hand_over: HandOver) -> str:
        return self._secrets.key_file(hand_over.sealed)

    def reseal(self, hand_over: HandOver) -> HandOver | None:
        sealed = self._secrets.reseal(
            hand_over.sealed, purpose=CREDENTIAL_PURPOSE, context=hand_over.resource
        )
        return None if sealed is None else replace(hand_over, sealed=sealed)
