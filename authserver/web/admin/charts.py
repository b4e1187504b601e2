"""Charts as shapes: numbers become places in a picture, which the template draws as SVG."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH: Final = 720
"""Units of a picture; it is stretched to the page."""
HEIGHT: Final = 160
GAP: Final = 0.2
"""Of the place of a column, left free."""
LEAST: Final = 2.0
"""What is not nothing can be seen."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One rectangle, in units of the picture; `label` says in words what it stands for."""

    x: float
    y: float
    width: float
    height: float
    label: str


def columns(values: Sequence[tuple[float | None, str]], most: float) -> Sequence[Bar]:
    """Side by side from the left; `most` reaches the top, and `None` stands for nothing."""
    if not values:
        return ()
    place = WIDTH / len(values)
    bars = []
    for number, (value, label) in enumerate(values):
        height = _length(value or 0.0, most, HEIGHT)
        bars.append(
            Bar(
                round(number * place + place * GAP / 2, 2),
                round(HEIGHT - height, 2),
                round(place * (1 - GAP), 2),
                round(height, 2),
                label,
            )
        )
    return bars


def length(value: float, most: float) -> float:
    """How far a line reaches of `WIDTH`."""
    return round(_length(value, most, WIDTH), 2)


def _length(value: float, most: float, whole: float) -> float:
    if value <= 0 or most <= 0:
        return 0.0
    return max(LEAST, min(1.0, value / most) * whole)
