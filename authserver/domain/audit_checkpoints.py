"""Checkpoints: signed statements of how far the audit chain had come.

Kept outside the database as well (the anchor), they show what a chain cannot show by itself:
that its end was cut off, or that an old copy stands in its place.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from authserver.domain.audit_chain import Seal
    from authserver.domain.audit_key_ports import CheckpointSigner, CheckpointVerifier

_WHOLE_MAX: Final = (1 << 63) - 1
_STATEMENT: Final = b"authserver audit checkpoint 1\n"


class NotACheckpoint(ValueError):
    """A line of an anchor file is no checkpoint."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """At `at` (seconds since the epoch) the chain ended in seal `seal` with `code`.

    `number` counts checkpoints from 1, `position` is that of the seal's last record.
    `pruned_through` is the last seal whose records retention was allowed to remove (0: none).
    """

    number: int
    at: float
    seal: int
    code: bytes
    position: int
    pruned_through: int
    key_id: str
    signature: bytes = field(repr=False)

    def is_signed(self, verifier: CheckpointVerifier) -> bool:
        """Whether the signature is that of the key it names."""
        return verifier.verify(self.key_id, _statement(self), self.signature)

    def line(self) -> str:
        """The checkpoint as one line of JSON, without the line break."""
        return json.dumps(
            {**_stated(self), "signature": self.signature.hex()}, separators=(",", ":")
        )

    @classmethod
    def from_line(cls, line: str) -> Self:
        """Read what `line` wrote.

        Raises:
            NotACheckpoint: it is something else.
        """
        try:
            stated = json.loads(line)
            read = cls(
                number=int(stated["number"]),
                at=float(stated["at"]),
                seal=int(stated["seal"]),
                code=bytes.fromhex(stated["code"]),
                position=int(stated["position"]),
                pruned_through=int(stated["pruned_through"]),
                key_id=str(stated["key"]),
                signature=bytes.fromhex(stated["signature"]),
            )
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError) as problem:
            raise NotACheckpoint(type(problem).__name__) from None
        wholes = (read.number, read.seal, read.position, read.pruned_through)
        if min(wholes) < 0 or max(wholes) > _WHOLE_MAX or not math.isfinite(read.at):
            raise NotACheckpoint("a number out of range")
        return read


def checkpoint(
    signer: CheckpointSigner, last: Seal, previous: Checkpoint | None, at: float, pruned: int = 0
) -> Checkpoint:
    """Sign that the chain ends in `last`; `pruned` seals are given up, earlier grants stay."""
    unsigned = Checkpoint(
        number=1 if previous is None else previous.number + 1,
        at=at,
        seal=last.number,
        code=last.code,
        position=last.last_position,
        pruned_through=max(pruned, 0 if previous is None else previous.pruned_through),
        key_id=signer.key_id,
        signature=b"",
    )
    return replace(unsigned, signature=signer.sign(_statement(unsigned)))


def _stated(said: Checkpoint) -> dict[str, object]:
    return {
        "number": said.number,
        "at": said.at,
        "seal": said.seal,
        "code": said.code.hex(),
        "position": said.position,
        "pruned_through": said.pruned_through,
        "key": said.key_id,
    }


def _statement(said: Checkpoint) -> bytes:
    return _STATEMENT + json.dumps(_stated(said), separators=(",", ":")).encode("ascii")
