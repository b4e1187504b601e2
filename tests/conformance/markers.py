"""Finds marks like `@pytest.mark.rule("TK-01")` in the source of tests, without running them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

Marks = dict[str, list[str]]
"""Names of tests, `tests/a/test_b.py::test_c`, by what they prove, written as in the mark."""


def find_marks(paths: Iterable[Path], root: Path, marker: str = "rule") -> Marks:
    """Every test below `root` with the marker, each once per argument, in order of the paths."""
    marks: Marks = {}
    for path in paths:
        text = path.read_text()
        if marker not in text:
            # Reading a file takes a hundredth of the time of parsing it.
            continue
        module = ast.parse(text)
        everywhere = list(_arguments(marker, _module_marks(module)))
        for name, node in _tests(module, ""):
            for proven in dict.fromkeys([*everywhere, *_arguments(marker, node.decorator_list)]):
                marks.setdefault(proven, []).append(f"{path.relative_to(root)}::{name}")
    return marks


def _tests(
    parent: ast.Module | ast.ClassDef, prefix: str
) -> Iterator[tuple[str, ast.FunctionDef | ast.ClassDef]]:
    for node in parent.body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            yield prefix + node.name, node
        elif isinstance(node, ast.ClassDef) and node.name.startswith("Test"):
            yield prefix + node.name, node
            yield from _tests(node, f"{prefix}{node.name}::")


def _module_marks(module: ast.Module) -> list[ast.expr]:
    return [
        node.value
        for node in module.body
        if isinstance(node, ast.Assign)
        and any(isinstance(name, ast.Name) and name.id == "pytestmark" for name in node.targets)
    ]


def _arguments(marker: str, expressions: Iterable[ast.expr]) -> Iterator[str]:
    """The first argument of every such mark anywhere in the expressions."""
    for expression in expressions:
        for node in ast.walk(expression):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr == marker
                and node.args
                and isinstance(node.args[0], ast.Constant)
            ):
                yield str(node.args[0].value)
