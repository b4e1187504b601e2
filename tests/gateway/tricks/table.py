"""What became of the tricks, as a table to read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.gateway.tricks.judging import findings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.gateway.tricks.playing import Observed

_COLUMNS = ("trick", "gateways", "nginx", "decision", "reached the site", "verdict")
_WIDTHS = (52, 34, 9, 27, 44, 8)


def table(observed: Iterable[Observed]) -> str:
    """One line for each trick, and gateways with the same outcome in one."""
    rows: dict[tuple[str, ...], list[str]] = {}
    for each in observed:
        key = (
            each.trick.name,
            " ".join(map(str, each.statuses)) or "closed",
            ", ".join(each.decided) or "-",
            "; ".join(line.removesuffix(" HTTP/1.1") for line in each.arrived) or "-",
            "WRONG" if findings(each) else "held",
        )
        rows.setdefault(key, []).append(each.stand.name)
    lines = [_line(_COLUMNS), _line(tuple("-" * width for width in _WIDTHS))]
    for (name, status, decided, arrived, verdict), gateways in rows.items():
        where = " ".join(dict.fromkeys(gateways))
        lines.append(_line((name, where, status, decided, arrived, verdict)))
    return "\n".join(lines) + "\n"


def _line(cells: tuple[str, ...]) -> str:
    return "  ".join(
        _fitting(cell, width).ljust(width) for cell, width in zip(cells, _WIDTHS, strict=True)
    ).rstrip()


def _fitting(cell: str, width: int) -> str:
    shown = "".join(_visible(cell))
    return shown if len(shown) <= width else shown[: width - 2] + ".."


def _visible(text: str) -> Iterator[str]:
    for character in text:
        yield character if " " <= character <= "~" else f"\\x{ord(character):02x}"
