"""Making key files: whole or not at all, never over an existing one."""

from __future__ import annotations

import os
import stat
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from authserver.crypto.key_files import KEY_BYTES, KeyFileProblem, KeyKind, list_key_ids

if TYPE_CHECKING:
    from pathlib import Path

    from authserver.domain.ports import Entropy

_OWN_FILE: Final = 0o600
_OWN_DIRECTORY: Final = 0o700
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def ensure_key_files(directory: Path, entropy: Entropy) -> tuple[str, ...]:
    """Make the directory and one file of each kind that has none.

    Idempotent, and safe when several processes start at once: all end with the same files. A new
    pepper or key-encryption key beside an old database makes nothing readable again: callers
    check first (`list_key_ids`) whether this is a new installation.

    Returns:
        The names of the files that this call made, `()` when all were there.

    Raises:
        KeyFileProblem: the directory or a file cannot be made; the text says why.
    """
    try:
        _ensure_directory(directory)
        missing = [kind for kind, ids in list_key_ids(directory).items() if not ids]
        made = [kind.file_name("1") for kind in missing if _create(directory, kind, "1", entropy)]
    except OSError as error:
        raise _problem(directory, error) from error
    return tuple(made)


def add_key_file(directory: Path, kind: KeyKind, entropy: Entropy) -> str:
    """Make the next file of a kind, which becomes the current one at the next load.

    Returns:
        The name of the file.

    Raises:
        KeyFileProblem: it cannot be made.
    """
    try:
        while True:
            ids = list_key_ids(directory)[kind]
            key_id = str(ids[-1] + 1 if ids else 1)
            if _create(directory, kind, key_id, entropy):
                return kind.file_name(key_id)
    except OSError as error:
        raise _problem(directory, error) from error


class KekFileMaker:
    """Makes files of key-encryption keys. Satisfies `authserver.domain.key_ports.KeyFileMaker`."""

    def __init__(self, directory: Path, entropy: Entropy) -> None:
        """Make them in `directory`."""
        self._directory = directory
        self._entropy = entropy

    def make(self) -> str:
        """Make the next file; its name. Raises KeyFileProblem."""
        return add_key_file(self._directory, KeyKind.KEK, self._entropy)


def _ensure_directory(directory: Path) -> None:
    directory.mkdir(mode=_OWN_DIRECTORY, parents=True, exist_ok=True)
    status = directory.stat()
    if status.st_mode & _OTHERS and status.st_uid == os.geteuid():
        directory.chmod(_OWN_DIRECTORY)


def _create(directory: Path, kind: KeyKind, key_id: str, entropy: Entropy) -> bool:
    """Make one file; False when somebody else made it first.

    The content goes to a file of its own, which then gets its name by link(2): the name appears
    with the whole content or not at all, and an existing file stays as it is.
    """
    path = directory / kind.file_name(key_id)
    draft = directory / f".{path.name}.{entropy.token_bytes(8).hex()}"
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
    descriptor = os.open(draft, flags, _OWN_FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(_content(kind, entropy))
            file.flush()
            os.fchmod(file.fileno(), _OWN_FILE)
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return False
    finally:
        draft.unlink()
    _sync_directory(directory)
    return True


def _content(kind: KeyKind, entropy: Entropy) -> bytes:
    secret = entropy.token_bytes(KEY_BYTES)
    if kind is KeyKind.CHECKPOINT:
        key = Ed25519PrivateKey.from_private_bytes(secret)
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return urlsafe_b64encode(secret).rstrip(b"=") + b"\n"


def _sync_directory(directory: Path) -> None:
    """Make the new name survive a power cut too."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _problem(directory: Path, error: OSError) -> KeyFileProblem:
    cause = (error.strerror or type(error).__name__).lower()
    return KeyFileProblem(
        f"{directory}: key files cannot be made here: {cause}; "
        "choose another directory in the settings or give this user the right to write"
    )
