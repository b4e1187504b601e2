"""Who may register clients, how many, and what those may become (RFC 7591 section 3)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.rfc.registering import CALLBACK, OPEN, REGISTER, Registrar, initial_token

if TYPE_CHECKING:
    from tests.rfc.conftest import MakeInstallation
    from tests.rfc.installations import Installation


@pytest.fixture
def installation(make_installation: MakeInstallation) -> Installation:
    return make_installation(**OPEN)


@pytest.fixture
def registrar(installation: Installation) -> Registrar:
    return Registrar(installation.lane, initial_token(installation))


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Basic eDp5",
        "asv_it_x",
        "Bearer " + "x" * 300,
    ],
)
def test_without_a_good_initial_access_token_nobody_registers(
    installation: Installation, authorization: str | None
) -> None:
    headers = {"Content-Type": "application/json"}
    if authorization is not None:
        headers["Authorization"] = authorization
    body = json.dumps({"redirect_uris": [CALLBACK]}).encode()
    answer = installation.lane.knock("POST", REGISTER, body, headers=headers)
    assert answer.error == (401, "invalid_token")
    assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert installation.container.clients.list() == []


def test_a_token_is_read_from_the_header_and_nowhere_else(registrar: Registrar) -> None:
    body = json.dumps({"redirect_uris": [CALLBACK]}).encode()
    answer = registrar.lane.knock(
        "POST",
        REGISTER,
        body,
        query=f"access_token={registrar.token}",
        headers={"Content-Type": "application/json"},
    )
    assert answer.error == (401, "invalid_token")


def test_a_token_that_is_over_registers_nobody(installation: Installation) -> None:
    container = installation.container
    short = Registrar(installation.lane, initial_token(installation, expires_in=60))
    gone = Registrar(installation.lane, initial_token(installation, label="gone"))
    (stored,) = [each for each in container.initial_access_tokens.list() if each.label == "gone"]
    assert short.post().status == gone.post().status == 201
    container.initial_access_tokens.revoke(stored.token_id, container.operator)
    assert gone.post().error == (401, "invalid_token")
    installation.clock.set_now(installation.clock.now() + 60)
    assert short.post().error == (401, "invalid_token")


def test_a_token_registers_as_many_clients_as_its_quota_says(installation: Installation) -> None:
    registrar = Registrar(installation.lane, initial_token(installation, quota=2))
    assert registrar.post(redirect_uris=[]).status == 400
    assert [registrar.post().status for _ in range(3)] == [201, 201, 401]
    (token,) = installation.container.initial_access_tokens.list()
    assert token.used == 2


def test_a_client_gets_no_more_than_the_token_allows(
    installation: Installation, registrar: Registrar
) -> None:
    told = registrar.registered(
        scope="openid email READ", grant_types=["authorization_code", "implicit", "refresh_token"]
    )
    assert told["scope"] == "email openid"
    assert told["grant_types"] == ["authorization_code", "refresh_token"]
    assert told["response_types"] == ["code"]
    client = installation.container.clients.get(told["client_id"])
    assert client.resources == frozenset()


def test_a_token_may_open_a_site(installation: Installation) -> None:
    installation.site("jira")
    token = initial_token(installation, scopes=["openid", "READ"], resources=["jira"])
    told = Registrar(installation.lane, token).registered()
    assert told["scope"] == "READ openid"
    client = installation.container.clients.get(told["client_id"])
    assert client.resources == {"jira"}


def test_a_site_that_is_gone_is_left_out(installation: Installation) -> None:
    container = installation.container
    installation.site("jira")
    token = initial_token(installation, scopes=["openid", "READ"], resources=["jira"])
    container.resources.delete("jira", container.operator)
    assert Registrar(installation.lane, token).registered()["scope"] == "openid"


def test_client_credentials_only_where_the_token_opens_them(installation: Installation) -> None:
    installation.site("jira")
    token = initial_token(
        installation, grant_types=["client_credentials"], scopes=["READ"], resources=["jira"]
    )
    registrar = Registrar(installation.lane, token)
    told = registrar.registered(grant_types=["client_credentials"], redirect_uris=...)
    assert (told["grant_types"], told["response_types"]) == (["client_credentials"], [])
    public = registrar.post(
        grant_types=["client_credentials"], token_endpoint_auth_method="none", redirect_uris=...
    )
    assert public.error == (400, "invalid_client_metadata")


@pytest.mark.rule("PK-01")
@pytest.mark.parametrize(
    ("exempt", "stated", "required"),
    [
        (False, {}, True),
        (True, {}, False),
        (True, {"token_endpoint_auth_method": "none"}, True),
        (True, {"scope": "email"}, True),
    ],
)
def test_only_a_token_that_says_so_exempts_from_pkce(
    installation: Installation, *, exempt: bool, stated: dict[str, Any], required: bool
) -> None:
    token = initial_token(installation, pkce_exempt=exempt)
    told = Registrar(installation.lane, token).registered(**stated)
    client = installation.container.clients.get(told["client_id"])
    assert client.profile.require_pkce is required


def test_no_secret_of_a_registration_is_stored_or_recorded(
    installation: Installation, registrar: Registrar
) -> None:
    told = registrar.registered()
    installation.worker.close()
    secrets = [told["client_secret"], told["registration_access_token"], registrar.token]
    for path in installation.folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert not [secret for secret in secrets if secret.encode() in data], path
