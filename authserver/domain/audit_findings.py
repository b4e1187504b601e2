"""What a verification of the audit chain finds."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

FINDINGS_KEPT: Final = 1000
"""How many findings a report spells out; beyond that they are only counted."""


class BreakKind(StrEnum):
    """What is wrong at one place of the chain."""

    EDITED = "edited"
    """A record is not what was sealed."""
    DELETED = "deleted"
    """A sealed record is missing."""
    INSERTED = "inserted"
    """A record stands among sealed ones that was not sealed there."""
    MOVED = "moved"
    """A genuine record stands in another record's place."""
    FORGED = "forged"
    """A record was written by somebody without the audit key."""
    SEAL_ALTERED = "seal_altered"
    """A seal is not what was written: its records can no longer be vouched for."""
    SEAL_MISSING = "seal_missing"
    """One or more seals are gone."""
    LINK_BROKEN = "link_broken"
    """A seal does not follow from the one before it."""
    KEY_UNKNOWN = "key_unknown"
    """A seal or record names an audit key that this server does not have."""
    PRUNED_UNSIGNED = "pruned_unsigned"
    """Records were removed as if by retention, but no checkpoint allows it."""
    TRUNCATED = "truncated"
    """The chain ends before a signed checkpoint: its end was cut, or this is an old copy."""
    REWRITTEN = "rewritten"
    """The chain is not the one that a signed checkpoint saw."""
    CHECKPOINT_FORGED = "checkpoint_forged"
    """A checkpoint bears no valid signature."""
    CHECKPOINT_MISSING = "checkpoint_missing"
    """A checkpoint between two others is gone."""
    UNSEALED_LATE = "unsealed_late"
    """A record has waited for its seal for too long: no sealer runs, or it was held back."""


@dataclass(frozen=True, slots=True)
class Break:
    """One finding.

    `position` is the place in the chain (the first record ever is 1; for an inserted record the
    place after which it stands), `record_id` the row, `seal` the link's number; 0 where it does
    not apply.
    """

    kind: BreakKind
    position: int
    record_id: int
    seal: int
    detail: str


@dataclass(frozen=True, slots=True)
class Verification:
    """The result. Counts are records, but `broken` counts findings and `seals` links.

    `breaks` spells out the first `FINDINGS_KEPT` findings. `anchored_position` is the last place
    that a valid checkpoint vouches for; records after it could be cut off unseen. When it is not
    complete, it was stopped on its way: what it did not come to, checkpoints too, is not judged.
    """

    sealed: int
    unsealed: int
    pruned: int
    seals: int
    checkpoints: int
    anchored_position: int
    broken: int
    breaks: tuple[Break, ...]
    is_complete: bool = True

    @property
    def is_clean(self) -> bool:
        """Whether nothing was found."""
        return self.broken == 0
