"""HTTP Basic as OAuth uses it (RFC 7617, RFC 6749 section 2.3.1), read strictly."""

from __future__ import annotations

import binascii
from typing import Final

from authserver.domain.errors import InvalidClient
from authserver.domain.form_components import FormComponentError, decode_component

LONGEST_HEADER: Final = 4096


def read_basic(header: str) -> tuple[str, str]:
    """Client id and secret from the value of an `Authorization` header.

    Both halves are form-decoded exactly once. A secret may hold colons; an id may not.

    Raises:
        InvalidClient: anything but `Basic` with canonical base64 of UTF-8 `id:secret`; two
            headers that a server joined by a comma count as that.
    """
    if len(header) > LONGEST_HEADER:
        raise InvalidClient(f"Authorization header over {LONGEST_HEADER} characters")
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise InvalidClient("Authorization header: not the Basic scheme, or more than one header")
    encoded = encoded.lstrip(" ")
    try:
        # A decoder that skips foreign characters would let one secret have many spellings.
        raw = binascii.a2b_base64(encoded)
        if binascii.b2a_base64(raw, newline=False) != encoded.encode("ascii"):
            raise InvalidClient("Basic: base64 is not canonical")
        text = raw.decode("utf-8")
    except (binascii.Error, UnicodeError, ValueError):
        raise InvalidClient("Basic: not base64 of UTF-8") from None
    raw_id, colon, raw_secret = text.partition(":")
    if not colon:
        raise InvalidClient("Basic: no colon")
    try:
        client_id = decode_component(raw_id)
        secret = decode_component(raw_secret)
    except FormComponentError as broken:
        raise InvalidClient(f"Basic: {broken}") from None
    if not client_id or not secret:
        raise InvalidClient("Basic: empty client id or secret")
    return client_id, secret
