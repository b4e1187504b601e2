"""Exactly one client authentication per request."""

from __future__ import annotations

import pytest

from authserver.domain.clients import ClientAuthMethod
from authserver.domain.errors import InvalidField
from authserver.machine.client_credentials import JWT_BEARER, presented_credentials
from tests.machine.doors import basic

HEADER = basic("reporting", "swordfish")


def test_a_request_without_any_names_no_client() -> None:
    assert presented_credentials({}, None) is None


def test_a_client_id_alone_authenticates_nobody() -> None:
    presented = presented_credentials({"client_id": "spa"}, None)
    assert presented is not None
    assert (presented.method, presented.client_id) == (ClientAuthMethod.NONE, "spa")


def test_a_secret_in_the_body() -> None:
    presented = presented_credentials({"client_id": "a", "client_secret": "b"}, None)
    assert presented is not None
    assert presented.method is ClientAuthMethod.SECRET_POST
    assert (presented.client_id, presented.secret) == ("a", "b")


def test_a_header() -> None:
    presented = presented_credentials({}, HEADER)
    assert presented is not None
    assert presented.method is ClientAuthMethod.SECRET_BASIC
    assert (presented.client_id, presented.secret) == ("reporting", "swordfish")


@pytest.mark.parametrize("client_id", [{}, {"client_id": "a"}])
def test_an_assertion(client_id: dict[str, str]) -> None:
    fields = client_id | {"client_assertion": "e.y.J", "client_assertion_type": JWT_BEARER}
    presented = presented_credentials(fields, None)
    assert presented is not None
    assert presented.method is ClientAuthMethod.PRIVATE_KEY_JWT
    assert (presented.client_id, presented.assertion) == (client_id.get("client_id", ""), "e.y.J")


def test_the_same_client_id_beside_the_header_is_no_second_method() -> None:
    assert presented_credentials({"client_id": "reporting"}, HEADER) is not None
    with pytest.raises(InvalidField, match="same as in the Authorization header"):
        presented_credentials({"client_id": "other"}, HEADER)


@pytest.mark.parametrize(
    ("fields", "authorization"),
    [
        ({"client_secret": "x"}, HEADER),
        ({"client_id": "reporting", "client_secret": "swordfish"}, HEADER),
        ({"client_assertion": "x", "client_assertion_type": JWT_BEARER}, HEADER),
        ({"client_assertion_type": JWT_BEARER}, HEADER),
        (
            {
                "client_id": "a",
                "client_secret": "b",
                "client_assertion": "x",
                "client_assertion_type": JWT_BEARER,
            },
            None,
        ),
    ],
)
def test_two_methods_at_once_are_refused(fields: dict[str, str], authorization: str | None) -> None:
    with pytest.raises(InvalidField, match="one way only"):
        presented_credentials(fields, authorization)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"client_secret": "x"}, "client_id"),
        ({"client_assertion": "x"}, "client_assertion_type"),
        ({"client_assertion": "x", "client_assertion_type": "saml"}, "client_assertion_type"),
        ({"client_assertion_type": JWT_BEARER}, "client_assertion"),
    ],
)
def test_half_a_method_is_refused_by_the_name_of_the_other_half(
    fields: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidField) as refusal:
        presented_credentials(fields, None)
    assert refusal.value.field == field


def test_no_representation_shows_what_was_presented() -> None:
    for fields, header in (
        ({}, HEADER),
        ({"client_id": "a", "client_secret": "swordfish"}, None),
        ({"client_assertion": "swordfish", "client_assertion_type": JWT_BEARER}, None),
    ):
        assert "swordfish" not in repr(presented_credentials(fields, header))
