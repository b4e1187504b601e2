"""Every exception from a rule of the tools says why."""

from __future__ import annotations

import io
import re
import tokenize
from typing import TYPE_CHECKING, Final

import pytest

from tests.architecture.sources import ROOT, python_files, shown
from tests.not_run import not_run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_EXCEPTION: Final = re.compile(
    r"#\s*(noqa|type:\s*ignore|nosec|ruff:|mypy:|pragma:)", re.IGNORECASE
)
_WITH_REASON: Final = re.compile(
    r"# (noqa: [A-Z]+[0-9]+(, ?[A-Z]+[0-9]+)* - "
    r"|type: ignore\[[a-z-]+(, ?[a-z-]+)*\]  # ).{5,}"
)


def comments(path: Path) -> Iterator[tuple[int, str]]:
    for token in tokenize.generate_tokens(io.StringIO(path.read_text()).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string


def test_every_exception_in_the_code_names_its_rule_and_its_reason() -> None:
    offenders = [
        f"{shown(path)}:{line}: {comment}"
        for path in python_files()
        for line, comment in comments(path)
        if _EXCEPTION.match(comment) and not _WITH_REASON.match(comment)
    ]
    assert offenders == []


def test_every_exception_in_the_configuration_says_why() -> None:
    text = (ROOT / "ruff.toml").read_text()
    lists = re.findall(
        r"ignore = \[\n(.*?)\n\]|^\"[^\"]+\" = \[\n(.*?)\n\]", text, re.DOTALL | re.MULTILINE
    )
    entries = [line for pair in lists for line in "".join(pair).splitlines()]
    assert len(entries) > 10
    offenders = [
        line for line in entries if re.search(r'"[A-Z]+[0-9]*",\s+# \S.{8,}', line) is None
    ]
    assert offenders == []


def test_no_test_is_switched_off_or_expected_to_fail() -> None:
    pattern = re.compile(
        r"mark\.(xfail|skip\b|skipif)|pytest\.(xfail|skip\b|importorskip)|SkipTest|assert True\b"
    )
    # The one place that may leave a test out, by name, and never in CI.
    allowed = {"tests/not_run.py: pytest.skip"}
    offenders = [
        f"{shown(path)}: {match.group()}"
        for path in python_files("tests")
        if path.name != "test_reasons.py" and (match := pattern.search(path.read_text()))
    ]
    assert set(offenders) == allowed


def test_in_ci_a_suite_that_cannot_run_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="a suite: a tool"):
        not_run("a suite", "a tool")
    monkeypatch.delenv("CI")
    with pytest.raises(pytest.skip.Exception, match="a suite: a tool"):
        not_run("a suite", "a tool")
