"""The keyring signs, reads what it signed, and shows public members only."""

from __future__ import annotations

import base64
import json
import threading
from dataclasses import replace

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authserver.crypto.keyring import Keyring
from authserver.crypto.public_jwks import thumbprint
from authserver.crypto.sealing import Sealer
from authserver.crypto.signing_keys import SigningKeyMaker
from authserver.domain.errors import ProtocolRefusal, StorageUnavailable
from authserver.domain.keys import KeyState, SigningAlgorithm, SigningKey
from authserver.domain.tokens import AccessToken
from tests.crypto.forging import ES256, ISSUER, RS256, TOKEN, Workshop, decoded, workshop
from tests.doubles import EPOCH, FakeEntropy

SHOP = workshop()


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_what_was_signed_is_read(ring: Keyring, algorithm: SigningAlgorithm) -> None:
    for _ in range(50):
        assert ring.read(ring.sign(TOKEN, algorithm)) == TOKEN


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)
SCOPES = st.text(st.sampled_from("abz:.-_!#[]^~09"), min_size=1, max_size=12)
TOKENS = st.builds(
    AccessToken,
    issuer=st.just(ISSUER),
    subject=TEXTS,
    audience=TEXTS,
    client_id=TEXTS,
    scopes=st.frozensets(SCOPES, min_size=1, max_size=5),
    issued_at=st.just(int(EPOCH)),
    expires_at=st.integers(int(EPOCH) + 1, int(EPOCH) + 3600),
    token_id=TEXTS,
    grant_id=TEXTS,
)


@settings(max_examples=200)
@given(TOKENS)
def test_every_token_that_can_be_signed_is_read_as_it_was(token: AccessToken) -> None:
    assert SHOP.ring.read(SHOP.ring.sign(token, ES256)) == token


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
@pytest.mark.rule("JW-10")
def test_a_token_is_one_of_rfc_9068(shop: Workshop, algorithm: SigningAlgorithm) -> None:
    header, payload, _ = shop.ring.sign(TOKEN, algorithm).split(".")
    kid = shop.opened(algorithm).public.kid
    assert json.loads(decoded(header)) == {"alg": algorithm.value, "kid": kid, "typ": "at+jwt"}
    assert json.loads(decoded(payload)) == {
        "iss": ISSUER,
        "sub": "client:ci-job",
        "aud": "https://jira.example.org",
        "client_id": "ci-job",
        "scope": "read:jira-work write:jira-work",
        "iat": TOKEN.issued_at,
        "exp": TOKEN.expires_at,
        "jti": TOKEN.token_id,
        "grant_id": TOKEN.grant_id,
    }


@pytest.mark.parametrize("algorithm", SigningAlgorithm)
def test_others_verify_our_tokens_with_the_published_keys(
    ring: Keyring, algorithm: SigningAlgorithm
) -> None:
    value = ring.sign(TOKEN, algorithm)
    kid = jwt.get_unverified_header(value)["kid"]
    key = jwt.PyJWKSet.from_json(ring.jwks().decode())[kid]
    claims = jwt.decode(
        value,
        key,
        algorithms=[algorithm.value],
        audience=TOKEN.audience,
        issuer=ISSUER,
        options={"require": ["exp", "iat", "jti", "sub"], "verify_exp": False, "verify_iat": False},
    )
    assert claims["scope"] == TOKEN.scope


def test_every_es256_signature_is_written_in_its_low_form(ring: Keyring) -> None:
    half = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551 // 2
    for _ in range(40):
        signature = decoded(ring.sign(TOKEN, ES256).split(".")[2])
        assert len(signature) == 64
        assert 0 < int.from_bytes(signature[32:], "big") <= half


@pytest.mark.parametrize(
    "token",
    [
        replace(TOKEN, issuer="https://other.example.org"),
        replace(TOKEN, subject=""),
        replace(TOKEN, audience=""),
        replace(TOKEN, client_id=""),
        replace(TOKEN, token_id=""),
        replace(TOKEN, grant_id=""),
        replace(TOKEN, scopes=frozenset()),
        replace(TOKEN, scopes=frozenset({"two words"})),
        replace(TOKEN, scopes=frozenset({"", "read"})),
        replace(TOKEN, scopes=frozenset({'quo"te'})),
        replace(TOKEN, expires_at=TOKEN.issued_at),
        replace(TOKEN, expires_at=TOKEN.issued_at + 3601),
        replace(TOKEN, issued_at=-1, expires_at=10),
    ],
    ids=range(13),
)
def test_a_token_that_nobody_could_read_is_not_signed(ring: Keyring, token: AccessToken) -> None:
    with pytest.raises(ValueError, match="token"):
        ring.sign(token, ES256)


def test_more_scopes_than_a_token_can_carry_are_the_clients_mistake(ring: Keyring) -> None:
    scopes = frozenset(f"read:something-rather-long:{number}" for number in range(500))
    with pytest.raises(ProtocolRefusal) as caught:
        ring.sign(replace(TOKEN, scopes=scopes), ES256)
    assert caught.value.error == "invalid_scope"


def in_state(key: SigningKey, state: KeyState, at: float = EPOCH) -> SigningKey:
    return replace(key, state=state, activated_at=at)


@pytest.fixture(scope="module")
def maker() -> SigningKeyMaker:
    return SigningKeyMaker(SHOP.sealer)


@pytest.mark.rule("MD-04")
def test_the_published_document_has_public_members_only(ring: Keyring) -> None:
    keys = json.loads(ring.jwks())["keys"]
    assert {key["kty"] for key in keys} == {"EC", "RSA"}
    for key in keys:
        public = {"EC": {"crv", "x", "y"}, "RSA": {"n", "e"}}[key["kty"]]
        assert set(key) == {"kty", "kid", "use", "alg"} | public
        assert (key["use"], key["kid"]) == ("sig", thumbprint(key))
        assert key["alg"] == {"EC": "ES256", "RSA": "RS256"}[key["kty"]]
        assert key.get("crv", "P-256") == "P-256"
        if key["kty"] == "RSA":
            assert int.from_bytes(decoded(key["n"]), "big").bit_length() >= 2048
    assert len({key["kid"] for key in keys}) == len(keys) == 2


@pytest.mark.rule("MD-05")
def test_next_active_and_retiring_keys_are_published_and_count(maker: SigningKeyMaker) -> None:
    active, waiting, retiring, gone, revoked = (maker.make(ES256, EPOCH) for _ in range(5))
    everybody = [
        in_state(retiring, KeyState.RETIRING),
        in_state(gone, KeyState.GONE),
        waiting,
        in_state(revoked, KeyState.REVOKED),
        in_state(active, KeyState.ACTIVE),
    ]
    ring = Keyring(everybody, SHOP.sealer, ISSUER)
    shown = [key["kid"] for key in json.loads(ring.jwks())["keys"]]
    assert shown == [active.kid, waiting.kid, retiring.kid]
    for key in (active, waiting, retiring):
        assert ring.read(signed_by(key)) == TOKEN
    for key in (gone, revoked):
        assert ring.read(signed_by(key)) is None


def signed_by(key: SigningKey) -> str:
    return Keyring([in_state(key, KeyState.ACTIVE)], SHOP.sealer, ISSUER).sign(TOKEN, ES256)


def test_the_key_that_became_active_last_signs(maker: SigningKeyMaker) -> None:
    earlier = in_state(maker.make(ES256, EPOCH), KeyState.ACTIVE, EPOCH + 1)
    later = in_state(maker.make(ES256, EPOCH), KeyState.ACTIVE, EPOCH + 2)
    for keys in ([earlier, later], [later, earlier]):
        value = Keyring(keys, SHOP.sealer, ISSUER).sign(TOKEN, ES256)
        assert jwt.get_unverified_header(value)["kid"] == later.kid


def test_without_an_active_key_nothing_is_signed(maker: SigningKeyMaker) -> None:
    waiting = maker.make(ES256, EPOCH)
    retiring = in_state(maker.make(ES256, EPOCH), KeyState.RETIRING)
    for keys in ([], [waiting, retiring]):
        with pytest.raises(StorageUnavailable, match="no active ES256 key"):
            Keyring(keys, SHOP.sealer, ISSUER).sign(TOKEN, ES256)
    only_es256 = Keyring([in_state(waiting, KeyState.ACTIVE)], SHOP.sealer, ISSUER)
    with pytest.raises(StorageUnavailable, match="no active RS256 key"):
        only_es256.sign(TOKEN, RS256)


def test_the_entity_tag_follows_the_document_and_not_the_order_of_rows(
    maker: SigningKeyMaker,
) -> None:
    keys = [
        in_state(maker.make(ES256, EPOCH), KeyState.ACTIVE),
        maker.make(ES256, EPOCH),
        maker.make(ES256, EPOCH),
    ]
    ring = Keyring(keys, SHOP.sealer, ISSUER)
    other_node = Keyring(keys[::-1], SHOP.sealer, ISSUER)
    assert (ring.jwks(), ring.etag()) == (other_node.jwks(), other_node.etag())
    assert ring.etag() != Keyring(keys[:2], SHOP.sealer, ISSUER).etag()
    assert ring.etag().startswith('"')
    assert ring.etag().endswith('"')


@pytest.mark.rule("MD-07")
def test_a_key_without_its_private_half_stops_the_keyring(maker: SigningKeyMaker) -> None:
    key = in_state(maker.make(ES256, EPOCH), KeyState.RETIRING)
    stranger = SigningKeyMaker(Sealer({"1": b"s" * 32}, "1", FakeEntropy("stranger")))
    forged = in_state(stranger.make(ES256, EPOCH), KeyState.RETIRING)
    for rows in ([forged], [replace(key, sealed_private=b"")], [replace(key, kid=forged.kid)]):
        with pytest.raises(StorageUnavailable, match="cannot be used"):
            Keyring([in_state(maker.make(ES256, EPOCH), KeyState.ACTIVE), *rows], SHOP.sealer, "x")


def test_an_ended_key_needs_no_private_half(maker: SigningKeyMaker) -> None:
    ended = replace(maker.make(ES256, EPOCH), state=KeyState.REVOKED, sealed_private=b"")
    assert json.loads(Keyring([ended], SHOP.sealer, ISSUER).jwks()) == {"keys": []}


@pytest.mark.rule("MD-07")
def test_the_representation_names_issuer_and_kids(shop: Workshop) -> None:
    shown = repr(shop.ring)
    for algorithm in SigningAlgorithm:
        assert shop.opened(algorithm).public.kid in shown
    assert base64.b64encode(shop.keys[0].sealed_private).decode() not in shown
    assert len(shown) < 200


def test_threads_share_a_keyring(shop: Workshop) -> None:
    wrong: list[object] = []

    def work(number: int) -> None:
        token = replace(TOKEN, token_id=f"token-{number}")
        for algorithm in SigningAlgorithm:
            for _ in range(25):
                read = shop.ring.read(shop.ring.sign(token, algorithm))
                if read != token:
                    wrong.append(read)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
