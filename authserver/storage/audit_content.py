"""From an audit event to the columns of its record, bounded, printable and authenticated."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, Final

import orjson

from authserver.domain.audit_chain import record_code
from authserver.domain.audit_text import visible
from authserver.storage.rows.audit import audit_records
from authserver.storage.rows.metadata import DEFAULT_ISSUER

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.audit_key_ports import ChainKey

COLUMNS: Final = tuple(column.name for column in audit_records.columns)[1:]
"""What an insert gives, in this order: everything but the id."""
CONTENT_COLUMNS: Final = COLUMNS[:-1]
"""What a record's code is computed over: everything but the id and the code."""

NAME_MAX: Final = 64
HANDLE_MAX: Final = 255  # index entries of PostgreSQL hold 2,700 bytes
_REASON_MAX: Final = 500
_LONGEST: Final = (
    *(NAME_MAX, NAME_MAX, NAME_MAX, HANDLE_MAX, HANDLE_MAX, HANDLE_MAX),
    *(NAME_MAX, HANDLE_MAX, HANDLE_MAX, _REASON_MAX, HANDLE_MAX, NAME_MAX),
)
_DETAILS_MAX: Final = 32 * 1024
_START_MAX: Final = 1000

_encode_ascii = json.JSONEncoder(ensure_ascii=True, separators=(",", ":")).encode


class NotARecord(ValueError):
    """A JSON object is no audit event."""


def content_of(
    said: Mapping[str, Any],
    key: ChainKey,
    recorded_at: float,
    journal: int | None,
    offset: int | None,
) -> tuple[object, ...]:
    """The values of `COLUMNS` for an event in the JSON form of `journal_records.encode`.

    Raises:
        NotARecord: members are missing or of another type.
    """
    try:
        actor = said["actor"]
        at = float(said["at"])
        texts: tuple[str, ...] = (
            said["action"],
            said["outcome"],
            actor["kind"],
            actor["identifier"],
            said["client_id"],
            said["resource"],
            said["object_kind"],
            said["object_id"],
            said["token_id"],
            said["reason"],
            said["request_id"],
            said["peer"],
        )
        # Looking at all texts at once is six times as fast, and nearly always enough.
        if not "".join(texts).isprintable() or max(map(len, texts)) > NAME_MAX:
            texts = tuple(map(visible, texts, _LONGEST))
        details = _details(said["details"])
    except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as problem:
        raise NotARecord(f"not an audit event ({type(problem).__name__})") from None
    if not math.isfinite(at):
        raise NotARecord("not an audit event (its time is not a number)")
    content = (
        DEFAULT_ISSUER,
        at,
        recorded_at,
        *texts,
        details,
        journal,
        offset,
        key.key_id,
    )
    return (*content, record_code(key, content))


def _details(details: object) -> str:
    if not isinstance(details, dict):
        raise TypeError
    if not details:
        return "{}"
    encoded = orjson.dumps(details)
    if encoded.isascii() and b"\x7f" not in encoded:
        text = encoded.decode("ascii")
    else:
        text = _encode_ascii(details).replace("\x7f", "\\u007f")
    if len(text) > _DETAILS_MAX:
        text = _encode_ascii({"cut_from_characters": len(text), "start": text[:_START_MAX]})
    return text
