"""Playing tricks: what was answered, decided, logged, and what reached the site.

Each trick is sent from a loopback address of its own. That address is what nginx logs, what the
decision is told and put on record with, and what the site is told: so all four belong together.
"""

from __future__ import annotations

import re
import socket
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from authserver.domain.audit_records import AuditRecord
    from tests.gateway.tricks.trick import Trick
    from tests.gateway.yard import Stand, Yard
    from tests.standin.notes import Note

AT_ONCE: Final = 8
_SECONDS: Final = 20.0
_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([0-9]{3}) ")


@dataclass(frozen=True, slots=True)
class Observed:
    """One trick at one gateway. `unread` are notes of what the site could not read at all."""

    trick: Trick
    stand: Stand
    address: str
    reply: bytes
    decisions: tuple[AuditRecord, ...]
    notes: tuple[Note, ...]
    secrets: tuple[str, ...]

    @property
    def statuses(self) -> tuple[int, ...]:
        """The statuses of the answers, without those on the way (100)."""
        found = (int(status) for status in _STATUS.findall(self.reply))
        return tuple(status for status in found if status >= 200)

    @property
    def decided(self) -> tuple[str, ...]:
        """The reasons of the decisions, oldest first."""
        return tuple(
            "allowed" if each.action == "call.allowed" else each.reason.partition(":")[0]
            for each in self.decisions
        )

    @property
    def arrived(self) -> tuple[str, ...]:
        """The request lines that reached the site."""
        return tuple(note.line for note in self.notes)


@dataclass(frozen=True, slots=True)
class Round:
    """All that was played, and what reached a site of it without saying from whom."""

    observed: tuple[Observed, ...]
    nameless: tuple[Note, ...]


def play(yard: Yard, tricks: Iterable[Trick]) -> Round:
    """Play each trick at each of its gateways, some at once."""
    began = yard.container.clock.now()
    games = [(trick, yard.stands[name]) for trick in tricks for name in trick.gateways]
    yard.games += 1
    addresses = [_address(yard.games, number) for number in range(len(games))]
    tokens = _placeholders(yard)
    before = {name: len(stand.standin.site.notes.all()) for name, stand in yard.stands.items()}

    def run(number: int) -> bytes:
        trick, stand = games[number]
        raw = trick.bytes_with(tokens[stand.name])
        return exchange(stand.port, addresses[number], raw, trick.patience)

    with ThreadPoolExecutor(AT_ONCE) as pool:
        replies = list(pool.map(run, range(len(games))))
    notes: dict[str, list[Note]] = defaultdict(list)
    for name, stand in yard.stands.items():
        for note in stand.standin.site.notes.since(before[name]):
            notes[note.headers.get("x-forwarded-for", "")].append(note)
    records: dict[str, list[AuditRecord]] = defaultdict(list)
    for record in yard.records(began):
        records[record.peer].append(record)
    observed = tuple(
        Observed(
            trick,
            stand,
            address,
            reply,
            tuple(sorted(records[address], key=lambda each: (each.at, each.record_id))),
            tuple(notes.pop(address, ())),
            tuple(tokens[stand.name].values()),
        )
        for (trick, stand), address, reply in zip(games, addresses, replies, strict=True)
    )
    # A caller who hung up may be followed by what nginx had passed on already.
    earlier = tuple(f"127.{game}." for game in range(1, yard.games))
    nameless = [each for address, each in notes.items() if not address.startswith(earlier)]
    return Round(observed, tuple(note for each in nameless for note in each))


def _address(game: int, number: int) -> str:
    return f"127.{game}.{number // 250}.{number % 250 + 1}"


def _placeholders(yard: Yard) -> dict[str, dict[str, str]]:
    """What stands for `<read>` and the others, for each gateway."""
    others = {"jira": "jira-sso", "jira-sso": "jira", "jira-below": "jira"}
    return {
        stand.name: {
            "read": yard.tokens.of(stand.resource, ["READ"]),
            "admin": yard.tokens.of(stand.resource, ["SYSTEM_ADMIN"]),
            "elsewhere": yard.tokens.of(others[stand.resource], ["READ"]),
            "assertion": yard.tokens.assertion(stand.resource),
            "gateway-key": yard.key_of(stand),
        }
        for stand in yard.stands.values()
        if stand.resource in others
    }


def exchange(port: int, address: str, raw: bytes, patience: float | None = None) -> bytes:
    """Send everything, read until nginx closes; with `patience` hang up when it falls silent."""
    pieces: list[bytes] = []
    with socket.create_connection(
        ("127.0.0.1", port), _SECONDS, source_address=(address, 0)
    ) as connection:
        # nginx may have refused and closed before everything was sent.
        with suppress(ConnectionError):
            connection.sendall(raw)
        with suppress(ConnectionError):
            if patience is not None:
                connection.settimeout(patience)
                with suppress(TimeoutError):
                    while piece := connection.recv(65_536):
                        pieces.append(piece)
                connection.settimeout(_SECONDS)
                connection.shutdown(socket.SHUT_WR)
            while piece := connection.recv(65_536):
                pieces.append(piece)
    return b"".join(pieces)


def every_note(observed: Sequence[Observed]) -> int:
    """How many requests reached a site."""
    return sum(len(each.notes) for each in observed)
