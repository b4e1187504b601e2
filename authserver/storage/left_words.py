"""Members that an older version wrote without their words, or renamed: found, and mended."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, case, literal, select, tuple_

from authserver.storage.inserts import insert_into
from authserver.storage.rows.search_words import search_word_looks
from authserver.storage.search_words import keep_names, kept_names, pairs_of
from authserver.storage.searched_members import ALL_MEMBERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Row, Select

    from authserver.domain.ports import Clock
    from authserver.storage.database import SqlDatabase
    from authserver.storage.searched_members import Members

REST_SECONDS: Final = 86_400.0
"""How long nobody is looked at after everybody was."""
BATCH_MEMBERS: Final = 500
BATCHES: Final = 10
"""How many are looked at at once, and how often in one run: other work has its turn then."""
PAUSE_SECONDS: Final = 0.01
PAUSE_FACTOR: Final = 2.0
"""A pause is at least so many times as long as its batch took: others come first."""
_LOOKS: Final = search_word_looks.c


@dataclass(frozen=True, slots=True)
class _Place:
    """Behind which member the next look begins, and not before when (seconds since the epoch).

    `laps` is how often the last member is yet to be reached.
    """

    round: int = 0
    laps: int = 1
    issuer_id: int = 0
    member: str = ""
    due_at: float = 0.0


class LeftWords:
    """Looks at all members, some at a time, and goes on where it, or another process, ended.

    Everybody is looked at after a start of a server, for the version that it replaces wrote until
    then; and once a day, for that may have gone on elsewhere. In between nothing is read but when
    the next look is due.
    """

    def __init__(
        self,
        database: SqlDatabase,
        clock: Clock,
        *,
        batch_members: int = BATCH_MEMBERS,
        batches: int = BATCHES,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        """Look at `batch_members` of a kind at a time, `batches` times a run, with pauses."""
        self._database = database
        self._clock = clock
        self._batch_members = batch_members
        self._batches = batches
        self._pause_seconds = pause_seconds
        self._has_begun = False

    def mend(self, go_on: Callable[[], bool] = lambda: True) -> int:
        """Give members their words, as far as one run goes; how many had others, or none.

        The first run of a process asks that everybody be looked at once from now on. `go_on` is
        asked before each batch: the place to renew a lease, or to stop.

        Raises:
            StorageUnavailable: the database cannot answer now; what was mended stays.
        """
        if not self._has_begun:
            self._begin()
            self._has_begun = True
        mended = 0
        for members in ALL_MEMBERS:
            for _ in range(self._batches):
                if not (self._is_due(members) and go_on()):
                    break
                started = self._clock.monotonic()
                mended += self._look(members)
                took = self._clock.monotonic() - started
                self._clock.sleep(max(self._pause_seconds, PAUSE_FACTOR * took))
        return mended

    def _begin(self) -> None:
        """Let everybody be looked at, also those whom somebody has looked at a moment ago.

        Whoever is in the middle goes on from there, and then once around: processes that start all
        the time must not keep the last members from their turn.
        """
        with self._database.connection_for_writing() as connection:
            for members in ALL_MEMBERS:
                statement = insert_into(connection, search_word_looks).values(
                    _values(members, _Place(round=1))
                )
                laps = case((_LOOKS.member == "", 1), else_=2)
                again = {"round": _LOOKS.round + 1, "laps": laps, "due_at": 0.0}
                connection.execute(
                    statement.on_conflict_do_update(index_elements=[_LOOKS.kind], set_=again)
                )

    def _is_due(self, members: Members) -> bool:
        with self._database.connection_for_reading() as connection:
            waits = _place(connection, members).due_at - self._clock.now()
        # A clock that was far ahead must not keep everybody from being looked at until then.
        return not 0.0 < waits <= REST_SECONDS

    def _look(self, members: Members) -> int:
        """Look at the next ones; how many were mended."""
        with self._database.connection_for_reading() as connection:
            place = _place(connection, members)
            rows = connection.execute(self._next(members, place)).all()
            wrong = _wrong(connection, members, rows)
        # Each in a transaction of its own: who holds one lock waits in no circle.
        mended = sum(self._mend(members, issuer_id, member) for issuer_id, member in wrong)
        if len(rows) == self._batch_members:
            last = rows[-1]
            reached = replace(place, issuer_id=last.issuer_id, member=last.member, due_at=0.0)
        elif place.laps > 1:
            reached = _Place(place.round, place.laps - 1)
        else:
            reached = _Place(place.round, due_at=self._clock.now() + REST_SECONDS)
        with self._database.connection_for_repeating() as connection:
            _go_on_behind(connection, members, place, reached)
        return mended

    def _next(self, members: Members, place: _Place) -> Select[Any]:
        issuer_id = members.table.c.issuer_id
        behind = tuple_(literal(place.issuer_id), literal(place.member))
        return (
            _asked(members)
            .where(tuple_(issuer_id, members.key) > behind)
            .order_by(issuer_id, members.key)
            .limit(self._batch_members)
        )

    def _mend(self, members: Members, issuer_id: int, member: str) -> int:
        """Whoever changes the member waits, or has changed it and its words before this reads."""
        with self._database.connection_for_repeating() as connection:
            row = connection.execute(
                _asked(members)
                .where(members.table.c.issuer_id == issuer_id, members.key == member)
                .with_for_update(key_share=True)
            ).one_or_none()
            return int(
                row is not None and keep_names(connection, issuer_id, member, members.names(row))
            )


def _asked(members: Members) -> Select[Any]:
    return select(members.table.c.issuer_id, members.key.label("member"), *members.columns)


def _wrong(
    connection: Connection, members: Members, rows: Sequence[Row[Any]]
) -> Sequence[tuple[int, str]]:
    """Whose words are not those that a row of them asks for."""
    found = []
    for issuer_id, group in groupby(rows, key=lambda row: int(row.issuer_id)):
        names = {row.member: members.names(row) for row in group}
        kinds = next(iter(names.values()))
        kept = kept_names(connection, issuer_id, kinds, sorted(names))
        found += [
            (issuer_id, member)
            for member, wanted in names.items()
            if kept.get(member, set()) != pairs_of(wanted)
        ]
    return found


def _place(connection: Connection, members: Members) -> _Place:
    row = connection.execute(
        select(search_word_looks).where(_LOOKS.kind == members.kind.value)
    ).one_or_none()
    if row is None:
        return _Place()
    return _Place(row.round, row.laps, row.issuer_id, row.member, row.due_at)


def _go_on_behind(connection: Connection, members: Members, before: _Place, after: _Place) -> None:
    """Unless somebody went on, or began anew, meanwhile: then that counts."""
    statement = insert_into(connection, search_word_looks).values(_values(members, after))
    is_as_before = [
        _LOOKS[name] == value for name, value in _values(members, before).items() if name != "kind"
    ]
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[_LOOKS.kind], set_=_values(members, after), where=and_(*is_as_before)
        )
    )


def _values(members: Members, place: _Place) -> dict[str, Any]:
    return {"kind": members.kind.value, **asdict(place)}
