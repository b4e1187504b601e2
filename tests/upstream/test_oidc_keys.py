"""A provider's key set: bounded, and reduced to what we can use."""

from __future__ import annotations

import pytest

from authserver.domain.outbound import OutboundError
from authserver.domain.upstream_ports import DocumentRefused
from tests.crypto.providers import ec_key, public_jwk, rsa_key
from tests.upstream.providers import OKTA_METADATA
from tests.upstream.scripted_http import ScriptedHttp, page, said, servers

URI = OKTA_METADATA.jwks_uri
GOOD = public_jwk(rsa_key(), "good")
WEAK = public_jwk(rsa_key(1024), "weak")


def kids(document: object) -> list[object]:
    return [jwk["kid"] for jwk in servers(ScriptedHttp([said(document)])).keys(URI)]


def test_the_keys_that_can_be_used_are_read() -> None:
    elliptic = public_jwk(ec_key(), "elliptic")
    assert kids({"keys": [GOOD, WEAK, elliptic, "junk", None]}) == ["good", "elliptic"]


@pytest.mark.rule("F-26")
@pytest.mark.parametrize("keys", [[], [WEAK], ["junk"], [GOOD, GOOD]])
def test_a_set_without_a_key_for_us_is_an_answer(keys: list[object]) -> None:
    assert kids({"keys": keys}) == []


@pytest.mark.rule("F-25")
@pytest.mark.parametrize("document", [{}, {"keys": None}, {"keys": {}}, {"keys": "x"}, {"keys": 7}])
def test_what_is_no_set_is_refused(document: object) -> None:
    with pytest.raises(DocumentRefused):
        kids(document)


@pytest.mark.rule("F-26")
def test_ten_thousand_keys_are_too_many_and_a_thousand_are_not() -> None:
    assert len(kids({"keys": [{**GOOD, "kid": f"k{each}"} for each in range(1000)]})) == 1000
    small = {"kty": "RSA"}
    with pytest.raises(DocumentRefused, match="1000"):
        kids({"keys": [small] * 1001})
    with pytest.raises(OutboundError):
        kids({"keys": [small] * 10_000})


@pytest.mark.rule("F-25")
def test_a_page_is_no_set() -> None:
    for answer in (page(), page(503), said([GOOD]), said({"keys": [GOOD]}, 404)):
        with pytest.raises(OutboundError):
            servers(ScriptedHttp([answer])).keys(URI)
