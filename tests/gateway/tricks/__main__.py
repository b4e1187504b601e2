"""`python -m tests.gateway.tricks`: play every trick, print what became of each."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.gateway.tricks.every import FAMILIES
from tests.gateway.tricks.judging import all_findings
from tests.gateway.tricks.playing import play
from tests.gateway.tricks.table import table
from tests.gateway.yard import Yard


def main() -> None:
    """Exit code 0: every trick was held."""
    with tempfile.TemporaryDirectory(prefix="authserver-") as folder, Yard(Path(folder)) as yard:
        played = play(yard, [trick for family in FAMILIES.values() for trick in family()])
    sys.stdout.write(table(played.observed))
    found = all_findings(played)
    sys.stdout.write("".join(f"WRONG: {each}\n" for each in found))
    sys.stdout.write(f"{len(played.observed)} games, {len(found)} findings\n")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
