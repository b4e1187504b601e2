"""Dynamic client registration (RFC 7591, OpenID Connect Registration 1.0)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.crypto.assertions import public_jwk
from tests.instances import basic
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


def test_registration_is_off_unless_it_is_opened(make_installation: MakeInstallation) -> None:
    lane = make_installation().lane
    assert lane.knock("POST", REGISTER).status == 404
    assert "registration_endpoint" not in lane.get("/.well-known/openid-configuration").json


def test_an_open_endpoint_is_announced(installation: Installation) -> None:
    announced = installation.lane.get("/.well-known/openid-configuration").json
    assert announced["registration_endpoint"].endswith(REGISTER)


def test_a_client_is_told_everything_that_was_registered(
    installation: Installation, registrar: Registrar
) -> None:
    answer = registrar.post(client_name="An app")
    assert answer.status == 201
    assert answer.headers["cache-control"] == "no-store"
    told = dict(answer.json)
    client_id = told["client_id"]
    issuer = installation.settings.issuer
    assert told.pop("client_secret").startswith("asv_cs_")
    assert told.pop("registration_access_token").startswith("asv_ra_")
    assert told == {
        "client_id": client_id,
        "client_id_issued_at": int(installation.clock.now()),
        "client_secret_expires_at": 0,
        "registration_client_uri": f"{issuer}{REGISTER}?client_id={client_id}",
        "client_name": "An app",
        "application_type": "web",
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "client_secret_basic",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "scope": "email openid profile",
        "subject_type": "public",
        "id_token_signed_response_alg": "RS256",
        "require_pushed_authorization_requests": False,
    }
    client = installation.container.clients.get(client_id)
    assert client.profile.is_dynamic
    assert client.profile.require_pkce
    assert str(client.profile.consent) == "always"


def test_the_metadata_that_people_and_suites_send_is_kept_and_told_back(
    registrar: Registrar,
) -> None:
    stated = {
        "client_name": "An app",
        "redirect_uris": [f"{CALLBACK}?a=b", "https://app.example.test/other"],
        "post_logout_redirect_uris": ["https://app.example.test/bye"],
        "contacts": ["ada@example.test", "ben@example.test"],
        "client_uri": "https://app.example.test/",
        "logo_uri": "https://app.example.test/logo.png",
        "policy_uri": "https://app.example.test/policy",
        "tos_uri": "https://app.example.test/tos",
        "initiate_login_uri": "https://app.example.test/start",
        "request_uris": ["https://app.example.test/request#digest"],
        "default_acr_values": ["urn:example:gold"],
        "default_max_age": 3600,
        "require_auth_time": True,
        "id_token_signed_response_alg": "ES256",
        "userinfo_signed_response_alg": "RS256",
        "token_endpoint_auth_method": "client_secret_post",
        "backchannel_logout_uri": "https://app.example.test/logout",
        "backchannel_logout_session_required": True,
        "require_pushed_authorization_requests": True,
        "software_id": "4NRB1-0XZABZI9E6-5SM3R",
        "software_version": "2",
        "jwks": {"keys": [{"kty": "RSA", "n": "AQAB", "e": "AQAB", "alg": "RS256"}]},
        "subject_type": "public",
        "application_type": "web",
    }
    told = registrar.registered(**stated)
    assert {name: told.get(name) for name in stated} == stated


def test_what_nobody_here_knows_is_ignored(registrar: Registrar) -> None:
    told = registrar.registered(favourite_colour="blue", tls_client_auth_san_dns="x", scope=None)
    assert "favourite_colour" not in told
    assert "tls_client_auth_san_dns" not in told


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_a_secret_of_a_registration_authenticates(
    installation: Installation, registrar: Registrar, method: str
) -> None:
    told = registrar.registered(token_endpoint_auth_method=method)
    form = {"grant_type": "authorization_code", "code": "x", "code_verifier": "y" * 43}
    authorization = None
    if method == "client_secret_basic":
        authorization = basic(told["client_id"], told["client_secret"])
    else:
        form |= {name: told[name] for name in ("client_id", "client_secret")}
    answer = installation.lane.post("/oauth2/token", form, authorization)
    assert answer.error == (400, "invalid_grant")


def test_a_public_client_gets_no_secret(registrar: Registrar) -> None:
    told = registrar.registered(token_endpoint_auth_method="none", application_type="native")
    assert "client_secret" not in told
    assert "client_secret_expires_at" not in told


def test_a_client_with_keys_gets_no_secret(registrar: Registrar) -> None:
    told = registrar.registered(
        token_endpoint_auth_method="private_key_jwt", jwks={"keys": [public_jwk("ES256")]}
    )
    assert "client_secret" not in told
    assert told["jwks"]["keys"]
    told = registrar.registered(
        token_endpoint_auth_method="private_key_jwt", jwks_uri="https://app.example.test/jwks"
    )
    assert told["jwks_uri"] == "https://app.example.test/jwks"


@pytest.mark.rule("AZ-05")
@pytest.mark.parametrize(
    "redirect_uris",
    [
        [],
        ...,
        CALLBACK,
        {},
        [7],
        [None],
        ["http://app.example.test/cb"],
        ["javascript:alert(1)"],
        ["JavaScript:alert(1)"],
        ["data:text/html,x"],
        ["VBSCRIPT:x"],
        ["file:///etc/passwd"],
        ["https://*.example.test/cb"],
        [f"{CALLBACK}#fragment"],
        [f"{CALLBACK}#"],
        ["https://user@app.example.test/cb"],
        ["/cb"],
        ["com.example.app:/cb"],
        [CALLBACK, "http://app.example.test/cb"],
    ],
)
def test_a_dangerous_redirect_uri_is_refused_and_nothing_is_stored(
    installation: Installation, registrar: Registrar, redirect_uris: Any
) -> None:
    answer = registrar.post(redirect_uris=redirect_uris)
    assert answer.error == (400, "invalid_redirect_uri"), answer.body
    assert answer.description.startswith("redirect_uris: ")
    assert installation.container.clients.list() == []


@pytest.mark.rule("OI-02")
@pytest.mark.parametrize("name", ["id_token_signed_response_alg", "userinfo_signed_response_alg"])
@pytest.mark.parametrize("value", ["none", "None", "HS256", "HS512", "RS512", "rs256", "", 7, []])
def test_an_algorithm_that_is_not_ours_cannot_be_registered(
    registrar: Registrar, name: str, value: Any
) -> None:
    answer = registrar.post(**{name: value})
    assert answer.error == (400, "invalid_client_metadata")
    assert answer.description.startswith(name)


@pytest.mark.parametrize(
    ("stated", "named"),
    [
        ({"subject_type": "pairwise"}, "subject_type"),
        ({"sector_identifier_uri": "https://app.example.test/sector"}, "sector_identifier_uri"),
        ({"token_endpoint_auth_method": "client_secret_jwt"}, "token_endpoint_auth_method"),
        ({"token_endpoint_auth_method": 7}, "token_endpoint_auth_method"),
        ({"token_endpoint_auth_signing_alg": "RS256"}, "token_endpoint_auth_signing_alg"),
        ({"token_endpoint_auth_method": "private_key_jwt"}, "jwks"),
        (
            {"token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [{"kty": "RSA"}]}},
            "jwks.keys[0].n",
        ),
        ({"jwks": {"keys": [{"kty": "RSA", "d": "x"}]}}, "jwks"),
        ({"jwks": "keys"}, "jwks"),
        ({"jwks": {"keys": []}, "jwks_uri": "https://app.example.test/jwks"}, "jwks_uri"),
        ({"jwks_uri": "http://app.example.test/jwks"}, "jwks_uri"),
        ({"logo_uri": "http://app.example.test/logo.png"}, "logo_uri"),
        ({"client_uri": "javascript:alert(1)"}, "client_uri"),
        ({"policy_uri": 7}, "policy_uri"),
        ({"tos_uri": "tos"}, "tos_uri"),
        ({"initiate_login_uri": "http://app.example.test/"}, "initiate_login_uri"),
        ({"request_uris": "https://app.example.test/"}, "request_uris"),
        ({"post_logout_redirect_uris": ["javascript:x"]}, "post_logout_redirect_uris"),
        ({"response_types": ["token"]}, "response_types"),
        ({"response_types": "code"}, "response_types"),
        ({"grant_types": "authorization_code"}, "grant_types"),
        ({"grant_types": ["implicit"]}, "grant_types"),
        ({"grant_types": ["refresh_token"]}, "grant_types"),
        ({"grant_types": ["client_credentials"]}, "grant_types"),
        ({"grant_types": []}, "grant_types"),
        ({"scope": "ADMIN"}, "scope"),
        ({"scope": 'a"b'}, "scope"),
        ({"scope": ["openid"]}, "scope"),
        ({"default_max_age": -1}, "default_max_age"),
        ({"default_max_age": "60"}, "default_max_age"),
        ({"default_max_age": True}, "default_max_age"),
        ({"require_auth_time": "yes"}, "require_auth_time"),
        ({"contacts": "ada"}, "contacts"),
        ({"client_name": "x" * 101}, "client_name"),
        ({"client_name": "a\u202eb"}, "client_name"),
        ({"application_type": "desktop"}, "application_type"),
        ({"backchannel_logout_uri": "http://app.example.test/"}, "backchannel_logout_uri"),
        ({"backchannel_logout_session_required": True}, "backchannel_logout_session_required"),
        ({"id_token_encrypted_response_alg": "RSA-OAEP"}, "id_token_encrypted_response_alg"),
        ({"software_id": "x" * 101}, "software_id"),
        ({"request_uris": ["https://app.example.test/" + "x" * 900] * 20}, "body"),
    ],
)
def test_bad_metadata_is_refused_by_the_name_that_clients_use(
    installation: Installation, registrar: Registrar, stated: dict[str, Any], named: str
) -> None:
    answer = registrar.post(**stated)
    assert answer.error == (400, "invalid_client_metadata"), answer.body
    assert answer.description.startswith(f"{named}: "), answer.description
    assert installation.container.clients.list() == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"text"',
        b"{",
        b'{"redirect_uris": ["https://a.example/"], "redirect_uris": ["https://b.example/"]}',
        b'{"a": NaN}',
        b'{"a": 1e999}',
        b'{"redirect_uris": ["https://a.test/"], "jwks": {"keys": [{"x": 99999999999999999999}]}}',
        b'{"a": "\xff"}',
        b'{"a": "\\ud800"}',
        b'{"a":' + b"[" * 40 + b"]" * 40 + b"}",
        b"[" * 60_000,
        b'{"a": ' + b"1" * 60_000 + b"}",
        b"redirect_uris=x",
    ],
)
def test_a_body_that_is_not_one_strict_object_is_refused(registrar: Registrar, body: bytes) -> None:
    assert registrar.send(body).error == (400, "invalid_client_metadata")


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/x-www-form-urlencoded", "application/jsonx"]
)
def test_metadata_must_be_declared_as_json(registrar: Registrar, content_type: str) -> None:
    body = json.dumps({"redirect_uris": [CALLBACK]}).encode()
    assert registrar.send(body, content_type=content_type).status == 415
    assert registrar.send(body, content_type="application/json; charset=utf-8").status == 201


def test_a_body_is_at_most_64_kib(registrar: Registrar) -> None:
    body = json.dumps({"redirect_uris": [CALLBACK], "filler": "x" * 65_536}).encode()
    assert registrar.send(body).status == 413


def test_members_that_are_null_count_as_absent(registrar: Registrar) -> None:
    told = registrar.registered(client_name=None, userinfo_signed_response_alg=None, jwks=None)
    assert told["client_name"] == told["client_id"]
