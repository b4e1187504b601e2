"""Secrets that settings name by file: read when needed, never kept in the settings."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlsplit

from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from pathlib import Path

    from authserver.settings import Settings

_LONGEST_FILE: Final = 4096
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def read_secret_file(name: str, path: Path) -> str:
    """The first line of a secret's file, without the line end.

    Args:
        name: the setting that names the file, for messages.
        path: the file; a regular one that nobody but its owner may read.

    Raises:
        InvalidField: it is missing, open to others, empty, or not a line of text.
    """
    try:
        # O_NONBLOCK: a FIFO under this name must not stop the start.
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except OSError as error:
        cause = (error.strerror or type(error).__name__).lower()
        raise InvalidField(name, f"{path} cannot be read: {cause}") from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise InvalidField(name, f"{path} must be a regular file")
        if status.st_mode & _OTHERS:
            raise InvalidField(name, f"{path} is open to others; run: chmod 600 {path}")
        content = os.read(descriptor, _LONGEST_FILE)
    finally:
        os.close(descriptor)
    line = content.partition(b"\n")[0].removesuffix(b"\r")
    try:
        text = line.decode()
    except UnicodeDecodeError:
        text = ""
    if not text or not text.isprintable():
        raise InvalidField(name, f"{path} must hold one line of printable text")
    return text


def connection_url(settings: Settings) -> str:
    """The database URL with the password from its file: for the driver, never for people.

    Raises:
        InvalidField: the password file cannot be used.
    """
    url = settings.database_url
    path = settings.database.password_file
    if path is None:
        return url
    password = quote(read_secret_file("database.password_file", path), safe="")
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if not at:
        raise InvalidField("database.url", "must name a user when database.password_file is set")
    return parts._replace(netloc=f"{user}:{password}@{host}").geturl()
