"""A sealer whose seals tests can read: everything bound in stands before the secret, reversed."""

from __future__ import annotations

from authserver.domain.errors import Conflict


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
