"""CSV of mapped subjects, line by line: the file of an import, or what was pasted."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Final

from authserver.domain.clients import CLIENT_ID, SUBJECT_PREFIX
from authserver.domain.errors import InvalidField
from authserver.services.account_rows import ImportRow

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of a file: more than the rows of the largest import need."""
BY_SUBJECT: Final = ["subject", "account"]
BY_CLIENT: Final = ["client_id", "account"]
UNREADABLE: Final = "quotation marks that do not fit, or a value far too long"
_COLUMNS: Final = len(BY_SUBJECT)


def read_rows(data: bytes) -> list[ImportRow]:
    """The rows, those with a problem too; empty lines are left out.

    Raises:
        InvalidField: it is too long, no text, or the first line names other columns.
    """
    if len(data) > MOST_BYTES:
        raise InvalidField("file", f"at most {MOST_BYTES} bytes")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise InvalidField("file", f"text in UTF-8, which line {line} is not") from None
    return list(_rows(text))


def _rows(text: str) -> Iterator[ImportRow]:
    # The reader counts lines by \n and \r only, also inside of quotation marks.
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    heading: list[str] | None = None
    while True:
        line = lines.line_num + 1
        try:
            cells = next(lines)
        except StopIteration:
            break
        except csv.Error:
            # Where the next row begins nobody knows.
            yield ImportRow(line, "", "", problem=UNREADABLE)
            break
        if heading is None:
            heading = _heading(cells)
        elif cells:
            yield _row(line, cells, by_client=heading == BY_CLIENT)
    if heading is None:
        _heading([])


def _heading(cells: Sequence[str]) -> list[str]:
    heading = [name.strip().lower() for name in cells]
    if heading not in (BY_SUBJECT, BY_CLIENT):
        raise InvalidField(
            "file", f"CSV whose first line is {','.join(BY_SUBJECT)} or {','.join(BY_CLIENT)}"
        )
    return heading


def _row(line: int, cells: Sequence[str], *, by_client: bool) -> ImportRow:
    if len(cells) != _COLUMNS:
        return ImportRow(line, "", "", problem=f"{_COLUMNS} columns, not {len(cells)}")
    name, account = cells
    if not by_client:
        return ImportRow(line, name, account)
    problem = "" if CLIENT_ID.match(name) else "client_id: not the id of a client"
    return ImportRow(line, SUBJECT_PREFIX + name, account, problem)
