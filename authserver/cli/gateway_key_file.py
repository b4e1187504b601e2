"""The file that a gateway reads its key from."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from io import FileIO

ROOM_BYTES: Final = 512
"""More than the file will have: a disk that is full has to be met before there is a key."""


@contextmanager
def prepared(path: Path | None) -> Iterator[Callable[[str], None]]:
    """Make sure that the file can be written before there is a key; then take the key.

    It is for its owner only, and whole or not there at all: nginx may be reading the old one.
    Without a path nothing is written.

    Raises:
        InvalidField: nothing can be written there.
    """
    if path is None:
        yield lambda _: None
        return
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise _refusal(error) from None
    with os.fdopen(handle, "wb", buffering=0) as file:
        try:
            _take_room(file)
            yield lambda key: _write(file, Path(temporary), path, key)
        finally:
            Path(temporary).unlink(missing_ok=True)


def _take_room(file: FileIO) -> None:
    try:
        file.write(b" " * ROOM_BYTES)
        os.fsync(file.fileno())
    except OSError as error:
        raise _refusal(error) from None


def _write(file: FileIO, temporary: Path, path: Path, key: str) -> None:
    line = f'proxy_set_header X-Gateway-Authorization "Bearer {key}";\n'
    try:
        file.seek(0)
        file.write(line.encode("ascii"))
        file.truncate()
        os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        raise click.ClickException(
            f"cannot write {path}: {error.strerror}. The new key is lost: once the file can be "
            "written, run authserver gateway rotate-key with --overlap 0"
        ) from None


def _refusal(error: OSError) -> InvalidField:
    return InvalidField("key_file", f"a file that can be written here ({error.strerror})")
