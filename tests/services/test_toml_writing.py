"""What is written as TOML reads as what it was."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.services.toml_writing import written

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
PLAIN = st.one_of(TEXTS, st.booleans(), st.integers(-(2**40), 2**40))
LISTS = st.lists(TEXTS, max_size=4)
LEAVES = st.dictionaries(TEXTS, st.one_of(PLAIN, LISTS), max_size=4)
TABLES = st.dictionaries(
    TEXTS, st.one_of(PLAIN, LISTS, LEAVES, st.lists(LEAVES, min_size=1, max_size=3)), max_size=5
)


@given(st.lists(TABLES, min_size=1, max_size=3))
def test_what_is_written_reads_as_what_it_was(tables: list[dict[str, Any]]) -> None:
    assert tomllib.loads(written("client", tables)) == {"client": tables}


def test_texts_of_several_lines_stay_readable() -> None:
    text = "[network]\nreason = '''a \"b\" \\\\ c'''\n"
    assert "\n[network]\n" in written("policy", [{"text": text}])


def test_a_value_that_toml_has_no_word_for_is_refused() -> None:
    with pytest.raises(TypeError):
        written("client", [{"name": None}])
