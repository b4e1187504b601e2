"""The page that says which promise is shown by which test."""

from __future__ import annotations

import pytest

from tests.conformance.features import FEATURES_PAGE, LISTS, features_page, promises
from tests.conformance.page import marks


@pytest.mark.parametrize("marker", LISTS)
def test_marks_and_promises_belong_together(marker: str) -> None:
    numbers = [row.number for row in promises(marker)]
    assert len(set(numbers)) == len(numbers)
    assert set(marks(marker)) == set(numbers), "a promise without a test, or a test without one"


def test_the_page_of_features_is_what_the_tests_say() -> None:
    assert FEATURES_PAGE.read_text() == features_page(), "run: make docs"
