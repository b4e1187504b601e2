"""The real catalogue against the plain model of the template rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.catalogue.loader import load_catalogue
from authserver.domain.operations import Unmatched
from authserver.domain.resources import SITE_KINDS, ResourceKind
from tests.catalogue.example_paths import example_path
from tests.domain.matching_model import model_match

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

CATALOGUE = load_catalogue()


def calls_of(kind: ResourceKind) -> SearchStrategy[tuple[ResourceKind, str, str]]:
    """Paths of known templates, whose parameters are filled with other templates' literals."""
    operations = CATALOGUE.operations.of_kind(kind).operations
    literals = sorted({part for operation in operations for part in operation.shape if part})
    fillings = st.sampled_from([*literals, "latest", "ABC-1"])

    def filled(shape: tuple[str, ...]) -> SearchStrategy[str]:
        parts = [st.just(part) if part else fillings for part in shape]
        return st.tuples(*parts).map(lambda made: "/" + "/".join(made))

    shapes = st.sampled_from([operation.shape for operation in operations])
    methods = st.sampled_from(["GET", "HEAD", "POST", "PUT", "DELETE"])
    paths = shapes.flatmap(filled)
    latest = paths.map(
        lambda path: path.replace("/api/2/", "/api/latest/").replace("/1.0/", "/latest/")
    )
    others = paths.map(lambda path: path.replace("/2/", "/2.0.alpha1/").replace("/1.0/", "/3/"))
    extended = st.tuples(paths | others, st.sampled_from([".json", "/.xml"])).map("".join)
    return st.tuples(st.just(kind), methods, paths | latest | others | extended)


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(list(SITE_KINDS)).flatmap(calls_of))
def test_the_compiled_catalogue_agrees_with_the_model(call: tuple[ResourceKind, str, str]) -> None:
    kind, method, path = call
    product = CATALOGUE.operations.of_kind(kind)
    found = product.match(method, path)
    expected = model_match(product.operations, method, path)
    assert (found if isinstance(found, Unmatched) else set(found)) == expected


@pytest.mark.parametrize("kind", list(SITE_KINDS))
def test_no_extension_makes_another_operation_of_one(kind: ResourceKind) -> None:
    product = CATALOGUE.operations.of_kind(kind)
    for operation in product.operations:
        for ending in (".json", "/.json"):
            found = product.match(operation.method, example_path(operation) + ending)
            assert isinstance(found, Unmatched) or operation in found


def test_latest_is_the_third_version_in_cloud_and_the_second_in_data_center() -> None:
    for kind, newest in ((ResourceKind.JIRA_CLOUD, "3"), (ResourceKind.JIRA_DC, "2")):
        product = CATALOGUE.operations.of_kind(kind)
        for operation in product.operations:
            if operation.template.startswith(f"/rest/api/{newest}/"):
                path = operation.template.replace(f"/api/{newest}/", "/api/latest/")
                path = path.replace("{", "X").replace("}", "")
                assert product.match(operation.method, path) == (operation,)
