"""Credentials of sites move between seals and nowhere else."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import pytest

from authserver.crypto.credential_seals import ServiceCredentialResealer
from authserver.crypto.sealing import SealBroken, Sealer
from authserver.domain.hand_over import CREDENTIAL_PURPOSE, HandOver, HandOverKind
from tests.doubles import EPOCH, FakeEntropy

OLD: Final = {"1": bytes(range(32))}
BOTH: Final = OLD | {"2": bytes(range(32, 64))}
SECRET: Final = b"Bearer service-token"


def stored(sealer: Sealer, resource: str = "jira-main") -> HandOver:
    sealed = sealer.seal(SECRET, purpose=CREDENTIAL_PURPOSE, context=resource)
    return HandOver(resource, HandOverKind.SERVICE_CREDENTIAL, "svc", "", sealed, EPOCH)


def test_a_credential_moves_to_the_newest_key_once() -> None:
    before = stored(Sealer(OLD, "1", FakeEntropy()))
    both = Sealer(BOTH, "2", FakeEntropy())
    resealer = ServiceCredentialResealer(both)
    assert resealer.key_file(before) == "kek-1.key"
    after = resealer.reseal(before)
    assert after is not None
    assert resealer.key_file(after) == "kek-2.key"
    assert replace(after, sealed=before.sealed) == before
    assert both.open(after.sealed, purpose=CREDENTIAL_PURPOSE, context="jira-main") == SECRET
    assert resealer.reseal(after) is None


def test_a_credential_of_another_site_does_not_move() -> None:
    moved = replace(stored(Sealer(OLD, "1", FakeEntropy()), "wiki"), resource="jira-main")
    with pytest.raises(SealBroken):
        ServiceCredentialResealer(Sealer(BOTH, "2", FakeEntropy())).reseal(moved)


def test_without_the_old_file_a_credential_does_not_move() -> None:
    before = stored(Sealer(OLD, "1", FakeEntropy()))
    newer = Sealer({"2": BOTH["2"]}, "2", FakeEntropy())
    with pytest.raises(SealBroken, match="whose file is missing"):
        ServiceCredentialResealer(newer).reseal(before)
    assert ServiceCredentialResealer(newer).key_file(before) == "kek-1.key"


def test_what_is_not_sealed_names_no_file() -> None:
    broken = replace(stored(Sealer(OLD, "1", FakeEntropy())), sealed=b"Bearer in-clear")
    with pytest.raises(SealBroken):
        ServiceCredentialResealer(Sealer(OLD, "1", FakeEntropy())).key_file(broken)
