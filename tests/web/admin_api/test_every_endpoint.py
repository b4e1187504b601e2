"""What holds for every endpoint of the administration API, tried with an example of each."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.web.admin_api.models.members import ListQuery
from authserver.web.admin_api.table import ENDPOINTS
from tests.web.admin_api import example_connect_keys, example_providers, example_resources
from tests.web.admin_api.examples import call, foreign, prepared
from tests.web.admin_api.rest import problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.web.admin_api.rest import Rest

MADE_UP = {
    "role": "owner",
    "roles": ["owner"],
    "is_administrator": True,
    "owner": "ada",
    "subject": "user:ada",
    "status": "deleted",
    "secret_hash": "x",
    "digest": "x",
    "created_at": "2027-01-15T08:00:00Z",
    "email_verified": True,
    "issuer_id": 2,
}
"""Members that nobody may set by naming them (AD-03); where one is a member, it is left out."""
FORGED = (
    *("limit=0", "limit=-1", "limit=1000000000", "limit=1e9", "limit=x", "limit=1&limit=2"),
    *("cursor=x", "cursor=eyJhIjoxfQ", "cursor=%00", "sort=name;drop", "sort=%27"),
    *("no-such=1", "no-such=%ff", "&".join(f"p{number}=1" for number in range(40))),
)
STATED = (
    *(example_connect_keys.SECRET, example_connect_keys.OTHER),
    *(example_resources.SECRET, example_providers.SECRET),
)
"""Secrets of others that examples bring here: no answer has them."""
SECRETS = re.compile(r"asv_[a-z]{2,4}_[A-Za-z0-9_-]{30,}|\$2b\$")


def members(shown: Any) -> Iterator[str]:
    """The names of all members, however deep."""
    if isinstance(shown, dict):
        for name, value in shown.items():
            yield name
            yield from members(value)
    elif isinstance(shown, list):
        for each in shown:
            yield from members(each)


@pytest.mark.rule("AD-02")
def test_what_is_not_there_is_not_found_and_nothing_is_changed(rest: Rest) -> None:
    examples = prepared(rest)
    before = len(rest.world.installation.records())
    wrong = {}
    for endpoint in ENDPOINTS:
        if endpoint.variables:
            answer = call(rest, endpoint, foreign(endpoint, examples[endpoint.operation]))
            if answer.status != 404 or problem(answer) != (404, "not-found"):
                wrong[endpoint.operation] = answer.status, answer.body
    assert wrong == {}
    assert len(rest.world.installation.records()) == before


@pytest.mark.rule("AD-02")
def test_what_belongs_to_another_thing_is_not_found_here(rest: Rest) -> None:
    examples = prepared(rest)
    wrong = {}
    for endpoint in ENDPOINTS:
        if len(endpoint.variables) > 1:
            example, whose = examples[endpoint.operation], endpoint.variables[0]
            others = (each.path.get(whose) for each in examples.values())
            other = next(each for each in others if each not in {None, example.path[whose]})
            swapped = replace(example, path={**example.path, whose: other})
            answer = call(rest, endpoint, swapped)
            if answer.status != 404:
                wrong[endpoint.operation] = answer.status, answer.body
    assert wrong == {}


@pytest.mark.rule("AD-03")
def test_members_that_are_not_named_are_refused_wherever_a_body_is_read(rest: Rest) -> None:
    examples = prepared(rest)
    wrong = {}
    for endpoint in ENDPOINTS:
        if not endpoint.has_body:
            continue
        example = examples[endpoint.operation]
        added = {
            name: value for name, value in MADE_UP.items() if name not in endpoint.said.model_fields
        }
        answer = call(rest, endpoint, replace(example, said={**(example.said or {}), **added}))
        places = {each.get("pointer") for each in answer.json.get("errors", ())}
        if answer.status != 422 or places != {f"#/{name}" for name in added}:
            wrong[endpoint.operation] = answer.status, answer.body
    assert wrong == {}


@pytest.mark.rule("AD-05")
def test_what_a_list_is_asked_for_is_one_of_what_it_knows(rest: Rest) -> None:
    wrong = {}
    for endpoint in ENDPOINTS:
        if not issubclass(endpoint.query, ListQuery) or endpoint.variables:
            continue
        for query in FORGED:
            answer = rest.call("GET", endpoint.path, query=query)
            if answer.status != 400 or not problem(answer)[1]:
                wrong[endpoint.operation, query] = answer.status, answer.body
    assert wrong == {}


@pytest.mark.rule("AD-06")
def test_secrets_are_in_the_answers_that_make_them_and_nowhere_else(rest: Rest) -> None:
    examples = prepared(rest)
    wrong = {}
    for endpoint in ENDPOINTS:
        answer = call(rest, endpoint, examples[endpoint.operation])
        assert answer.status == endpoint.status, (endpoint.operation, answer.body)
        assert answer.headers["cache-control"] == "no-store"
        text = answer.body.decode()
        assert not any(secret in text for secret in STATED), endpoint.operation
        if SECRETS.search(text) and not endpoint.shows_secret:
            wrong[endpoint.operation] = text
        if answer.body and endpoint.operation != "describeApi":
            hidden = {"digest", "password_hash", "sealed", "pepper_id", "private_key"}
            assert hidden.isdisjoint(members(answer.json)), endpoint.operation
    assert wrong == {}


def test_a_creation_with_a_key_is_done_once_and_answered_again(rest: Rest) -> None:
    examples = prepared(rest)
    for endpoint in ENDPOINTS:
        if not endpoint.creates:
            continue
        headers = {"Idempotency-Key": f"key-of-{endpoint.operation}"}
        first = call(rest, endpoint, examples[endpoint.operation], headers=headers)
        records = len(rest.world.installation.records())
        again = call(rest, endpoint, examples[endpoint.operation], headers=headers)
        assert first.status == endpoint.status, (endpoint.operation, first.body)
        assert (again.status, again.body) == (first.status, first.body), endpoint.operation
        assert again.headers.get("location") == first.headers.get("location")
        assert len(rest.world.installation.records()) == records, endpoint.operation


def test_what_has_a_tag_is_changed_by_those_who_know_it(rest: Rest) -> None:
    examples = prepared(rest)
    wrong = {}
    for endpoint in ENDPOINTS:
        if endpoint.shows is None or not endpoint.writes:
            continue
        headers = {"If-Match": '"another"'}
        answer = call(rest, endpoint, examples[endpoint.operation], headers=headers)
        if answer.status != 412 or problem(answer) != (412, "changed-meanwhile"):
            wrong[endpoint.operation] = answer.status, answer.body
        malformed = call(
            rest, endpoint, examples[endpoint.operation], headers={"If-Match": "no tag"}
        )
        assert problem(malformed) == (400, "invalid-parameter")
    assert wrong == {}
