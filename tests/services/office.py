"""One view of the authority with its database, its clock and somebody who listens."""

from __future__ import annotations

from typing import Final

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.tokens import AccessToken
from authserver.services.authority import AuthorityView
from tests.doubles import EPOCH, FakeClock
from tests.memory_database import MemoryDatabase

TOKEN: Final = AccessToken(
    issuer="https://auth.example.com",
    subject="client:ci-reader",
    audience="https://jira.example.com",
    client_id="ci-reader",
    scopes=frozenset({"READ"}),
    issued_at=int(EPOCH),
    expires_at=int(EPOCH) + 600,
    token_id="token-1",
    grant_id="grant-1",
)
LATER: Final = EPOCH + 1000


class Office:
    """A database, a clock and one view of them."""

    def __init__(self) -> None:
        self.clock = FakeClock()
        self.database = MemoryDatabase()
        self.view = AuthorityView(self.database, self.clock)
        self.forgotten: list[tuple[ChangeKind, str]] = []
        self.forgot_all = 0
        self.view.on_change(
            lambda kind, value: self.forgotten.append((kind, value)), self._forget_all
        )

    def _forget_all(self) -> None:
        self.forgot_all += 1

    def change(self, kind: ChangeKind, value: str, *, issued_until: float = 0.0) -> None:
        with self.database.writing() as stores:
            stores.authority.advance([Change(kind, value, LATER, issued_until)])

    @property
    def polls(self) -> int:
        return self.database.calls["reading"]
