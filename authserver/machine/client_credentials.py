"""Which client authentication a request presents: exactly one (RFC 6749 section 2.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.clients import ClientAuthMethod
from authserver.domain.credentials import PresentedCredentials
from authserver.domain.errors import InvalidField
from authserver.machine.basic_auth import read_basic

if TYPE_CHECKING:
    from collections.abc import Mapping

JWT_BEARER: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
"""The assertion type of RFC 7523 section 2.2."""

CREDENTIAL_FIELDS: Final[Mapping[str, int]] = {
    "client_id": 200,
    "client_secret": 1024,
    "client_assertion": 8192,
    "client_assertion_type": 200,
}
"""Form fields that authenticate a client, and their longest values in characters."""

_OF_THE_BODY: Final = frozenset({"client_secret", "client_assertion", "client_assertion_type"})
_ONE_METHOD: Final = "authenticate in one way only: header, client_secret or client_assertion"


def presented_credentials(
    fields: Mapping[str, str], authorization: str | None
) -> PresentedCredentials | None:
    """What the request presents; `None` when it names no client at all.

    `fields` holds no empty values; `authorization` is the header's value, `None` when there is no
    such header. A `client_id` in the body beside the header is no second method as long as it
    names the same client.

    Raises:
        InvalidClient: the Authorization header is not well-formed Basic.
        InvalidField: two methods at once, or half of one.
    """
    if authorization is not None:
        return _by_header(fields, authorization)
    if "client_assertion" in fields or "client_assertion_type" in fields:
        return _by_assertion(fields)
    client_id = fields.get("client_id", "")
    secret = fields.get("client_secret", "")
    if secret:
        if not client_id:
            raise InvalidField("client_id", "required with client_secret")
        return PresentedCredentials(ClientAuthMethod.SECRET_POST, client_id, secret=secret)
    if client_id:
        return PresentedCredentials(ClientAuthMethod.NONE, client_id)
    return None


def _by_header(fields: Mapping[str, str], authorization: str) -> PresentedCredentials:
    if not _OF_THE_BODY.isdisjoint(fields):
        raise InvalidField("Authorization", _ONE_METHOD)
    client_id, secret = read_basic(authorization)
    if fields.get("client_id", client_id) != client_id:
        raise InvalidField("client_id", "absent, or the same as in the Authorization header")
    return PresentedCredentials(ClientAuthMethod.SECRET_BASIC, client_id, secret=secret)


def _by_assertion(fields: Mapping[str, str]) -> PresentedCredentials:
    if "client_secret" in fields:
        raise InvalidField("client_secret", _ONE_METHOD)
    assertion = fields.get("client_assertion", "")
    if not assertion:
        raise InvalidField("client_assertion", "required with client_assertion_type")
    if fields.get("client_assertion_type") != JWT_BEARER:
        raise InvalidField("client_assertion_type", f"must be {JWT_BEARER}")
    return PresentedCredentials(
        ClientAuthMethod.PRIVATE_KEY_JWT, fields.get("client_id", ""), assertion=assertion
    )
