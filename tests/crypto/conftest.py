"""What the tests of keys and tokens share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.crypto.forging import Workshop, workshop

if TYPE_CHECKING:
    from authserver.crypto.keyring import Keyring


@pytest.fixture(scope="session")
def shop() -> Workshop:
    """Making an RSA key takes a while: one workshop for all, nobody changes it."""
    return workshop()


@pytest.fixture(scope="session")
def ring(shop: Workshop) -> Keyring:
    return shop.ring
