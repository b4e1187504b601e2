"""A housekeeper to be killed: moves journals of a directory into a database until it is."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from authserver.crypto.system import SystemClock
from authserver.storage.database import SqlDatabase
from authserver.storage.engines import make_engine
from authserver.storage.journal_mover import JournalMover
from tests.audit_events import KEYS


def main() -> None:
    url, directory = sys.argv[1:]
    database = SqlDatabase(make_engine(url), chain_keys=KEYS)
    mover = JournalMover(
        database=database, keys=KEYS, directory=Path(directory), clock=SystemClock()
    )
    os.write(1, b"ready\n")
    while True:
        mover.run_once()


if __name__ == "__main__":
    main()
