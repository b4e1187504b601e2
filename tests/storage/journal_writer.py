"""A worker to be killed: appends, and tells each number only after `append` has returned.

Arguments: directory, first number, seed of its file names. Runs until it is killed, with two
threads; a number whose append was refused is told as `-number`.
"""

from __future__ import annotations

import itertools
import os
import sys
import threading
from pathlib import Path

from authserver.domain.errors import StorageUnavailable
from authserver.storage.journal import FileJournal
from tests.audit_events import event
from tests.doubles import FakeEntropy

THREADS = 2


def main() -> None:
    directory, first, seed = sys.argv[1:]
    journal = FileJournal(Path(directory), "node", FakeEntropy(seed), rotate_bytes=60_000)
    numbers = itertools.count(int(first))

    def work() -> None:
        while True:
            number = next(numbers)
            try:
                journal.append(event(number))
            except StorageUnavailable:
                number = -number
            os.write(1, f"{number}\n".encode())

    for _ in range(THREADS - 1):
        threading.Thread(target=work, daemon=True).start()
    work()


if __name__ == "__main__":
    main()
