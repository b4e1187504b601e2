"""The audit chain: what a record's code and a seal's code are computed over.

A record carries its own code, made by whoever wrote it, over its content but not its id (the
database gives that later). A seal lists the ids and codes of a run of records in order, and is
linked to the seal before it. An edited or forged record fails its own code; a record that is
missing, added or moved disagrees with its seal; a seal that was touched fails its own code.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import struct
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.audit_key_ports import ChainKey

RECORD_CODE_BYTES: Final = 16
"""A record's code is cut to 128 bit (RFC 2104 section 5 asks for half the hash or more)."""
FIRST_PREVIOUS: Final = bytes(32)
"""What the first seal is linked to."""

_RECORD: Final = b"authserver audit record 1\n"
_SEAL: Final = b"authserver audit seal 1\n"
_HEADER: Final = struct.Struct(">QQQqqdd32s32s")
_DIGEST_BYTES: Final = 32

_encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), allow_nan=False).encode


def record_code(key: ChainKey, content: Sequence[object]) -> bytes:
    """The code of one record: HMAC over its stored columns as a JSON array in ASCII.

    Raises:
        TypeError: a column holds what JSON cannot say; no record of ours does.
        ValueError: the same, for a number that is not finite.
    """
    return key.mac(_RECORD + _encode(content).encode("ascii"))[:RECORD_CODE_BYTES]


@dataclass(frozen=True, slots=True)
class Seal:
    """One link of the chain: `count` records, from `position` (the first record ever is 1).

    `first_id` and `last_id` are record ids; `newest_at` is the latest time among the records, in
    seconds since the epoch like `sealed_at`. `ids` (8 bytes each, big-endian) and `codes`
    (`RECORD_CODE_BYTES` each) list the records in order; both are empty when `pruned`: retention
    removed the records, `content` still holds their digest.
    """

    number: int
    position: int
    count: int
    first_id: int
    last_id: int
    newest_at: float
    sealed_at: float
    ids: bytes = field(repr=False)
    codes: bytes = field(repr=False)
    content: bytes = field(repr=False)
    previous: bytes = field(repr=False)
    code: bytes = field(repr=False)
    key_id: str
    pruned: bool = False

    @property
    def last_position(self) -> int:
        """The position of its last record."""
        return self.position + self.count - 1

    def record_ids(self) -> tuple[int, ...]:
        """The ids of its records in order; none when pruned."""
        return struct.unpack(f">{len(self.ids) // 8}q", self.ids[: len(self.ids) // 8 * 8])

    def record_codes(self) -> list[bytes]:
        """The codes of its records in order; none when pruned."""
        step = RECORD_CODE_BYTES
        return [self.codes[start : start + step] for start in range(0, len(self.codes), step)]

    def is_authentic(self, key: ChainKey) -> bool:
        """Whether header and link are as they were when `key` sealed them."""
        if len(self.content) != _DIGEST_BYTES or len(self.previous) != _DIGEST_BYTES:
            return False
        try:
            return hmac.compare_digest(self.code, _seal_code(key, self))
        except struct.error:
            return False

    def content_fits(self) -> bool:
        """Whether ids and codes are those that were sealed, and as many as stated."""
        return (
            len(self.ids) == 8 * self.count
            and len(self.codes) == RECORD_CODE_BYTES * self.count
            and content_digest(self.ids, self.codes) == self.content
        )


@dataclass(frozen=True, slots=True)
class Unsealed:
    """What sealing needs to know of a record."""

    record_id: int
    code: bytes
    at: float


def seal(
    key: ChainKey, previous: Seal | None, records: Sequence[Unsealed], sealed_at: float
) -> Seal:
    """The next link: `records` (one at least, by id) after `previous` (`None`: the first link)."""
    ids = struct.pack(f">{len(records)}q", *[record.record_id for record in records])
    codes = b"".join([_fitting(record.code) for record in records])
    link = Seal(
        number=1 if previous is None else previous.number + 1,
        position=1 if previous is None else previous.last_position + 1,
        count=len(records),
        first_id=records[0].record_id,
        last_id=records[-1].record_id,
        newest_at=max([record.at for record in records]),
        sealed_at=sealed_at,
        ids=ids,
        codes=codes,
        content=content_digest(ids, codes),
        previous=FIRST_PREVIOUS if previous is None else previous.code,
        code=b"",
        key_id=key.key_id,
    )
    return replace(link, code=_seal_code(key, link))


def _fitting(code: bytes) -> bytes:
    """A code of another length is none; it must not shift the codes after it."""
    return code if len(code) == RECORD_CODE_BYTES else bytes(RECORD_CODE_BYTES)


def content_digest(ids: bytes, codes: bytes) -> bytes:
    """SHA-256 over ids and codes; the count in the header says where one ends."""
    return hashlib.sha256(ids + codes).digest()


def _seal_code(key: ChainKey, link: Seal) -> bytes:
    header = _HEADER.pack(
        link.number,
        link.position,
        link.count,
        link.first_id,
        link.last_id,
        link.newest_at,
        link.sealed_at,
        link.content,
        link.previous,
    )
    return key.mac(_SEAL + header + link.key_id.encode("ascii", "replace"))
