"""Calls as people write them: `GET /rest/api/2/issue/AB-1`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.raw_targets import Target, read_target

if TYPE_CHECKING:
    from authserver.domain.resources import ProtectedResource

WRITTEN: Final = 'a method and a path, as in "GET /rest/api/2/issue/AB-1"'
_CALL: Final = re.compile(r"([A-Za-z]{1,20}) +(?:https?://[^/?#\s]+)?(/[^#\s]*)")


class WrittenCall(NamedTuple):
    """A method in capitals, and a target that can be read in one way."""

    method: str
    target: Target

    def at(self, resource: ProtectedResource) -> Target:
        """The target at a site: its base path may be left out."""
        base, path = resource.base_path, self.target.path
        whole = path if not base or path.startswith(f"{base}/") else base + path
        return Target(whole, self.target.query)


def read_call(text: str) -> WrittenCall | None:
    """The call that a text means; `None` where it means none, or more than one."""
    found = _CALL.fullmatch(text.strip())
    target = None if found is None else read_target(found[2])
    if found is None or target is None:
        return None
    return WrittenCall(found[1].upper(), target)
