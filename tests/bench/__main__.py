"""Run the benchmark and print its tables: `python -m tests.bench [--quick]`."""

from __future__ import annotations

import argparse

from tests.bench.report import print_tables
from tests.bench.rounds import measure_all

ROUNDS = 3
SECONDS = 5.0


def main() -> None:
    """Measure on SQLite and PostgreSQL and print one table for each."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round: a smoke test")
    parser.add_argument("--only", choices=("sqlite", "postgresql"), help="one database")
    chosen = parser.parse_args()
    rounds, seconds = (1, 1.0) if chosen.quick else (ROUNDS, SECONDS)
    backends = (chosen.only,) if chosen.only else ("sqlite", "postgresql")
    for backend in backends:
        print_tables(backend, measure_all(backend, rounds=rounds, seconds=seconds))


if __name__ == "__main__":
    main()
