"""Tokens that are too much, or spelled differently, or in the wrong place (JW-08, JW-09, JW-11)."""

from __future__ import annotations

import io
import json
import zlib
from typing import TYPE_CHECKING, Final

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

from authserver.domain.keys import SigningAlgorithm
from tests.crypto.forging import decoded, segment
from tests.machine.doors import FORM
from tests.rfc.forger import Forger, joined
from tests.rfc.lanes import (
    FORM_PATHS,
    INTROSPECT,
    REVOKE,
    assert_all_inactive,
    assert_invalid_client,
    assert_invalid_request,
)

if TYPE_CHECKING:
    from tests.instances import Caller, Site
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

RS256: Final = SigningAlgorithm.RS256
P256_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
MEBIBYTE: Final = 1_048_576
BODY_LIMIT: Final = 65_536
TOKEN_LIMIT: Final = 16_384


@pytest.fixture
def forger(installation: Installation, reader: Caller) -> Forger:
    return Forger(installation)


class CountingBody(io.BytesIO):
    """A body that knows how much of it was read."""

    def __init__(self, content: bytes) -> None:
        super().__init__(content)
        self.taken = 0

    def read(self, size: int | None = -1, /) -> bytes:
        content = super().read(size)
        self.taken += len(content)
        return content


@pytest.mark.rule("JW-08")
def test_a_token_of_megabytes_is_not_even_read(lane: Lane, jira: Site, reader: Caller) -> None:
    content = b"token=" + b"a" * (8 * MEBIBYTE)
    for path, authorization in ((INTROSPECT, jira.authorization), (REVOKE, reader.authorization)):
        for declared in (str(len(content)), None):
            body = CountingBody(content)
            changes: dict[str, object] = {
                "CONTENT_TYPE": FORM,
                "CONTENT_LENGTH": declared,
                "HTTP_AUTHORIZATION": authorization,
                "wsgi.input": body,
            }
            answer = lane.knock("POST", path, changes=changes)
            assert answer.error == (413, "invalid_request")
            assert body.taken <= BODY_LIMIT + 1


@pytest.mark.rule("JW-08")
def test_a_token_over_16_kib_is_refused_though_we_signed_it(
    lane: Lane, jira: Site, forger: Forger
) -> None:
    for size in (12_000, 20_000, 45_000):
        token = forger.sign(forger.header(), {**forger.claims(), "x": "y" * size})
        answer = lane.asked(jira, token)
        if len(token) > TOKEN_LIMIT:
            assert_invalid_request(answer)
            assert answer.description == "token: at most 16384 characters"
        else:
            assert_all_inactive(lane, jira, [token])


@pytest.mark.rule("JW-08")
def test_encrypted_zipped_and_deeply_nested_tokens_are_refused(
    lane: Lane, jira: Site, forger: Forger
) -> None:
    claims = json.dumps(forger.claims()).encode()
    header = forger.header()
    costly = {"alg": "PBES2-HS256+A128KW", "enc": "A128GCM", "p2s": "AAAA", "p2c": 2_147_483_647}
    deep = b"[" * 5_000 + b"]" * 5_000
    objects = b'{"a":' * 2_000 + b"1" + b"}" * 2_000
    forged = [
        joined(costly, "AAAA", "AAAA", claims, "AAAA"),
        joined({**costly, "kid": header["kid"]}, claims, "AAAA"),
        joined({"alg": "dir", "enc": "A256GCM"}, "", "AAAA", "AAAA", "AAAA"),
        joined({"alg": "ECDH-ES", "enc": "A256GCM", "epk": {}}, "", "AAAA", "AAAA", "AAAA"),
        forger.sign({**header, "zip": "DEF"}, zlib.compress(claims)),
        forger.sign({**header, "zip": "DEF"}, zlib.compress(b"\0" * 8 * MEBIBYTE)),
        forger.sign({**header, "zip": "DEF"}, forger.claims()),
        forger.sign({**header, "enc": "A128GCM"}, forger.claims()),
        forger.sign(header, deep),
        forger.sign(header, objects),
        forger.sign(deep, forger.claims()),
        forger.sign(objects, forger.claims()),
        forger.sign(header, claims[:-1] + b',"x":' + deep + b"}"),
        forger.sign(header, {**forger.claims(), "scope": [[[["READ"]]]]}),
        forger.sign(header, forger.token().encode()),
        forger.sign(header, b'{"x":' + b"9" * 9_000 + b"}"),
        "." * TOKEN_LIMIT,
        "a." * (TOKEN_LIMIT // 2),
    ]
    assert_all_inactive(lane, jira, forged)


@pytest.mark.rule("JW-09")
def test_json_in_another_spelling_is_refused_though_we_signed_it(
    lane: Lane, jira: Site, forger: Forger
) -> None:
    header, claims = forger.header(), forger.claims()
    plain_header, plain = (json.dumps(each, separators=(",", ":")) for each in (header, claims))
    assert lane.is_active(jira, forger.sign(plain_header.encode(), plain.encode()))
    bent_claims = [
        json.dumps(claims),
        json.dumps(claims, indent=1),
        plain.replace('"scope":"READ"', '"scope":"READ","scope":"READ"'),
        plain.replace('"scope":"READ"', '"scope":"READ","scope":"ADMIN"'),
        plain.replace('{"iss"', '{"sub":"user:1","iss"'),
        plain.replace("READ", "\\u0052EAD"),
        plain.replace("}", ',"sub":"client:reader"}'),
        plain.replace("}", ",}"),
        plain + " ",
        plain + "\n",
        plain + "{}",
        plain + "\0",
        " " + plain,
        "\ufeff" + plain,
        plain.replace('"', "'"),
        plain.replace("READ", "READ\x01"),
        plain.replace("READ", "READ\\ud800"),
        plain.replace("READ", "READ\\/"),
        f"[{plain}]",
        f"/**/{plain}",
        "null",
        '"x"',
        "1",
        "",
    ]
    forged = [forger.sign(header, text.encode() or b" ") for text in bent_claims]
    forged += [forger.sign(header, plain.encode(code)) for code in ("utf-16", "utf-32")]
    forged.append(forger.sign(header, plain.encode().replace(b"READ", b"READ\xff")))
    bent_headers = [
        json.dumps(header),
        json.dumps(header, sort_keys=True),
        plain_header.replace("}", ',"alg":"ES256"}'),
        plain_header.replace('{"alg"', '{"alg":"none","alg"'),
        plain_header.replace("}", ',"typ":"at+jwt"}'),
        plain_header.replace("ES256", "\\u0045S256"),
        plain_header.replace("at+jwt", "at\\u002bjwt"),
        plain_header + " ",
        "\ufeff" + plain_header,
        json.dumps(dict(reversed(header.items())), separators=(",", ":")),
    ]
    forged += [forger.sign(text.encode(), claims) for text in bent_headers]
    assert_all_inactive(lane, jira, forged)


@pytest.mark.rule("JW-09")
def test_a_signature_has_one_spelling(lane: Lane, jira: Site, forger: Forger) -> None:
    token = forger.token()
    head, body, signature = token.split(".")
    raw = decoded(signature)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    twin = raw[:32] + (P256_ORDER - s).to_bytes(32, "big")
    others = [
        twin,
        encode_dss_signature(r, s),
        raw + b"\0",
        b"\0" + raw,
        raw[:-1],
        raw[32:] + raw[:32],
        bytes(64),
        b"\xff" * 64,
        (P256_ORDER).to_bytes(32, "big") * 2,
        b"",
    ]
    others += [bytes([*raw[:place], raw[place] ^ 1, *raw[place + 1 :]]) for place in range(64)]
    forged = [f"{head}.{body}.{segment(other)}" for other in others]
    flattened = {"protected": head, "payload": body, "signature": signature}
    general = {"payload": body, "signatures": [{"protected": head, "signature": signature}]}
    forged += [json.dumps(flattened), json.dumps(general)]
    forged += [f"{token}.", f".{token}", f"{head}..{signature}", f"{head}.{body}", head]
    forged += [f"{head}.{body}.{signature}.{signature}", f"{head}.{body}.{signature}="]
    forged += [f"{head}={'.'}{body}.{signature}", f"{head}.{body}=.{signature}", f"Bearer {token}"]
    assert_all_inactive(lane, jira, forged)
    assert lane.is_active(jira, token)


@pytest.mark.rule("JW-11")
def test_an_access_token_is_no_credential_in_query_or_body(
    lane: Lane, reader: Caller, jira: Site
) -> None:
    token = lane.token(reader)
    form = {"grant_type": "client_credentials", "token": token}
    for path in FORM_PATHS:
        assert_invalid_client(lane.post(path, {**form, "access_token": token}))
        assert_invalid_client(lane.post(path, form, f"Bearer {token}"))
        for authorization in (None, f"Bearer {token}", reader.authorization):
            in_query = lane.post(path, form, authorization, query=f"access_token={token}")
            assert_invalid_request(in_query)
        both = lane.post(path, {**form, "access_token": token}, f"Bearer {token}")
        assert both.status in {400, 401}
    for path in ("/oauth2/jwks", "/.well-known/openid-configuration", "/", "/metrics"):
        answer = lane.knock("GET", path, query=f"access_token={token}")
        assert token.encode() not in answer.body
    assert lane.is_active(jira, token)
