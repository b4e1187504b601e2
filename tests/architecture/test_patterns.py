"""Patterns mean the same on every Python that is supported."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from tests.architecture.sources import ROOT

if TYPE_CHECKING:
    from pathlib import Path

ESCAPED_OR_CLASS = re.compile(r"\\.|\[\]?[^]]*\]")
WRONG = re.compile(r"[*+?}]\+|\(\?>")
"""Possessive quantifiers and atomic groups: before Python 3.11.5 they match what they must not."""


def compiled_patterns(path: Path) -> list[str | bytes]:
    """The literals that a module gives to `re.compile`."""
    return [
        node.args[0].value
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "re.compile"
        and node.args
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str | bytes)
    ]


def is_wrong(pattern: str | bytes) -> bool:
    """Whether such a thing stands outside of escapes and character classes."""
    text = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
    return WRONG.search(ESCAPED_OR_CLASS.sub("x", text)) is not None


def test_no_pattern_is_possessive_or_atomic() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {pattern!r}"
        for path in (ROOT / "authserver").rglob("*.py")
        for pattern in compiled_patterns(path)
        if is_wrong(pattern)
    }
    assert found == set()
    assert is_wrong(r"(?:/[a]++)*")
    assert is_wrong(r"a(?>b)")
    assert not is_wrong(r"[*+]\++[]+]+")
