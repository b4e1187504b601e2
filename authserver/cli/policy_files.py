"""Policy documents in files, or on standard input."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from authserver.domain.errors import InvalidField
from authserver.services.policy_reading import LARGEST_TEXT

if TYPE_CHECKING:
    from typing import BinaryIO

FILE: Final = click.argument("file", type=click.File("rb"))


def read_text(file: BinaryIO) -> str:
    """The text of a document, line ends as they are, without a byte order mark.

    Raises:
        InvalidField: the file is larger than a document may be, or no text.
    """
    data = file.read(LARGEST_TEXT + 1)
    if len(data) > LARGEST_TEXT:
        raise InvalidField("FILE", f"at most {LARGEST_TEXT // 1024} KiB")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidField("FILE", "text in UTF-8") from None
