"""How secrets of this server look from afar: whatever looks so is never tried as anything else."""

from __future__ import annotations

import re
from typing import Final

_OURS: Final = re.compile(r"asv_[a-z]{1,8}_", re.IGNORECASE)


def is_secret_shaped(token_value: str) -> bool:
    """Whether a token begins as every secret of ours does, however it goes on.

    Only its beginning: of 50,000 JWTs one has such letters somewhere in the middle.
    """
    return _OURS.match(token_value) is not None


def holds_secret_shape(password: str) -> bool:
    """The same anywhere in a password: a quoted or mistyped secret is meant as well."""
    return _OURS.search(password) is not None
