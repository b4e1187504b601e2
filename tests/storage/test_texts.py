"""Which texts a row can hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.storage.texts import is_storable


@given(st.text())
def test_a_text_is_storable_unless_it_has_a_nul_or_cannot_be_encoded(value: str) -> None:
    assert is_storable(value) is ("\x00" not in value)


@pytest.mark.parametrize("value", ["\x00", "a\x00", "é\x00", "\ud800", "é\udfff", "\x00\ud800"])
def test_a_nul_or_a_lone_surrogate_is_not(value: str) -> None:
    assert not is_storable(value)
