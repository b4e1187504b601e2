"""What is announced works, what is not announced does not (MD-03)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from authserver.domain.errors import InvalidField
from authserver.domain.resources import SITE_KINDS, ResourceKind
from authserver.domain.scopes import USER_SCOPES
from tests.crypto.assertions import PRIVATE, assertion_claims, make, public_jwk
from tests.instances import Caller
from tests.rfc.granted import Granter
from tests.rfc.installations import catalogue
from tests.rfc.lanes import INTROSPECT, REVOKE, TOKEN, assert_invalid_client
from tests.rfc.registries import AUTH_METHODS, GRANT_TYPES, SIGNING_ALGORITHMS
from tests.rfc.tokens import claims_of, header_of

if TYPE_CHECKING:
    from tests.instances import Site
    from tests.machine.doors import Answer
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

JWT_BEARER: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
ENDPOINTS: Final = {
    "authorization_endpoint": "/oauth2/authorize",
    "token_endpoint": TOKEN,
    "introspection_endpoint": INTROSPECT,
    "revocation_endpoint": REVOKE,
    "jwks_uri": "/oauth2/jwks",
    "userinfo_endpoint": "/oauth2/userinfo",
    "registration_endpoint": "/oauth2/register",
    "pushed_authorization_request_endpoint": "/oauth2/par",
    "device_authorization_endpoint": "/oauth2/device_authorization",
    "end_session_endpoint": "/oauth2/logout",
}
OTHER_SCOPES: Final = ("read", "jira", "READ ", "openid", "offline_access", "read:*", "*", "admin")


@pytest.fixture
def document(lane: Lane) -> dict[str, Any]:
    found: dict[str, Any] = lane.get("/.well-known/oauth-authorization-server").json
    return found


@pytest.mark.rule("MD-03")
def test_announced_endpoints_exist_and_no_others(lane: Lane, document: dict[str, Any]) -> None:
    for member, path in ENDPOINTS.items():
        statuses = {lane.knock(method, path).status for method in ("GET", "POST")}
        if member in document:
            assert urlsplit(document[member]).path == path
            assert 404 not in statuses, path
        else:
            assert statuses == {404}, path
    announced = {name for name in document if name.endswith(("_endpoint", "_uri"))}
    assert announced <= ENDPOINTS.keys()


@pytest.mark.rule("MD-03")
def test_no_grant_exists_that_is_not_announced(
    installation: Installation, lane: Lane, jira: Site, reader: Caller, document: dict[str, Any]
) -> None:
    announced = document["grant_types_supported"]
    assert set(announced) <= set(GRANT_TYPES)
    for grant_type in GRANT_TYPES:
        answer = lane.post(TOKEN, {"grant_type": grant_type}, reader.authorization)
        if grant_type in announced:
            assert answer.json.get("error") != "unsupported_grant_type", grant_type
            continue
        assert answer.error == (400, "unsupported_grant_type"), grant_type
        with pytest.raises(InvalidField, match="grant_types"):
            installation.caller("other", jira, "READ", grant_types=(grant_type,))


@pytest.mark.rule("MD-03")
def test_announced_client_authentication_works_and_no_other(
    installation: Installation, lane: Lane, jira: Site, document: dict[str, Any]
) -> None:
    jwks = {"keys": [public_jwk("ES256")]}
    granter = Granter(installation)
    for method in AUTH_METHODS:
        name = "ci-job" if method == "private_key_jwt" else method.replace("_", "-")
        keys = {"jwks": jwks} if method == "private_key_jwt" else {}
        announced = method in document["token_endpoint_auth_methods_supported"]
        assert announced == (method in document["revocation_endpoint_auth_methods_supported"])
        if not announced:
            with pytest.raises(InvalidField, match="auth_method"):
                installation.caller(name, jira, "READ", auth_method=method)
            continue
        app = granter.app(jira, name, auth_method=method, **keys)
        refresh_token = granter.allow(app).refresh_token
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        assert authenticated(lane, TOKEN, app.caller, method, form).status == 200
        assert authenticated(lane, REVOKE, app.caller, method, {"token": "x"}).status == 200
        asked = authenticated(lane, INTROSPECT, app.caller, method, {"token": "x"})
        announced = method in document["introspection_endpoint_auth_methods_supported"]
        assert asked.status == (200 if announced else 401), method
    for method in AUTH_METHODS:
        site = Caller(jira.name, jira.secret)
        answer = authenticated(lane, INTROSPECT, site, method, {"token": "x"})
        by_secret = method in {"client_secret_basic", "client_secret_post"}
        assert answer.status == (200 if by_secret else 401), method


def authenticated(
    lane: Lane, path: str, caller: Caller, method: str, asked: dict[str, str]
) -> Answer:
    """A request that presents what the method presents."""
    form = {**asked, "client_id": caller.client_id}
    if method == "client_secret_basic":
        return lane.post(path, form, caller.authorization)
    if method == "client_secret_post":
        return lane.post(path, {**form, "client_secret": caller.secret})
    proof = {"client_assertion_type": JWT_BEARER}
    if method == "private_key_jwt":
        proof["client_assertion"] = make(assertion_claims(jti=path))
        return lane.post(path, {**form, **proof})
    if method == "client_secret_jwt":
        claims = assertion_claims(iss=caller.client_id, sub=caller.client_id)
        proof["client_assertion"] = jwt.encode(claims, caller.secret, "HS256")
        return lane.post(path, {**form, **proof})
    return lane.post(path, form)


@pytest.mark.rule("MD-03")
def test_announced_assertion_algorithms_work_and_no_others(
    installation: Installation, lane: Lane, jira: Site, document: dict[str, Any]
) -> None:
    announced = document["token_endpoint_auth_signing_alg_values_supported"]
    assert announced == document["revocation_endpoint_auth_signing_alg_values_supported"]
    assert set(announced) == set(PRIVATE)
    jwks = {"keys": [public_jwk(algorithm) for algorithm in PRIVATE]}
    caller = installation.caller("ci-job", jira, "READ", auth_method="private_key_jwt", jwks=jwks)
    other_keys: dict[str, Any] = {
        "none": None,
        **dict.fromkeys(("HS256", "HS384", "HS512"), "a secret of more than 64 bytes" * 3),
        **dict.fromkeys(("RS256", "RS384", "RS512", "PS384", "PS512"), PRIVATE["PS256"]),
        "ES384": ec.generate_private_key(ec.SECP384R1()),
        "ES512": ec.generate_private_key(ec.SECP521R1()),
        "ES256K": ec.generate_private_key(ec.SECP256K1()),
    }
    for algorithm in SIGNING_ALGORITHMS:
        claims = assertion_claims(jti=algorithm)
        kid = {"kid": "key-PS256" if algorithm[:2] in {"RS", "PS"} else f"key-{algorithm}"}
        key = PRIVATE.get(algorithm) or other_keys[algorithm]
        assertion = jwt.encode(claims, key, algorithm, headers=kid)
        form = {"client_assertion": assertion, "client_assertion_type": JWT_BEARER}
        answer = lane.post(TOKEN, {"grant_type": "client_credentials", **form})
        assert answer.status == (200 if algorithm in announced else 401), algorithm
        if algorithm.startswith("ES") and algorithm not in announced:
            jwk = jwt.get_algorithm_by_name(algorithm).to_jwk(key.public_key(), as_dict=True)
            with pytest.raises(InvalidField, match="jwks"):
                installation.caller(
                    "odd", jira, "READ", auth_method="private_key_jwt", jwks={"keys": [jwk]}
                )
    weak = jwt.get_algorithm_by_name("PS256").to_jwk(
        rsa.generate_private_key(65537, 1024).public_key(), as_dict=True
    )
    with pytest.raises(InvalidField, match="jwks"):
        installation.caller(
            "weak", jira, "READ", auth_method="private_key_jwt", jwks={"keys": [weak]}
        )
    assert_invalid_client(lane.ask(caller))


@pytest.mark.rule("MD-03")
def test_announced_scopes_are_issued_and_no_others(
    installation: Installation, lane: Lane, document: dict[str, Any]
) -> None:
    announced = set(document["scopes_supported"])
    issued: set[str] = set()
    for kind in ResourceKind:
        scopes = catalogue().scopes.of_kind(kind)
        is_site = kind in SITE_KINDS
        site = installation.site(kind, kind) if is_site else installation.administration()
        caller = installation.caller(f"all-of-{kind}", site, *scopes)
        for scope in sorted(scopes - issued):
            assert lane.ask(caller, scope=scope).json["scope"] == scope
        issued |= scopes
        for scope in OTHER_SCOPES:
            assert lane.ask(caller, scope=scope).error == (400, "invalid_scope"), scope
            with pytest.raises(InvalidField, match="scopes"):
                installation.caller("odd", site, scope)
    assert issued | USER_SCOPES == announced
    granter = Granter(installation)
    app = granter.app(site, scopes=sorted(USER_SCOPES))
    for scope in USER_SCOPES:
        wanted = frozenset({"openid", scope})
        token = granter.allow(app, scopes=wanted).access_token
        assert set(claims_of(token)["scope"].split()) == wanted


@pytest.mark.rule("MD-03")
def test_tokens_are_signed_as_their_site_says_with_a_published_key(
    installation: Installation, lane: Lane
) -> None:
    for algorithm in SIGNING_ALGORITHMS:
        name = algorithm.lower()
        if algorithm not in {"ES256", "RS256"}:
            with pytest.raises(InvalidField, match="signing_algorithm"):
                installation.site(name, signing_algorithm=algorithm)
            continue
        site = installation.site(name, signing_algorithm=algorithm)
        header = header_of(lane.token(installation.caller(f"for-{name}", site, "READ")))
        published = {key["kid"]: key["alg"] for key in lane.get("/oauth2/jwks").json["keys"]}
        assert header["alg"] == algorithm == published[header["kid"]]
