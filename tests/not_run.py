"""Suites that cannot run here say so by name; they are never counted as passed.

On somebody's machine that is told; in CI, which installs what is needed, it is a failure.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final, NoReturn

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

PREFIX: Final = "not run: "


def not_run(suite: str, lack: str) -> NoReturn:
    """Stop the test: `suite` names what stays unproven, `lack` the missing tool or right."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"{PREFIX}{suite}: {lack}", pytrace=False)
    pytest.skip(f"{PREFIX}{suite}: {lack}")


def summary_lines(reports: Iterable[pytest.TestReport]) -> list[str]:
    """One line for each suite and lack, with the number of tests it cost."""
    counts: dict[str, int] = {}
    for report in reports:
        if not isinstance(report.longrepr, tuple):
            continue
        reason = str(report.longrepr[2]).removeprefix("Skipped: ")
        if reason.startswith(PREFIX):
            counts[reason] = counts.get(reason, 0) + 1
    return [f"{reason} ({count} tests)" for reason, count in sorted(counts.items())]
