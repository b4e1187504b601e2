"""A whole gateway with rate limits: policies, API tokens, and when which call reached the site."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.api_tokens import (
    API_TOKEN_PREFIX,
    API_TOKEN_PURPOSE,
    ApiToken,
    ApiTokenStatus,
    Presentation,
    SubjectType,
)
from authserver.domain.clients import SUBJECT_PREFIX
from authserver.services.fresh_secrets import FreshSecrets
from tests.standin.notes import Note, Notes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.gateway.bed import GatewayBed

ISSUE: Final = "/rest/api/2/issue/DEMO-1"
_LIFE: Final = 86_400.0


@dataclass(slots=True)
class TimedNotes(Notes):
    """Also when each request came, by a clock that never jumps; `?who=` says whose it was."""

    arrivals: dict[str, list[float]] = field(default_factory=dict)

    def take(self, note: Note) -> None:
        """Note one request."""
        now = time.monotonic()
        with self._lock:
            self.arrivals.setdefault(note.target.partition("who=")[2], []).append(now)


def limit(bed: GatewayBed, calls: int, seconds: int, per: str = "token", **more: str) -> None:
    """Apply a policy with one limit to the bed's site."""
    file = bed.folder / "policy.toml"
    lines = [
        "[[rate]]",
        'name = "per-caller"',
        f'per = "{per}"',
        f"calls = {calls}",
        f"seconds = {seconds}",
        'reason = "The site is for everybody"',
        *(f"{key} = {value}" for key, value in more.items()),
    ]
    file.write_text("\n".join(lines) + "\n")
    bed.command("policy", "apply", bed.name, str(file), "--yes")


def api_tokens(bed: GatewayBed, count: int, **changes: Any) -> Sequence[str]:
    """The values of so many new API tokens, all of one client that may read.

    Whoever was made first at the server, an administrator, answers for them.
    """
    client_id = bed.caller("READ").client_id
    with bed.server.container() as container:
        secrets = FreshSecrets(
            clock=container.clock,
            secret_maker=container.secret_maker,
            digester=container.digester,
            passwords=container.passwords,
        )
        now, made = container.clock.now(), []
        with container.database.writing() as stores:
            (owner, *_) = stores.users.list()
            for number in range(count):
                fresh = secrets.make(API_TOKEN_PREFIX, API_TOKEN_PURPOSE, None)
                token_id = container.secret_maker.identifier()
                values: dict[str, Any] = {
                    "token_id": token_id,
                    "lineage_id": token_id,
                    "subject_type": SubjectType.SERVICE,
                    "subject": SUBJECT_PREFIX + client_id,
                    "owner": owner.subject,
                    "client_id": client_id,
                    "name": f"export {number}",
                    "purpose": "load",
                    "team": "",
                    "ticket": "",
                    "scopes": frozenset({"READ"}),
                    "resources": frozenset({bed.name}),
                    "presentations": frozenset(Presentation),
                    "details": None,
                    "networks": None,
                    "status": ApiTokenStatus.ENABLED,
                    "secret": fresh.stored,
                    "created_at": now,
                    "created_by": "cli:tests",
                    "created_from": "",
                    "expires_at": now + _LIFE,
                }
                stores.api_tokens.add(ApiToken(**(values | changes)))
                made.append(fresh.value)
    return made


def most_within(moments: Sequence[float], seconds: float) -> int:
    """The most of them in any stretch of time of this length."""
    ordered, first, most = sorted(moments), 0, 0
    for place, moment in enumerate(ordered):
        while moment - ordered[first] >= seconds:
            first += 1
        most = max(most, place - first + 1)
    return most
