"""The benchmark's table: figures, and the ratio to the bare endpoint of the same run."""

from __future__ import annotations

from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.bench.load import Measured

BARE = "bare WSGI, JSON"
"""The row that all ratios refer to."""
WIDTH = 112
"""Columns of a table that goes to a file."""
AIMS = {
    "token, client_credentials": 0.20,
    "introspection, 1,000 tokens, warm": 0.55,
    "decision, 1,000 tokens, warm": 0.50,
}


@dataclass(frozen=True, slots=True)
class Results:
    """All rounds of every row, and the resident memory of one worker in MiB at the end."""

    rows: Mapping[str, Sequence[Measured]]
    worker_mib: float
    about: str


def print_tables(backend: str, results: Results) -> None:
    """Print one database's table: medians of the rounds."""
    table = Table(title=f"{backend}: {results.about}")
    for column in (
        "endpoint",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "of bare",
        "aim",
        "p99 x",
        "CPU us",
        "errors",
    ):
        is_name = column == "endpoint"
        table.add_column(column, justify="left" if is_name else "right", no_wrap=True)
    bare = median(one.per_second for one in results.rows[BARE])
    bare_p99 = median(one.p99 for one in results.rows[BARE])
    for name, rounds in results.rows.items():
        rate = median(one.per_second for one in rounds)
        p99 = median(one.p99 for one in rounds)
        aim = AIMS.get(name)
        table.add_row(
            name,
            f"{rate:,.0f}",
            f"{median(one.p50 for one in rounds):.2f}",
            f"{p99:.2f}",
            f"{rate / bare:.2f}",
            "" if aim is None else f"{aim:.2f}",
            f"{p99 / bare_p99:.1f}",
            f"{median(one.cpu_us for one in rounds):.0f}",
            str(sum(one.errors for one in rounds)),
        )
    console = Console()
    if not console.is_terminal:
        console.width = WIDTH
    console.print(table)
    console.print(f"One worker's resident memory at the end: {results.worker_mib:.0f} MiB")
