"""The secrets that live in files: what they are called, what they hold, how they are read."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from authserver.crypto.jose_strict import decode_segment
from authserver.domain.errors import DomainError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KEY_BYTES: Final = 32
_FILE_BYTES_MAX: Final = 4096
_NAME: Final = re.compile(r"(?P<kind>[a-z]+)-(?P<id>[1-9][0-9]{0,5})\.(?P<suffix>key|pem)\Z")
_LINE: Final = re.compile(rb"[A-Za-z0-9_-]{43}\n?\Z")
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


class KeyKind(StrEnum):
    """What a key file is for; the value begins its name."""

    KEK = "kek"
    """Seals private signing keys and the credentials of sites in the database."""
    PEPPER = "pepper"
    """Keys the digests of secrets."""
    AUDIT = "audit"
    """Links audit records (HMAC-SHA-256)."""
    CHECKPOINT = "checkpoint"
    """Signs audit checkpoints (Ed25519)."""

    @property
    def suffix(self) -> str:
        """`pem` for what other tools can read, `key` for 32 bytes in base64url."""
        return "pem" if self is KeyKind.CHECKPOINT else "key"

    def file_name(self, key_id: str) -> str:
        """`kek-1.key`, `checkpoint-1.pem`."""
        return f"{self.value}-{key_id}.{self.suffix}"


class KeyFileProblem(DomainError):
    """A key file is missing, unreadable, unsafe or malformed; the text says what to do."""


@dataclass(frozen=True, slots=True)
class KeyFamily:
    """All keys of one kind, by id; `current` is the highest id, the others still open and verify.

    Each value has 32 bytes; a checkpoint key's are its Ed25519 seed (RFC 8032 section 5.1.5).
    """

    current: str
    values: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class KeyFiles:
    """Everything that the key directory holds."""

    kek: KeyFamily
    pepper: KeyFamily
    audit: KeyFamily
    checkpoint: KeyFamily


def load_key_files(directory: Path) -> KeyFiles:
    """Read every key file in `directory`.

    Raises:
        KeyFileProblem: a kind has no file, a file is open to others, belongs to somebody else,
            or does not hold what it should; or others may put files into the directory.
    """
    owners = _trusted_owners(directory)
    families: dict[KeyKind, KeyFamily] = {}
    for kind, ids in list_key_ids(directory).items():
        if not ids:
            raise KeyFileProblem(
                f"{directory / kind.file_name('1')}: missing; on a new installation run: "
                "authserver init; on an existing one restore it from your backup"
            )
        values = {
            str(number): _read(directory / kind.file_name(str(number)), kind, owners)
            for number in reversed(ids)
        }
        families[kind] = KeyFamily(str(ids[-1]), MappingProxyType(values))
    return KeyFiles(
        kek=families[KeyKind.KEK],
        pepper=families[KeyKind.PEPPER],
        audit=families[KeyKind.AUDIT],
        checkpoint=families[KeyKind.CHECKPOINT],
    )


def list_key_ids(directory: Path) -> Mapping[KeyKind, list[int]]:
    """The ids of each kind's files, ascending; other files are none of our business.

    Raises:
        KeyFileProblem: the directory cannot be listed.
    """
    ids: dict[KeyKind, list[int]] = {kind: [] for kind in KeyKind}
    try:
        names = [path.name for path in directory.iterdir()]
    except OSError as error:
        raise KeyFileProblem(
            f"{directory}: {_cause(error)}; run: authserver init, or correct the setting"
        ) from error
    for name in names:
        match = _NAME.match(name)
        kind = next((kind for kind in KeyKind if match and match["kind"] == kind.value), None)
        if match and kind and match["suffix"] == kind.suffix:
            ids[kind].append(int(match["id"]))
    for numbers in ids.values():
        numbers.sort()
    return ids


def _trusted_owners(directory: Path) -> frozenset[int]:
    """Who may own key files: root, this process's user, the directory's owner."""
    try:
        status = directory.stat()
    except OSError as error:
        raise KeyFileProblem(
            f"{directory}: {_cause(error)}; run: authserver init, or correct the setting"
        ) from error
    open_to_writers = status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)
    if open_to_writers and not status.st_mode & stat.S_ISVTX:
        raise KeyFileProblem(
            f"{directory}: others may put files into it; run: chmod 700 {directory}"
        )
    owners = {0, os.geteuid()}
    # In a shared sticky directory (a mounted volume) anybody may add files: its owner vouches
    # for nothing more than the others do.
    return frozenset(owners if open_to_writers else owners | {status.st_uid})


def _read(path: Path, kind: KeyKind, owners: frozenset[int]) -> bytes:
    content = _read_guarded(path, owners)
    value = _pem_seed(content) if kind is KeyKind.CHECKPOINT else _line(content)
    if value is None:
        holds = (
            "an unencrypted Ed25519 private key in PEM"
            if kind is KeyKind.CHECKPOINT
            else "one line of 43 base64url characters (32 bytes)"
        )
        raise KeyFileProblem(f"{path}: does not hold {holds}; restore it from your backup")
    return value


def _read_guarded(path: Path, owners: frozenset[int]) -> bytes:
    """Content of a regular file that is ours alone; checked on what was opened, not on a name."""
    try:
        # O_NONBLOCK: a FIFO under this name must not stop the start.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        raise KeyFileProblem(f"{path}: {_cause(error)}") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise KeyFileProblem(f"{path}: is not a regular file")
        if status.st_mode & _OTHERS:
            raise KeyFileProblem(f"{path}: open to group or others; run: chmod 600 {path}")
        if status.st_uid not in owners:
            raise KeyFileProblem(
                f"{path}: belongs to user {status.st_uid}, neither root nor this process's user"
            )
        return os.read(descriptor, _FILE_BYTES_MAX + 1)
    finally:
        os.close(descriptor)


def _line(content: bytes) -> bytes | None:
    return decode_segment(content.rstrip(b"\n")) if _LINE.match(content) else None


def _pem_seed(content: bytes) -> bytes | None:
    try:
        key = load_pem_private_key(content, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        return None
    return key.private_bytes_raw() if isinstance(key, Ed25519PrivateKey) else None


def _cause(error: OSError) -> str:
    return (error.strerror or type(error).__name__).lower()
