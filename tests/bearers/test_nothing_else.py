"""A provider's token opens sites, and nothing of this server's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.services.clients import ClientUpdate
from tests.federation.bearing import APP
from tests.rfc.lanes import INACTIVE, INTROSPECT, seen_of

if TYPE_CHECKING:
    from tests.federation.bearing import Bearing
    from tests.instances import Caller


@pytest.fixture
def ours(okta: Bearing) -> Caller:
    """A client of ours for which the provider's client counts, with every right there is."""
    caller = okta.installation.caller("ours", okta.site, "READ")
    okta.configure(
        bearer={
            "clients": {APP: "ours"},
            "scopes": {"jira.read": frozenset({"READ", "openid", "profile"})},
        }
    )
    container = okta.installation.container
    update = ClientUpdate(
        grant_types=["client_credentials", "authorization_code"],
        add_scopes=["openid", "profile"],
        add_redirect_uris=["https://app.example.org/cb"],
    )
    container.clients.update("ours", update, container.operator)
    okta.installation.poll()
    return caller


@pytest.mark.parametrize("claims", [{}, {"uid": None}])
def test_userinfo_is_told_for_our_tokens_only(
    okta: Bearing, ours: Caller, claims: dict[str, object]
) -> None:
    token = okta.token(**claims)
    judged = okta.judge(token)
    assert judged.is_accepted
    assert judged.introspected["scope"] == "READ"
    headers = {"Authorization": f"Bearer {token}"}
    answer = okta.installation.lane.get("/oauth2/userinfo", headers=headers)
    assert answer.status == 401
    assert 'error="invalid_token"' in answer.headers["www-authenticate"]


def test_a_client_is_told_nothing_of_a_token_that_it_did_not_get_here(
    okta: Bearing, ours: Caller
) -> None:
    lane, token = okta.installation.lane, okta.token()
    assert okta.judge(token).introspected["client_id"] == ours.client_id
    answer = lane.post(INTROSPECT, {"token": token}, ours.authorization)
    assert (answer.status, answer.body) == (200, INACTIVE)


def test_revoking_one_is_answered_like_any_unknown_token_and_does_nothing(
    okta: Bearing, ours: Caller
) -> None:
    lane, token = okta.installation.lane, okta.token()
    assert okta.judge(token).is_accepted
    before = len(okta.installation.records())
    answer = lane.revoke(ours, token)
    unknown = lane.revoke(ours, "unknown")
    assert seen_of(answer) == seen_of(unknown)
    assert answer.status == 200
    assert len(okta.installation.records()) == before
    assert okta.judge(token).is_accepted


def test_nobody_registers_or_signs_in_by_one(okta: Bearing, ours: Caller) -> None:
    lane, token = okta.installation.lane, okta.token()
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    assert lane.knock("POST", "/oauth2/register", b"{}", headers=headers).status in {401, 404}
    assert lane.post(
        "/oauth2/token", {"grant_type": "client_credentials"}, headers["Authorization"]
    ).error == (401, "invalid_client")
    for path in ("/account", "/admin", "/oauth2/authorize"):
        assert lane.get(path, headers={"Authorization": f"Bearer {token}"}).status != 200


def test_the_answer_to_a_resource_about_a_token_of_another_resource_is_the_resource_s(
    okta: Bearing,
) -> None:
    """A foreign token is for every site that its scopes mean something at; its audience says so."""
    wiki = okta.installation.site("wiki", "confluence-dc")
    token = okta.token()
    assert okta.judge(token).introspected["aud"] == okta.site.identifier
    assert okta.installation.lane.introspect(wiki, token)["aud"] == wiki.identifier
