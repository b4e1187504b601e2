"""What a page asks the database, and what the database does for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Self

from sqlalchemy.event import listen, remove

from tests.scale.bulk import BIG

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.storage.database import SqlDatabase

_SCAN: Final = re.compile(rf"\bSCAN ({'|'.join(BIG)})\b(?! USING INDEX)")
_SEQ_SCAN: Final = re.compile(rf"Seq Scan on ({'|'.join(BIG)})\b")


_LISTED: Final = "|".join((*BIG, "clients", "mails", "identities", "group_members"))
_WALK: Final = re.compile(
    rf"SCAN ({_LISTED})\b|SEARCH ({_LISTED}) USING [\w ]+ \(issuer_id=\?( AND kind=\?)?\)"
)
"""Of SQLite: through all rows, in the order of an index or in none."""


def walks(plan: str, statement: str) -> bool:
    """Whether a plan of SQLite reads, or sorts, a long list from end to end.

    There is one issuer, so that a search for its rows finds all. In the order of an index, and with
    an end to what is looked for, that is how pages are read.
    """
    if _SCAN.search(plan):
        return True
    is_page = "LIMIT" in statement and "TEMP B-TREE FOR ORDER BY" not in plan
    return _WALK.search(plan) is not None and not is_page


class Watch:
    """Statements as they go to the database, to be explained afterwards."""

    def __init__(self, database: SqlDatabase) -> None:
        self._database = database
        self.statements: list[tuple[str, Any]] = []

    def _note(self, *told: Any) -> None:
        self.statements.append((told[2], told[3]))

    def __enter__(self) -> Self:
        listen(self._database.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        remove(self._database.engine, "before_cursor_execute", self._note)

    def offences(self) -> list[str]:
        """Statements that read a big table from end to end, with their plans."""
        is_sqlite = self._database.engine.dialect.name == "sqlite"
        forbidden = _SCAN if is_sqlite else _SEQ_SCAN
        return [
            f"{statement}\n{plan}" for statement, plan in self.plans() if forbidden.search(plan)
        ]

    def plans(self, explain: str = "") -> Iterator[tuple[str, str]]:
        """What is read, each statement with its plan; `explain` asks for more than is usual."""
        is_sqlite = self._database.engine.dialect.name == "sqlite"
        explain = explain or ("EXPLAIN QUERY PLAN" if is_sqlite else "EXPLAIN")
        with self._database.connection_for_reading() as connection:
            for statement, values in self.statements:
                if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
                    continue
                if "WHERE 0 = 1" in statement:
                    # Nothing is read for what holds for no row, whatever the plan.
                    continue
                rows = connection.exec_driver_sql(f"{explain} {statement}", values).all()
                yield statement, "\n".join(str(row[-1]) for row in rows)
