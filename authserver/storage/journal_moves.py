"""One step of moving a journal: a transaction that inserts records and says how far it came."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.storage.audit import AuditRows
from authserver.storage.audit_content import NotARecord, content_of
from authserver.storage.audit_writing import enter, expect_many, insert
from authserver.storage.call_counting import add_counts, counted, told
from authserver.storage.journal_progress import Progress, count_on, end, move_on, progress_of
from authserver.storage.journal_reading import Damage, Piece

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from authserver.domain.audit_key_ports import ChainKeys
    from authserver.domain.ports import Clock
    from authserver.storage.database import SqlDatabase


class JournalMoves:
    """The database's side of moving."""

    def __init__(self, database: SqlDatabase, keys: ChainKeys, clock: Clock) -> None:
        self._database = database
        self._keys = keys
        self._clock = clock

    def progress(self, name: str) -> Progress:
        """Where a journal stands; registers a new one."""
        with self._database.connection_for_repeating() as connection:
            return progress_of(connection, name)

    def move(self, name: str, progress: Progress, piece: Piece) -> Progress:
        """Insert what a piece holds, unless somebody moved the journal on meanwhile.

        Returns where the journal stands afterwards; damage is recorded beside the records.
        """
        contents, details, damage = self._contents(progress.journal, piece)
        counts = counted(zip(map(told, contents), details, strict=True))
        # What a power cut undoes is still in the journal: `finish` waits for the disk before the
        # file goes, and with it for everything committed before.
        with self._database.connection_for_repeating() as connection:
            found = progress_of(connection, name)
            if found.moved_to != progress.moved_to:
                return found
            # Behind records that nobody counted (an older version moved them), these wait, too.
            counts_now = found.counted_to == found.moved_to
            if counts_now:
                add_counts(connection, counts)
                count_on(connection, found.journal, piece.end)
            # The journal's own row and the counts are locked: nobody else can make us wait from
            # here on.
            enter(connection)
            expect_many(connection)
            if contents:
                insert(connection, contents)
            records = AuditRows(connection, self._keys)
            for each in damage:
                records.add(self._event("audit.journal_damaged", name, each))
            records.write()
            move_on(connection, found.journal, piece.end, damaged=len(damage))
            return Progress(
                found.journal,
                piece.end,
                found.damaged + len(damage),
                found.has_ended,
                piece.end if counts_now else found.counted_to,
            )

    def finish(self, name: str, rest: Damage | None) -> None:
        """Note that the journal's owner is dead and all is moved; record a torn end."""
        with self._database.connection_for_writing() as connection:
            found = progress_of(connection, name)
            if found.has_ended:
                return
            if rest is not None:
                records = AuditRows(connection, self._keys)
                records.add(self._event("audit.journal_torn", name, rest))
                records.write()
            end(connection, found.journal, self._clock.now())

    def _contents(
        self, journal: int, piece: Piece
    ) -> tuple[list[tuple[object, ...]], list[Mapping[str, Any]], list[Damage]]:
        """Rows to insert, the details of each; objects that are no audit events join the damage."""
        key, recorded_at = self._keys.current, self._clock.now()
        contents, details, strange = [], [], []
        for offset, said in piece.records:
            try:
                contents.append(content_of(said, key, recorded_at, journal, offset))
            except NotARecord as problem:
                strange.append(_strange(offset, said, str(problem)))
            else:
                details.append(said["details"])
        return contents, details, [*piece.damage, *strange]

    def _event(self, action: str, name: str, damage: Damage) -> AuditEvent:
        return AuditEvent(
            at=self._clock.now(),
            action=action,
            outcome=Outcome.FAILED,
            actor=Actor(ActorKind.SYSTEM, "journal-mover"),
            object_kind="journal",
            object_id=name,
            reason=damage.problem,
            details={
                "offset": damage.offset,
                "bytes": damage.length,
                "start": damage.start.decode("ascii", "backslashreplace"),
            },
        )


def _strange(offset: int, said: dict[str, Any], problem: str) -> Damage:
    shown = _names(said)
    return Damage(offset, 0, problem, shown.encode("utf-8", "backslashreplace")[:200])


def _names(said: Iterable[str]) -> str:
    return " ".join(said)
