"""Examples of calls about signing keys and settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.keys import KeyState
from tests.web.admin_api.example_values import Example

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.web.admin_api.rest import Rest


def prepared(rest: Rest) -> Mapping[str, Example]:
    """Keys that were announced long enough."""
    keys = rest.container.signing_keys
    rest.wait(keys.times.announce + 1)
    announced = next(each for each in keys.list() if each.state is KeyState.NEXT)
    return {
        "listKeys": Example(query="state=active&algorithm=ES256"),
        "rotateKeys": Example(said={"algorithm": "RS256"}),
        "revokeKey": Example({"kid": announced.kid}),
        "resealKeys": Example(),
        "listSettings": Example(),
    }
