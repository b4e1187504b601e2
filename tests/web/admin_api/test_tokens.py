"""API tokens by REST: made for somebody, stopped in an incident."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.web.admin_api.example_tokens import NEW, OF_ROBOT, SERVICE
from tests.web.admin_api.rest import problem

if TYPE_CHECKING:
    from tests.web.admin_api.rest import Rest


@pytest.fixture
def tokens(rest: Rest) -> Rest:
    """With somebody whom tokens belong to, and a service."""
    rest.made("/users", {"username": "token-owner"})
    rest.made("/clients", SERVICE)
    return rest


@pytest.mark.feature(1)
def test_a_users_secret_is_for_the_user_alone_and_a_services_is_shown_once(tokens: Rest) -> None:
    made = tokens.made("/tokens", {**NEW, "delivery": "link"})
    assert made["api_token"] is None
    assert made["link"].startswith("https://auth.example.test/account/pick-up")
    assert made["token"]["status"] == "pending"
    service = tokens.made("/tokens", OF_ROBOT)
    secret = service["api_token"]
    assert secret.startswith("asv_pat_")
    assert service["link"] is None
    token_id = service["token"]["token_id"]
    shown = tokens.get(f"/tokens/{token_id}")
    assert secret not in str(shown)
    assert secret.endswith(shown["ends_with"])
    rotated = tokens.made(f"/tokens/{token_id}/rotate", {"overlap_seconds": 60})
    assert rotated["api_token"] not in {None, secret}
    lineage = tokens.get(f"/tokens/{token_id}/lineage")["items"]
    assert {each["token_id"] for each in lineage} == {token_id, rotated["token"]["token_id"]}


def test_an_incident_stops_what_it_means_and_is_undone(tokens: Rest) -> None:
    meant = {tokens.made("/tokens", OF_ROBOT)["token"]["token_id"] for _ in range(3)}
    tokens.made("/tokens", {**OF_ROBOT, "ticket": "X-1", "purpose": "backups"})
    said = {"where": "client=robot and purpose=reports", "action": "disable", "reason": "leak"}
    look = tokens.call("POST", "/incidents", {**said, "dry_run": True})
    assert (look.status, look.json["count"], look.json["incident"]) == (200, 3, None), look.body
    assert len(tokens.get("/tokens", query="status=enabled")["items"]) == 4
    done = tokens.call("POST", "/incidents", said).json
    assert done["count"] == 3
    assert set(done["tokens"]) == meant
    left = tokens.get("/tokens", query="status=enabled")["items"]
    assert [each["purpose"] for each in left] == ["backups"]
    undo = {"where": f'incident="{done["incident"]}"', "action": "enable"}
    assert tokens.call("POST", "/incidents", undo).json["count"] == 3
    assert len(tokens.get("/tokens", query="status=enabled")["items"]) == 4
    wrong = tokens.call("POST", "/incidents", {**said, "where": "colour=red"})
    assert problem(wrong) == (422, "invalid-members")
    assert wrong.json["errors"][0]["pointer"] == "#/where"
