"""bcrypt, for what people choose or bring: every byte counts, nothing crashes, few at once."""

from __future__ import annotations

import hmac
import re
import threading
import unicodedata
from base64 import b64encode
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Final

import bcrypt

from authserver.domain.errors import InvalidField, StorageUnavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from authserver.domain.ports import Entropy

PASSWORD_BYTES_MAX: Final = 4096
"""Longer passwords are refused: a pre-hash of megabytes is somebody's attack."""

BCRYPT_BYTES_MAX: Final = 72
"""What bcrypt itself can take; the rest would not count."""

COST: Final = 12
COST_MAX: Final = 14
"""Above this one comparison takes seconds: refused at import, so that nobody waits later."""

# Modular crypt format; the last characters of salt and hash carry spare bits that must be zero.
_BCRYPT: Final = re.compile(
    rb"\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{21}[.Oeu][./A-Za-z0-9]{30}[.CGKOSWaeimquy26]\Z"
)
# A fixed key sets this pre-hash apart from every plain SHA-384 that was leaked elsewhere:
# otherwise such a list could be tried against our hashes without knowing a single password.
_PRE_HASH_KEY: Final = b"authserver password v1"
_SALT_BYTES: Final = 16
_BCRYPT_ALPHABET: Final = bytes.maketrans(
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    b"./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
)


class BcryptHasher:
    """A bounded pool of bcrypt computations. Satisfies `ports.PasswordHasher`.

    At most `at_once` computations run and `waiting` callers stand in line, each for
    `patience_seconds` at most; everybody else is sent away at once. bcrypt releases the GIL, so
    the caller's own thread does the work; `aside` makes a context in which it keeps no other thread
    from running Python.
    """

    def __init__(
        self,
        entropy: Entropy,
        *,
        cost: int = COST,
        at_once: int = 1,
        waiting: int = 1,
        patience_seconds: float = 1.0,
        aside: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        if not 4 <= cost <= COST_MAX:  # noqa: PLR2004 - the least that bcrypt knows
            raise ValueError(f"cost is 4 to {COST_MAX}")
        self._entropy = entropy
        self._cost = cost
        self._places = threading.BoundedSemaphore(at_once + waiting)
        self._running = threading.BoundedSemaphore(at_once)
        self._patience_seconds = patience_seconds
        self._aside = aside

    def hash(self, password: str) -> bytes:
        """A bcrypt hash over a pre-hash of the password.

        Raises:
            InvalidField: the password is empty, too long or not Unicode text.
            StorageUnavailable: the pool is full.
        """
        pre_hash = _pre_hash(password)
        if pre_hash is None:
            raise InvalidField("password", f"1 to {PASSWORD_BYTES_MAX} bytes of UTF-8 text")
        salt = b64encode(self._entropy.token_bytes(_SALT_BYTES)).rstrip(b"=")
        setting = b"$2b$%02d$%b" % (self._cost, salt.translate(_BCRYPT_ALPHABET))
        with self._place():
            return bcrypt.hashpw(pre_hash, setting)

    def matches(self, password: str, hashed: bytes) -> bool:
        """Whether `password` belongs to our own `hashed`; never for a malformed hash.

        Raises:
            StorageUnavailable: the pool is full; nothing was compared.
        """
        pre_hash = _pre_hash(password)
        if pre_hash is None:
            return False
        return self._compare(pre_hash, hashed)

    def matches_imported(self, secret: str, hashed: bytes) -> bool:
        """The same for a bcrypt hash made elsewhere, over the secret itself.

        Secrets over 72 bytes or with a NUL never match: bcrypt repeats secret and NUL as its key,
        so that `a` and `a NUL a` would be one.

        Raises:
            StorageUnavailable: the pool is full; nothing was compared.
        """
        encoded = _utf8(secret)
        if encoded is None or len(encoded) > BCRYPT_BYTES_MAX or b"\0" in encoded:
            return False
        return self._compare(encoded, hashed)

    def is_hash(self, hashed: bytes) -> bool:
        """Whether this is a bcrypt hash (`$2a$`, `$2b$`, `$2y$`) of cost 4 to 14."""
        return _BCRYPT.match(hashed) is not None

    def _compare(self, secret: bytes, hashed: bytes) -> bool:
        if not self.is_hash(hashed):
            return False
        with self._place():
            return bcrypt.checkpw(secret, hashed)

    @contextmanager
    def _place(self) -> Iterator[None]:
        if not self._places.acquire(blocking=False):
            raise StorageUnavailable("the password pool and its queue are full")
        try:
            with self._aside():
                if not self._running.acquire(timeout=self._patience_seconds):
                    raise StorageUnavailable("the password pool is busy")
                try:
                    yield
                finally:
                    self._running.release()
        finally:
            self._places.release()


def _pre_hash(password: str) -> bytes | None:
    """64 characters without NUL over every byte of the password; `None` if it cannot be one."""
    encoded = _utf8(password)
    if not encoded or len(encoded) > PASSWORD_BYTES_MAX:
        return None
    # Keyboards differ in how they compose the same letter (RFC 8265 section 4.2.2: NFC).
    composed = unicodedata.normalize("NFC", password).encode("utf-8")
    return b64encode(hmac.digest(_PRE_HASH_KEY, composed, "sha384"))


def _utf8(text: str) -> bytes | None:
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:
        return None
