"""The keys of the audit trail."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from authserver.crypto.audit_keys import Ed25519Checkpoints, HmacChainKeys
from authserver.crypto.key_files import KeyFamily

FAMILY = KeyFamily("2", {"2": b"n" * 32, "1": b"o" * 32})


def test_a_chain_key_is_hmac_sha_256() -> None:
    keys = HmacChainKeys(FAMILY)
    expected = hmac.new(b"n" * 32, b"record", hashlib.sha256).digest()
    assert (keys.current.key_id, keys.current.mac(b"record")) == ("2", expected)


def test_older_chain_keys_are_found_and_unknown_ones_not() -> None:
    keys = HmacChainKeys(FAMILY)
    old = keys.find("1")
    assert old is not None
    assert old.mac(b"record") == hmac.new(b"o" * 32, b"record", hashlib.sha256).digest()
    assert keys.find("3") is None


def test_a_checkpoint_verifies_under_its_key_only() -> None:
    checkpoints = Ed25519Checkpoints(FAMILY)
    signature = checkpoints.sign(b"statement")
    assert checkpoints.key_id == "2"
    assert checkpoints.verify("2", b"statement", signature)
    assert not checkpoints.verify("1", b"statement", signature)
    assert not checkpoints.verify("3", b"statement", signature)
    assert not checkpoints.verify("2", b"other", signature)


@pytest.mark.parametrize("signature", [b"", b"x", bytes(63), bytes(64), bytes(65)])
def test_any_bytes_are_no_signature(signature: bytes) -> None:
    assert not Ed25519Checkpoints(FAMILY).verify("2", b"statement", signature)


def test_an_auditor_needs_the_public_key_alone() -> None:
    checkpoints = Ed25519Checkpoints(FAMILY)
    pem = checkpoints.public_pem("2")
    assert pem is not None
    public = load_pem_public_key(pem.encode())
    assert isinstance(public, Ed25519PublicKey)
    public.verify(checkpoints.sign(b"statement"), b"statement")
    assert checkpoints.public_pem("3") is None


@pytest.mark.rule("MD-07")
def test_representations_hold_no_key() -> None:
    shown = f"{HmacChainKeys(FAMILY).current!r} {FAMILY!r} {Ed25519Checkpoints(FAMILY)!r}"
    assert "nnnn" not in shown
    assert repr(HmacChainKeys(FAMILY).current) == "HmacChainKey('2')"
