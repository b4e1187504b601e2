"""Who may call what: every endpoint against every kind of caller, out of the table (AD-01)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.roles import PERMISSIONS, ROLE_PERMISSIONS, Role
from authserver.web.admin_api.table import ENDPOINTS
from tests.rfc.api_tokens import put_token
from tests.rfc.forger import Forger
from tests.web.admin_api.examples import call, prepared
from tests.web.admin_api.rest import problem

if TYPE_CHECKING:
    from tests.web.admin_api.rest import Rest

GUARDED: Final = tuple(each for each in ENDPOINTS if each.needs)
NOT_ALLOWED: Final = {(401, "unauthorized")}
ASKED: Final = "no-such-parameter=1"
"""A call that gets as far as its parameters changes nothing, and tells that its caller may."""


def refused(rest: Rest, token: str | None, headers: dict[str, str] | None = None) -> set[object]:
    """Every way in which the guarded endpoints answer such a caller."""
    found: set[object] = set()
    for endpoint in GUARDED:
        path = endpoint.path.format_map(dict.fromkeys(endpoint.variables, "ada"))
        sent = {"If-Match": "*", **(headers or {})}
        answer = rest.call(endpoint.method, path, {}, token=token, headers=sent)
        assert answer.headers["www-authenticate"].startswith('Bearer realm="authserver", ')
        assert "set-cookie" not in answer.headers
        found.add(problem(answer))
    return found


@pytest.mark.rule("AD-01")
def test_nobody_calls_the_administration_without_a_token_for_it(rest: Rest) -> None:
    world = rest.world
    owner = rest.person(Role.OWNER)
    of_site = world.tokens(world.web_app)
    revoked = rest.user_token(owner)
    rest.container.clients.disable("console-app", rest.container.operator)
    jar = world.signed_in(owner).jar
    cookie = jar.header("/admin", cross_site=False, safe_method=True)
    assert cookie
    assert refused(rest, None) == NOT_ALLOWED
    assert refused(rest, None, {"Cookie": cookie}) == NOT_ALLOWED
    assert refused(rest, None, {"Authorization": str(world.web_app.authorization)}) == NOT_ALLOWED
    for token in (
        "eyJhbGciOiJub25lIn0.e30.",
        of_site["access_token"],
        of_site["id_token"],
        world.web_app.secret,
        put_token(world.installation, owner, world.jira),
        revoked,
        Forger(world.installation).token(aud=rest.identifier, iss="https://other.example.test"),
    ):
        assert refused(rest, token) == NOT_ALLOWED
    in_query = rest.call("GET", "/clients", token=None, query=f"access_token={rest.token}")
    assert problem(in_query) == (401, "unauthorized")
    assert rest.call("GET", "/clients").status == 200


@pytest.mark.rule("AD-01")
def test_a_user_may_call_what_the_role_gives_now_and_nothing_else(rest: Rest) -> None:
    person = rest.person(Role.OWNER)
    token = rest.user_token(person)
    may = (403, "missing-scope"), (400, "invalid-parameter")
    wrong = {}
    for role in (None, *Role):
        rest.give(person, role)
        given = frozenset() if role is None else ROLE_PERMISSIONS[role]
        for endpoint in GUARDED:
            path = endpoint.path.format_map(dict.fromkeys(endpoint.variables, "ada"))
            found = problem(rest.call(endpoint.method, path, token=token, query=ASKED))
            if found != may[endpoint.needs in given]:
                wrong[role, endpoint.operation] = found
    assert wrong == {}


@pytest.mark.rule("AD-01")
def test_a_role_that_is_taken_away_ends_what_its_token_may_do(rest: Rest) -> None:
    person = rest.person(Role.OWNER)
    token = rest.user_token(person)
    rest.give(person, Role.AUDITOR)
    assert rest.call("GET", "/clients", token=token).status == 200
    rest.give(person, None)
    answer = rest.call("GET", "/clients", token=token)
    assert problem(answer) == (403, "missing-scope")
    assert 'scope="admin:clients:read"' in answer.headers["www-authenticate"]


@pytest.mark.rule("AD-01")
def test_each_endpoint_takes_its_one_scope_and_no_other_will_do(rest: Rest) -> None:
    examples = prepared(rest)
    assert examples.keys() == {endpoint.operation for endpoint in ENDPOINTS}
    needed = sorted({endpoint.needs for endpoint in GUARDED})
    only = {scope: rest.token_with({scope}) for scope in needed}
    all_but = {
        scope: rest.token_with(PERMISSIONS - {scope}, client_id=f"not-{number}")
        for number, scope in enumerate(needed)
    }
    wrong = {}
    for endpoint in GUARDED:
        example = examples[endpoint.operation]
        without = call(rest, endpoint, example, token=all_but[endpoint.needs])
        token = only[endpoint.needs]
        if example.also:
            name = f"for-{endpoint.operation.lower()}"
            token = rest.token_with({endpoint.needs, *example.also}, client_id=name)
        with_it = call(rest, endpoint, example, token=token)
        if (without.status, with_it.status) != (403, endpoint.status):
            wrong[endpoint.operation] = without.status, with_it.status, with_it.body
    assert wrong == {}


def test_anybody_may_read_what_the_api_is_like(rest: Rest) -> None:
    answer = rest.call("GET", "/openapi.json", token=None)
    assert answer.status == 200
    assert answer.json["openapi"] == "3.1.0"
