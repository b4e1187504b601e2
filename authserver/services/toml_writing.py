"""Writing TOML: tables of texts, numbers, flags, lists and tables, always in the same way."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_LONGEST_LINE: Final = 100
_QUOTES: Final = re.compile(r'"{3,}|"+\Z')
"""What would end a text of several lines, or be taken for its end."""
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}


def written(name: str, tables: Sequence[Mapping[str, object]]) -> str:
    """Tables under the heading `[[name]]` each, in their order, their keys in theirs."""
    return "\n".join("\n".join(_table(f"[[{name}]]", name, each)) + "\n" for each in tables)


def _table(heading: str, path: str, values: Mapping[str, object]) -> Iterator[str]:
    """Plain values first: what follows a heading belongs to it."""
    yield heading
    later = []
    for key, value in values.items():
        if isinstance(value, dict) or _is_tables(value):
            later.append((key, value))
        else:
            yield _pair(key, value)
    for key, value in later:
        inner = f"{path}.{_key(key)}"
        if isinstance(value, dict):
            yield ""
            yield from _table(f"[{inner}]", inner, value)
            continue
        assert isinstance(value, list)  # noqa: S101 - see _is_tables
        for each in value:
            yield ""
            yield from _table(f"[[{inner}]]", inner, each)


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and isinstance(value[0], dict)


def _pair(key: str, value: object) -> str:
    line = f"{_key(key)} = {_value(value)}"
    if isinstance(value, list) and len(line) > _LONGEST_LINE:
        items = "".join(f"  {_value(each)},\n" for each in value)
        return f"{_key(key)} = [\n{items}]"
    return line


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return _lines(value) if "\n" in value.rstrip("\n") else _text(value)
        case list():
            return "[" + ", ".join(map(_value, value)) + "]"
        case _:
            raise TypeError(f"no TOML is written for {type(value).__name__}")


def _text(value: str) -> str:
    return '"' + "".join(map(_character, value)) + '"'


def _lines(value: str) -> str:
    """A text of several lines as it is; the line end behind the quotes is not part of it."""
    body = "".join(each if each in '\n\t"' else _character(each) for each in value)
    body = _QUOTES.sub(lambda found: '\\"' * len(found[0]), body)
    return f'"""\n{body}"""'


def _character(char: str) -> str:
    if char in _ESCAPES:
        return _ESCAPES[char]
    return char if char.isprintable() else f"\\U{ord(char):08x}"
