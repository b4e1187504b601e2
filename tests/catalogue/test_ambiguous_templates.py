"""The template rule on every pair of templates that one path can match."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from authserver.catalogue.loader import APIS
from authserver.domain.scope_coverage import Covered, covers
from tests.catalogue.example_paths import common_path
from tests.domain.matching_model import literal_places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.catalogue.loader import Catalogue
    from authserver.domain.operations import Operation, ProductCatalogue

DATA = Path(__file__).parent / "data" / "ambiguous-templates.txt"
KIND_OF_API = {api: kind for kind, apis in APIS.items() for api in apis}


@dataclass(frozen=True)
class Pair:
    api: str
    method: str
    templates: frozenset[str]
    same_scopes: bool

    def __str__(self) -> str:
        return f"{self.api} {self.method} {' '.join(sorted(self.templates))}"


def read_pairs() -> Iterator[Pair]:
    api = ""
    for line in DATA.read_text(encoding="utf-8").splitlines():
        if line.startswith("["):
            api = line.strip("[]")
        elif line and not line.startswith("#"):
            method, one, other, scopes = line.split(" ")
            yield Pair(api, method, frozenset({one, other}), scopes == "same")


PAIRS = list(read_pairs())


def product_of(catalogue: Catalogue, pair: Pair) -> ProductCatalogue:
    return catalogue.operations.of_kind(KIND_OF_API[pair.api])


def operations_of(catalogue: Catalogue, pair: Pair) -> tuple[Operation, Operation]:
    one, other = (
        operation
        for operation in product_of(catalogue, pair).operations
        if (operation.api, operation.method) == (pair.api, pair.method)
        and operation.template in pair.templates
    )
    return one, other


def fits(one: Operation, other: Operation) -> bool:
    return len(one.shape) == len(other.shape) and all(
        here == there or not here or not there
        for here, there in zip(one.shape, other.shape, strict=True)
    )


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_the_one_that_is_literal_wherever_the_other_is_wins_else_both_count(
    catalogue: Catalogue, pair: Pair
) -> None:
    one, other = operations_of(catalogue, pair)
    found = product_of(catalogue, pair).match(pair.method, common_path(one, other))
    if literal_places(one) > literal_places(other):
        assert found == (one,)
    elif literal_places(one) < literal_places(other):
        assert found == (other,)
    else:
        assert isinstance(found, tuple)
        assert set(found) == {one, other}


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_a_token_passes_exactly_when_it_is_good_for_all_that_count(
    catalogue: Catalogue, pair: Pair
) -> None:
    one, other = operations_of(catalogue, pair)
    found = product_of(catalogue, pair).match(pair.method, common_path(one, other))
    assert isinstance(found, tuple)
    lists = [each for operation in (one, other) for each in (operation.classic, operation.granular)]
    for granted in lists:
        alone = all(covers(granted, (operation,)) == Covered() for operation in found)
        assert (covers(granted, found) == Covered()) is alone


@pytest.mark.parametrize("pair", PAIRS, ids=str)
def test_the_pairs_say_truly_whether_both_ask_for_the_same(
    catalogue: Catalogue, pair: Pair
) -> None:
    one, other = operations_of(catalogue, pair)
    same = (one.classic, one.granular) == (other.classic, other.granular)
    assert same is pair.same_scopes


def test_the_pairs_are_all_there_are_within_an_api(catalogue: Catalogue) -> None:
    listed = {(pair.api, pair.method, pair.templates) for pair in PAIRS}
    assert len(listed) == len(PAIRS) == 164
    apis = {pair.api for pair in PAIRS}
    found = {
        (one.api, one.method, frozenset({one.template, other.template}))
        for kind in {KIND_OF_API[api] for api in apis}
        for one, other in combinations(catalogue.operations.of_kind(kind).operations, 2)
        if one.api == other.api
        and one.api in apis
        and one.method == other.method
        and fits(one, other)
    }
    assert found == listed
