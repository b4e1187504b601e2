"""How answers are printed."""

from __future__ import annotations

import json

import pytest

from authserver.cli.console import Console


def test_columns_are_aligned_whatever_the_width_of_the_characters(
    capsys: pytest.CaptureFixture[str],
) -> None:
    Console().table(["name", "on"], [["ä", True], ["漢字", False], ["long name", None]])
    assert capsys.readouterr().out == (
        "NAME       ON\nä          yes\n漢字       no\nlong name  -\n"
    )


@pytest.mark.parametrize(
    ("width", "heading", "missing"),
    [
        (80, "NAME   REASON    PEER", ""),
        (21, "NAME   REASON    PEER", ""),
        (20, "NAME   REASON", "peer"),
        (14, "NAME", "reason, peer"),
        (3, "NAME", "reason, peer"),
    ],
)
def test_a_narrow_terminal_gets_the_columns_that_have_room(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    heading: str,
    missing: str,
) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    monkeypatch.setenv("COLUMNS", str(width))
    Console().table(["name", "reason", "peer"], [["alpha", "too late", "::1"]])
    printed = capsys.readouterr()
    assert printed.out.splitlines()[0] == heading
    note = f"(no room for {missing}: widen the window, or use --json)\n" if missing else ""
    assert printed.err == note


def test_an_empty_table_leaves_stdout_empty(capsys: pytest.CaptureFixture[str]) -> None:
    Console().table(["name"], [])
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "none\n")


def test_fields_stand_below_each_other(capsys: pytest.CaptureFixture[str]) -> None:
    Console().fields({"id": "a", "scopes": ["READ", "WRITE"], "none": []})
    assert capsys.readouterr().out == "id      a\nscopes  READ WRITE\nnone    -\n"


def test_json_is_ascii_and_keeps_its_order(capsys: pytest.CaptureFixture[str]) -> None:
    Console().json({"z": "ä\x1b", "a": frozenset({"y", "x"})})
    text = capsys.readouterr().out
    assert text.isascii()
    assert "\x1b" not in text
    assert list(json.loads(text).items()) == [("z", "ä\x1b"), ("a", ["x", "y"])]


def test_bytes_never_slip_into_an_answer() -> None:
    with pytest.raises(TypeError):
        Console().json({"hash": b"secret"})


def test_control_characters_are_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    Console().line("a\x1b[31m\r\nb\u202e")
    assert capsys.readouterr().out == "a\\x1b[31m\\r\\nb\\u202e\n"
