"""The suite's own server: hears of logouts, publishes its clients' keys."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.upstream.servers import answer

if TYPE_CHECKING:
    from tests.upstream.servers import Visit


@dataclass
class SuiteServer:
    """Answers at `/jwks` what is in `jwks`, and elsewhere nothing but 200."""

    jwks: dict[str, Any] = field(default_factory=dict)
    told: list[tuple[str, bytes]] = field(default_factory=list)
    """What was posted: the path with its method, and the body."""

    def __call__(self, visit: Visit) -> bool:
        """One request."""
        head, _, body = visit.request.partition(b"\r\n\r\n")
        method, path, _ = head.split(b"\r\n")[0].decode().split(" ")
        if path.endswith("/jwks"):
            visit.say(answer(json.dumps(self.jwks).encode()))
        else:
            self.told.append((f"{method} {path}", body))
            visit.say(answer(b"", kind="text/plain", extra=("Cache-Control: no-store",)))
        return False
