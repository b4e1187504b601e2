"""One audit event as one line of a journal: checksum, blank, JSON, line break."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from typing import TYPE_CHECKING, Any, Final

import orjson

from authserver.domain.audit_text import visible

if TYPE_CHECKING:
    from authserver.domain.audit import AuditEvent

PAYLOAD_MAX: Final = 64 * 1024
"""Bytes of JSON in one record; longer ones lose their details, never their existence."""
LINE_MAX: Final = PAYLOAD_MAX + 10
"""Bytes of one line: checksum (8), blank, JSON, line break."""

_PREFIX: Final = 9
_TEXT_MAX: Final = 500  # as long as any column; eleven of them fit, whatever they hold
_DEPTH_MAX: Final = 16
_INTEGER_BITS: Final = 63

_dumps = orjson.dumps
_crc32 = zlib.crc32


class BrokenLine(ValueError):
    """A line of a journal is not what was written; the text says how."""


def encode(event: AuditEvent) -> bytes:
    """The event as JSON, at most `PAYLOAD_MAX` bytes. Any text can be encoded.

    Raises:
        TypeError: `details` hold something that is neither JSON nor a set (a mistake in the code).
    """
    try:
        payload = _dumps(event, _known)
    except orjson.JSONEncodeError:
        payload = _dumps(_as_mapping(event, _safe(event.details, _DEPTH_MAX)))
    if len(payload) > PAYLOAD_MAX:
        note = {"details_dropped": "longer than a record may be", "bytes": len(payload)}
        payload = _dumps(_as_mapping(event, note))
    return payload


def line(payload: bytes) -> bytes:
    """The line that holds `payload`."""
    return b"%08x %b\n" % (_crc32(payload), payload)


def decode(line: bytes) -> dict[str, Any]:
    """The JSON object of a line, given without its line break.

    Raises:
        BrokenLine: checksum or JSON do not hold.
    """
    payload = line[_PREFIX:]
    if line[:_PREFIX] != b"%08x " % _crc32(payload):
        raise BrokenLine("the checksum does not fit")
    try:
        record = orjson.loads(payload)
    except orjson.JSONDecodeError:
        raise BrokenLine("not JSON") from None
    if not isinstance(record, dict):
        raise BrokenLine("not a JSON object")
    return record


def _known(value: object) -> object:
    """What orjson does not know by itself."""
    if isinstance(value, AbstractSet):
        return sorted(str(member) for member in value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"an audit record cannot hold {type(value).__name__}")


def _as_mapping(event: AuditEvent, details: object) -> dict[str, object]:
    """The slow way: for texts with lone surrogates, huge numbers, endless nesting, oversize."""
    return {
        "at": event.at,
        "action": visible(event.action, _TEXT_MAX),
        "outcome": event.outcome,
        "actor": {
            "kind": event.actor.kind,
            "identifier": visible(event.actor.identifier, _TEXT_MAX),
        },
        "object_kind": visible(event.object_kind, _TEXT_MAX),
        "object_id": visible(event.object_id, _TEXT_MAX),
        "client_id": visible(event.client_id, _TEXT_MAX),
        "resource": visible(event.resource, _TEXT_MAX),
        "token_id": visible(event.token_id, _TEXT_MAX),
        "reason": visible(event.reason, _TEXT_MAX),
        "request_id": visible(event.request_id, _TEXT_MAX),
        "peer": visible(event.peer, _TEXT_MAX),
        "details": details,
    }


def _safe(value: object, depth: int) -> object:
    if isinstance(value, str):
        return visible(value, PAYLOAD_MAX)
    if isinstance(value, int) and value.bit_length() > _INTEGER_BITS:
        return hex(value)[:_TEXT_MAX]
    if value is None or isinstance(value, int | float):
        return value
    return _safe_parts(value, depth - 1) if depth else "…"


def _safe_parts(value: object, depth: int) -> object:
    if isinstance(value, Mapping):
        return {visible(str(name), _TEXT_MAX): _safe(part, depth) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_safe(part, depth) for part in value]
    return _safe(_known(value), depth)
