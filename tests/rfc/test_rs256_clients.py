"""Clients that register themselves as OpenID Connect lets them: keys for RS256, any audience."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import jwt
import pytest

from tests.crypto.assertions import PRIVATE, assertion_claims, public_jwk
from tests.rfc.installations import ISSUER
from tests.rfc.lanes import TOKEN
from tests.rfc.registering import OPEN, Registrar, initial_token

if TYPE_CHECKING:
    from tests.machine.doors import Answer
    from tests.rfc.conftest import MakeInstallation
    from tests.rfc.installations import Installation

JWT_BEARER: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ALLOWED: Final = {**OPEN, "AUTHSERVER_CLIENTS_ASSERTION_RS256": "on"}


def rs256_keys(**members: str) -> dict[str, Any]:
    """One RSA key without `kid`, as some clients write it."""
    jwk = {**public_jwk("PS256"), **members}
    return {"keys": [{name: jwk[name] for name in jwk if name != "kid"}]}


@pytest.fixture
def open_one(make_installation: MakeInstallation) -> Installation:
    return make_installation(**ALLOWED)


def registrar(installation: Installation, **stated: Any) -> Registrar:
    return Registrar(installation.lane, initial_token(installation, **stated))


def presented(installation: Installation, client_id: str, **claims: object) -> Answer:
    """A request that comes as far as the code, when the assertion is good."""
    now = int(installation.clock.now())
    own = {"iss": client_id, "sub": client_id, "iat": now, "exp": now + 60}
    assertion = jwt.encode(assertion_claims(**own, **claims), PRIVATE["PS256"], "RS256")
    form = {"grant_type": "authorization_code", "code": "x", "client_assertion": assertion}
    return installation.lane.post(TOKEN, {**form, "client_assertion_type": JWT_BEARER})


def registered(installation: Installation, **stated: Any) -> str:
    told = registrar(installation, **stated).registered(
        token_endpoint_auth_method="private_key_jwt", jwks=rs256_keys(alg="RS256")
    )
    return str(told["client_id"])


@pytest.mark.rule("CA-08")
def test_rs256_is_refused_unless_an_administrator_allows_it(
    make_installation: MakeInstallation,
) -> None:
    closed = make_installation(**OPEN)
    answer = registrar(closed).post(
        token_endpoint_auth_method="private_key_jwt", jwks=rs256_keys(alg="RS256")
    )
    assert answer.status == 400
    assert answer.json["error_description"].startswith("jwks.keys[0].alg: PS256 for a key")
    document = closed.lane.knock("GET", "/.well-known/openid-configuration").json
    assert "RS256" not in document["token_endpoint_auth_signing_alg_values_supported"]


def test_a_key_for_rs256_without_kid_authenticates_its_client(open_one: Installation) -> None:
    answer = presented(open_one, registered(open_one))
    assert (answer.status, answer.json["error"]) == (400, "invalid_grant")
    document = open_one.lane.knock("GET", "/.well-known/openid-configuration").json
    for endpoint in ("token", "introspection", "revocation"):
        announced = document[f"{endpoint}_endpoint_auth_signing_alg_values_supported"]
        assert announced == ["ES256", "EdDSA", "PS256", "RS256"]


def test_a_key_that_says_nothing_is_for_the_algorithm_that_its_client_states(
    open_one: Installation,
) -> None:
    asked: dict[str, Any] = {"token_endpoint_auth_method": "private_key_jwt", "jwks": rs256_keys()}
    apps = registrar(open_one)
    stated = apps.registered(**asked, token_endpoint_auth_signing_alg="RS256")
    assert stated["jwks"]["keys"][0]["alg"] == "RS256"
    assert presented(open_one, stated["client_id"]).json["error"] == "invalid_grant"
    silent = apps.registered(**asked)
    assert silent["jwks"]["keys"][0]["alg"] == "PS256"
    refused = presented(open_one, silent["client_id"])
    assert (refused.status, refused.json["error"]) == (401, "invalid_client")


@pytest.mark.rule("CA-09")
def test_the_initial_access_token_says_which_audience_assertions_may_name(
    open_one: Installation,
) -> None:
    strict = registered(open_one)
    lenient = registered(open_one, assertion_audience="token_endpoint")
    here, there = ISSUER + TOKEN, ISSUER
    assert presented(open_one, strict, aud=here).status == 401
    assert presented(open_one, lenient, aud=here, jti="one").json["error"] == "invalid_grant"
    assert presented(open_one, lenient, aud=there, jti="two").json["error"] == "invalid_grant"
    assert presented(open_one, lenient, aud=[there, here], jti="three").status == 401


def test_a_client_that_states_itself_anew_keeps_its_audience(open_one: Installation) -> None:
    apps = registrar(open_one, assertion_audience="token_endpoint")
    asked: dict[str, Any] = {
        "token_endpoint_auth_method": "private_key_jwt",
        "jwks": rs256_keys(alg="RS256"),
    }
    told = apps.registered(**asked)
    again = {**asked, "client_id": told["client_id"], "redirect_uris": told["redirect_uris"]}
    assert apps.manage("PUT", told, **again).status == 200
    answer = presented(open_one, told["client_id"], aud=ISSUER + TOKEN)
    assert answer.json["error"] == "invalid_grant"
