"""Pages of audit records."""

from __future__ import annotations

import pytest

from authserver.domain.audit_records import PAGE_MAX, AuditQuery, Cursor
from authserver.domain.errors import InvalidField


@pytest.mark.parametrize("at", [1_800_000_000.123456, 0.1, 1e-9, -5.0])
def test_a_cursor_says_exactly_where_a_page_ended(at: float) -> None:
    cursor = Cursor(at, 42)
    assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize(
    "text",
    ["", "_", "1", "1.0", "1.0_", "_5", "x_5", "1.0_x", "1.0_-1", "inf_1", "nan_1", f"1_{1 << 63}"],
)
def test_anything_else_is_no_cursor(text: str) -> None:
    with pytest.raises(InvalidField) as refusal:
        Cursor.parse(text)
    assert refusal.value.field == "cursor"


@pytest.mark.parametrize("limit", [0, -1, PAGE_MAX + 1])
def test_a_page_has_a_sensible_size(limit: int) -> None:
    with pytest.raises(InvalidField) as refusal:
        AuditQuery(limit=limit)
    assert refusal.value.field == "limit"
