"""Where a person may be sent after signing in: our own pages, by list, and nowhere else."""

from __future__ import annotations

import re
from typing import Final

HOME: Final = "/account"

_TARGETS: Final = re.compile(
    r"/account(/(authorizations|identities|sessions|password|pick-up|notices|tokens))?\Z"
    r"|/account/tokens/[A-Za-z0-9_-]{1,64}(/(rotate|revoke))?\Z"
    r"|/device(\?user_code=[A-Za-z0-9-]{1,20})?\Z"
    r"|/admin(/(?!\.)[A-Za-z0-9._~:-]{1,200}){0,6}(\?[A-Za-z0-9._~:%+=&-]{0,2000})?\Z"
)


def return_target(wanted: str) -> str:
    """`wanted` when it is on the list, else the account page."""
    return wanted if is_return_target(wanted) else HOME


def is_return_target(wanted: str) -> bool:
    """Whether `wanted` (path and query, without the issuer's path) is on the list."""
    return _TARGETS.match(wanted) is not None
