"""What the server says of itself (MD-01, MD-02, MD-04)."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.keys import KeyState
from tests.rfc.installations import ISSUER
from tests.rfc.lanes import TOKEN
from tests.rfc.tokens import claims_of, header_of

if TYPE_CHECKING:
    from tests.instances import Caller, Site
    from tests.machine.doors import Answer
    from tests.rfc.conftest import MakeInstallation
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

OPENID: Final = "/.well-known/openid-configuration"
OAUTH: Final = "/.well-known/oauth-authorization-server"
JWKS: Final = "/oauth2/jwks"
EVIL: Final = "evil.example"
PUBLIC_MEMBERS: Final = {
    "EC": {"kty", "kid", "use", "alg", "crv", "x", "y"},
    "RSA": {"kty", "kid", "use", "alg", "n", "e"},
}
LIES: Final[dict[str, dict[str, object]]] = {
    "Host": {"HTTP_HOST": EVIL},
    "Host with a port": {"HTTP_HOST": f"{EVIL}:8443"},
    "Host that looks like ours": {"HTTP_HOST": f"auth.example.org@{EVIL}"},
    "no Host": {"HTTP_HOST": None},
    "broken Host": {"HTTP_HOST": '"><script>'},
    "X-Forwarded-Host": {"HTTP_X_FORWARDED_HOST": EVIL},
    "X-Forwarded-Proto": {"HTTP_X_FORWARDED_PROTO": "http"},
    "X-Forwarded-Port": {"HTTP_X_FORWARDED_PORT": "8443"},
    "X-Forwarded-Prefix": {"HTTP_X_FORWARDED_PREFIX": f"/{EVIL}"},
    "X-Forwarded-Server": {"HTTP_X_FORWARDED_SERVER": EVIL},
    "Forwarded": {"HTTP_FORWARDED": f"for=192.0.2.1;host={EVIL};proto=http"},
    "X-Original-URL": {"HTTP_X_ORIGINAL_URL": f"https://{EVIL}/"},
    "X-Rewrite-URL": {"HTTP_X_REWRITE_URL": f"/{EVIL}"},
    "X-Host": {"HTTP_X_HOST": EVIL},
    "X-Raw-Target": {"HTTP_X_RAW_TARGET": f"https://{EVIL}/"},
    "scheme": {"wsgi.url_scheme": "http"},
    "server name": {"SERVER_NAME": EVIL, "SERVER_PORT": "1"},
    "script name": {"SCRIPT_NAME": f"/{EVIL}"},
}


def said(answer: Answer) -> bytes:
    """The body but for the request id."""
    return answer.body.replace(answer.headers["x-request-id"].encode(), b"")


@pytest.mark.rule("MD-01")
@pytest.mark.parametrize("trusted", ["", "192.0.2.9"])
def test_no_header_moves_the_issuer_or_a_link(
    make_installation: MakeInstallation, trusted: str
) -> None:
    installation = make_installation(AUTHSERVER_SERVER_TRUSTED_PROXIES=trusted)
    lane = installation.lane
    jira = installation.site("jira")
    reader = installation.caller("reader", jira, "READ")
    honest = {path: lane.get(path) for path in (OPENID, OAUTH, JWKS, "/", "/nothing", "/x/../y")}
    peer = trusted or "192.0.2.1"
    for name, lie in LIES.items():
        for path, truth in honest.items():
            answer = lane.knock("GET", path, peer=peer, changes=lie)
            assert (answer.status, said(answer)) == (truth.status, said(truth)), name
            assert EVIL not in str(answer.headers)
        changes = {
            "CONTENT_TYPE": "application/x-www-form-urlencoded",
            "HTTP_AUTHORIZATION": reader.authorization,
            **lie,
        }
        body = b"grant_type=client_credentials"
        answer = lane.knock("POST", TOKEN, body, peer=peer, changes=changes)
        assert claims_of(answer.json["access_token"])["iss"] == ISSUER
    document = honest[OAUTH].json
    assert document["issuer"] == ISSUER
    for name, value in document.items():
        if name.endswith(("_endpoint", "_uri")):
            assert value.startswith(f"{ISSUER}/"), name


@pytest.mark.rule("MD-02")
def test_both_documents_say_the_same(lane: Lane) -> None:
    openid, oauth = lane.get(OPENID), lane.get(OAUTH)
    assert openid.status == 200
    assert openid.json == oauth.json
    for answer in (openid, oauth):
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"].startswith("public, max-age=")
    # RFC 8414 section 2 requires these.
    assert {"issuer", "token_endpoint", "response_types_supported"} <= oauth.json.keys()


@pytest.mark.rule("MD-02")
def test_a_path_in_the_issuer_comes_after_the_well_known_part(
    make_installation: MakeInstallation,
) -> None:
    issuer = f"{ISSUER}/team/one"
    lane = make_installation(AUTHSERVER_ISSUER=issuer).lane
    assert lane.get(f"{OAUTH}/team/one").json["issuer"] == issuer
    assert lane.get(OAUTH).status == 404
    assert lane.get(f"{OAUTH}/team").status == 404
    assert lane.get(f"{OAUTH}/team/one/").status == 404


def assert_public_and_sound(document: dict[str, Any]) -> None:
    """Public keys only, each with all that a reader needs, none weak."""
    keys = document["keys"]
    assert document.keys() == {"keys"}
    assert len({key["kid"] for key in keys}) == len(keys)
    for key in keys:
        assert key.keys() == PUBLIC_MEMBERS[key["kty"]]
        assert key["use"] == "sig"
        if key["kty"] == "EC":
            assert (key["crv"], key["alg"]) == ("P-256", "ES256")
        else:
            assert key["alg"] == "RS256"
            modulus = base64.urlsafe_b64decode(key["n"] + "==")
            assert int.from_bytes(modulus, "big").bit_length() >= 2048
            assert key["e"] == "AQAB"


@pytest.mark.rule("MD-04")
def test_the_jwks_holds_public_members_of_sound_keys(
    installation: Installation, lane: Lane, reader: Caller, jira: Site, wiki: Site
) -> None:
    assert_public_and_sound(lane.get(JWKS).json)
    assert {key["kty"] for key in lane.get(JWKS).json["keys"]} == {"EC", "RSA"}
    writer = installation.caller("writer", wiki, "WRITE")
    algorithms = {key["kid"]: key["alg"] for key in lane.get(JWKS).json["keys"]}
    for caller in (reader, writer):
        header = header_of(lane.token(caller))
        assert header == {"alg": algorithms[header["kid"]], "kid": header["kid"], "typ": "at+jwt"}


@pytest.mark.rule("MD-04")
def test_the_jwks_stays_sound_over_rotation_and_revocation(installation: Installation) -> None:
    lane, signing_keys = installation.lane, installation.container.signing_keys
    act = installation.container.operator
    for _ in range(3):
        installation.clock.advance(31 * 86_400)
        signing_keys.maintain("test", act)
        (active, *_) = [key for key in signing_keys.list() if key.state is KeyState.ACTIVE]
        signing_keys.revoke(active.kid, act)
        installation.poll()
        answer = lane.get(JWKS)
        assert_public_and_sound(answer.json)
        shown = {key["kid"] for key in answer.json["keys"]}
        assert shown == {key.kid for key in signing_keys.list() if key.state.is_published}
        assert active.kid not in shown


@pytest.mark.rule("MD-04")
def test_caches_of_the_jwks_are_told_whether_it_changed(
    make_installation: MakeInstallation,
) -> None:
    installation = make_installation(AUTHSERVER_KEYS_JWKS_MAX_AGE_SECONDS="1800")
    lane, container = installation.lane, installation.container
    first = lane.get(JWKS)
    assert first.headers["cache-control"] == "public, max-age=1800"
    tag = {"If-None-Match": first.headers["etag"]}
    assert (lane.get(JWKS, headers=tag).status, lane.get(JWKS, headers=tag).body) == (304, b"")
    (key, *_) = container.signing_keys.list()
    container.signing_keys.revoke(key.kid, container.operator)
    installation.poll()
    changed = lane.get(JWKS, headers=tag)
    assert changed.status == 200
    assert changed.headers["etag"] != first.headers["etag"]
