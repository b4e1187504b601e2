"""What a page asks the database, and what the database does for it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Self

from sqlalchemy.event import listen, remove

from tests.scale.bulk import BIG

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase

_SCAN: Final = re.compile(rf"\bSCAN ({'|'.join(BIG)})\b(?! USING INDEX)")
_SEQ_SCAN: Final = re.compile(rf"Seq Scan on ({'|'.join(BIG)})\b")


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
        explain, forbidden = ("EXPLAIN QUERY PLAN", _SCAN) if is_sqlite else ("EXPLAIN", _SEQ_SCAN)
        found = []
        with self._database.connection_for_reading() as connection:
            for statement, values in self.statements:
                if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
                    continue
                rows = connection.exec_driver_sql(f"{explain} {statement}", values).all()
                plan = "\n".join(str(row[-1]) for row in rows)
                if forbidden.search(plan):
                    found.append(f"{statement}\n{plan}")
        return found
