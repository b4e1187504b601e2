"""What files may be called, how long they may be, where they may lie."""

from __future__ import annotations

from tests.architecture.sources import ROOT, files, python_files, shown

LONGEST_FILE = 300
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "base", "core"}
TOP_LEVEL = {
    # given
    "authserver",
    "keys",
    "migrations",
    "tests",
    "wsgi.py",
    "setup.cfg",
    "Makefile",
    # what the tools ask for
    "pyproject.toml",
    "ruff.toml",
    ".ci",
    ".gitignore",
    # for people
    "docs",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "LICENSE",
}
LOCAL = {"authserver.toml"}
"""What an operator may put beside them; Git does not know it."""


def test_a_file_holds_one_thought() -> None:
    offenders = {
        shown(path): count
        for path in python_files()
        if (count := len(path.read_text().splitlines())) > LONGEST_FILE
    }
    assert offenders == {}


def test_a_module_is_named_for_what_it_is_about() -> None:
    offenders = [
        shown(path)
        for path in python_files()
        if {path.stem, *path.relative_to(ROOT).parent.parts} & VAGUE_NAMES
    ]
    assert offenders == []


def test_nothing_lies_about_at_the_top() -> None:
    found = {path.relative_to(ROOT).parts[0] for path in files()}
    junk = {name for name in found - TOP_LEVEL - LOCAL if not name.startswith(".coverage")}
    assert junk - {".hypothesis"} == set()
    assert found >= TOP_LEVEL - {"keys"}


def test_key_files_are_never_kept_with_the_source() -> None:
    ignored = (ROOT / "keys" / ".gitignore").read_text().split()
    assert ignored == ["*", "!.gitignore", "!README.md"]


def test_every_package_says_what_it_is_for() -> None:
    offenders = [
        shown(path)
        for path in python_files("authserver")
        if path.name == "__init__.py" and not path.read_text().startswith('"""')
    ]
    assert offenders == []
