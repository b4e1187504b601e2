"""Entity tags: the state that somebody has seen, and whether it is still the one (RFC 9110)."""

from __future__ import annotations

import hashlib
import re
from base64 import urlsafe_b64encode
from typing import TYPE_CHECKING, Final

from authserver.web.admin_api import problem_kinds as kinds
from authserver.web.admin_api.problems import Mistake, Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from pydantic import BaseModel

HEADER: Final = "If-Match"
_TAG: Final = r'(?:W/)?"[\x21\x23-\x7e]*"'
_TAGS: Final = re.compile(rf"[ \t]*{_TAG}(?:[ \t]*,[ \t]*{_TAG})*[ \t]*\Z")
_ONE: Final = re.compile(_TAG)
_BYTES: Final = 16


def tag_of(shown: BaseModel) -> str:
    """The strong tag of what is shown: another byte, another tag."""
    digest = hashlib.sha256(shown.model_dump_json().encode()).digest()[:_BYTES]
    return f'"{urlsafe_b64encode(digest).rstrip(b"=").decode()}"'


def expectation(
    if_match: str, shows: Callable[[Mapping[str, object]], BaseModel]
) -> Callable[[Mapping[str, object]], None]:
    """What an act expects of that which it is about to change.

    Raises:
        Problem: 400, the header is no list of tags; or, later, 412.
    """
    wanted = None
    if if_match.strip() != "*":
        if _TAGS.match(if_match) is None:
            detail = f'"{HEADER}" is * or a list of entity tags in quotation marks'
            raise Problem(kinds.INVALID_PARAMETER, detail, (Mistake(detail, header=HEADER),))
        # A weak one compares unequal to any (section 13.1.1).
        wanted = frozenset(_ONE.findall(if_match))

    def check(described: Mapping[str, object]) -> None:
        if wanted is not None and tag_of(shows(described)) not in wanted:
            raise Problem(kinds.STALE, kinds.STALE.about)

    return check
