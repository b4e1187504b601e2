"""The compiled matcher against a model that compares every template with every path."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.domain.operations import Effect, Operation, ProductCatalogue, Unmatched
from authserver.domain.resources import ResourceKind
from tests.domain.matching_model import model_match

LITERALS = ("a", "b", "c", "rest", "api", "2", "10", "2.0", "latest")
SEGMENTS = st.sampled_from([*LITERALS, "{x}", "{y}"])
TEMPLATES = st.lists(SEGMENTS, min_size=1, max_size=5).map(lambda parts: "/" + "/".join(parts))
METHODS = st.sampled_from(["GET", "PUT"])
CALLS = st.lists(st.tuples(METHODS, TEMPLATES), max_size=25)
ENDINGS = st.sampled_from(
    ["", "", "", ".json", "/.xml", "/..txt", "/...html", ".json.atom", ".png"]
)
PATHS = st.tuples(
    st.lists(st.sampled_from([*LITERALS, "q"]), min_size=1, max_size=6).map("/".join), ENDINGS
).map("".join)


@settings(max_examples=600, deadline=None)
@given(
    CALLS,
    st.lists(PATHS, min_size=1, max_size=8),
    st.sampled_from(["GET", "PUT", "HEAD", "OPTIONS", "X"]),
)
def test_the_matcher_agrees_with_the_model(
    calls: list[tuple[str, str]], paths: list[str], method: str
) -> None:
    operations = {
        (each.method, each.shape): each
        for each in (Operation("api", how, what, "id", Effect.READ) for how, what in calls)
    }
    catalogue = ProductCatalogue(ResourceKind.JIRA_CLOUD, operations.values())
    for given_path in paths:
        path = f"/{given_path}"
        found = catalogue.match(method, path)
        expected = model_match(catalogue.operations, method, path)
        if isinstance(found, Unmatched) or isinstance(expected, Unmatched):
            assert found == expected
        else:
            assert set(found) == expected
            assert len(found) == len(expected)
