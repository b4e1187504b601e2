"""Secrets that are handed to commands: from a file or stdin, never on the command line."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from typing import BinaryIO


def read_secret(file: BinaryIO, *, longest: int, prompt: str, field: str = "secret") -> str:
    """The text in the file without one line end behind it; who types it is asked by `prompt`.

    Raises:
        InvalidField: it is longer than `longest` octets, or no text.
    """
    if is_typed(file):
        return str(click.prompt(prompt, hide_input=True, err=True))
    most = longest + len("\r\n")
    data = file.read(most + 1)
    if len(data) > most:
        raise InvalidField(field, f"at most {longest} octets and a line end")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise InvalidField(field, "text in UTF-8") from None
    return text.removesuffix("\n").removesuffix("\r")


def is_typed(file: BinaryIO) -> bool:
    """Whether somebody types it: then it must not be seen on the screen."""
    return file is sys.stdin.buffer and sys.stdin.isatty()
