"""Charts: numbers become places in a picture."""

from __future__ import annotations

from itertools import pairwise

from authserver.web.admin.charts import HEIGHT, LEAST, WIDTH, columns, length


def test_columns_stand_side_by_side_and_are_as_high_as_their_numbers() -> None:
    bars = columns([(1.0, "all"), (0.5, "half"), (None, "nothing"), (0.0001, "hardly any")], 1.0)
    assert [bar.height for bar in bars] == [HEIGHT, HEIGHT / 2, 0, LEAST]
    assert all(bar.y + bar.height == HEIGHT for bar in bars)
    places = [(bar.x, bar.x + bar.width) for bar in bars]
    assert all(end < begin for (_, end), (begin, _) in pairwise(places))
    assert places[0][0] > 0
    assert places[-1][1] < WIDTH
    assert columns([], 1.0) == ()


def test_the_greatest_number_reaches_the_end() -> None:
    assert (length(7, 7), length(0, 7), length(1, 0)) == (WIDTH, 0, 0)
    assert length(1, 1_000_000) == LEAST
