"""Routes that share what they were compiled to are still themselves."""

from __future__ import annotations

import pytest
from werkzeug.routing import BaseConverter, Map, Rule

from tests.compiled_rules import share_rules


class Loud(BaseConverter):
    def to_url(self, value: str) -> str:
        return value.upper()


class Quiet(BaseConverter):
    def to_url(self, value: str) -> str:
        return value.lower()


@pytest.fixture(autouse=True)
def shared() -> None:
    share_rules()


def built(rule: Rule, kind: type[BaseConverter] = Quiet, **values: str) -> str:
    routes = Map([rule], converters={"word": kind})
    return routes.bind("example.org").build("page", values)


def test_each_builds_addresses_with_its_own_converter() -> None:
    found = [
        built(Rule("/<word:name>", endpoint="page"), kind, name="aB") for kind in (Loud, Quiet)
    ]
    assert found == ["/AB", "/ab"]


def test_each_has_its_own_defaults() -> None:
    rules = [Rule("/<name>", defaults={"name": name}, endpoint="page") for name in ("one", "two")]
    assert [built(rule) for rule in rules] == ["/one", "/two"]
