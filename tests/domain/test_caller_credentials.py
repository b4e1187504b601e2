"""Every call carries one kind of credential, and only one kind is looked at further."""

from __future__ import annotations

import pytest

from authserver.domain.caller_credentials import (
    CallerCredential,
    CredentialKind,
    read_credential,
)


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (None, CredentialKind.NONE),
        ("", CredentialKind.MALFORMED),
        ("Basic YWRtaW46YWRtaW4=", CredentialKind.BASIC),
        ("bAsIc x", CredentialKind.BASIC),
        ('OAuth oauth_consumer_key="x", oauth_token="y"', CredentialKind.OAUTH1),
        ("JWT eyJ.x.y", CredentialKind.CONNECT_JWT),
        ("DPoP eyJ.x.y", CredentialKind.UNKNOWN),
        ("Negotiate abc", CredentialKind.UNKNOWN),
        ("eyJ.x.y", CredentialKind.UNKNOWN),
        (" Bearer x", CredentialKind.UNKNOWN),
        ("Bearer\tx", CredentialKind.UNKNOWN),
        ("Bearer", CredentialKind.MALFORMED),
        ("Bearer ", CredentialKind.MALFORMED),
        ("Bearer  x", CredentialKind.MALFORMED),
        ("Bearer x ", CredentialKind.MALFORMED),
        ("Bearer x,Bearer y", CredentialKind.MALFORMED),
        ("Bearer x, Basic y", CredentialKind.MALFORMED),
        ("Bearer x\ny", CredentialKind.MALFORMED),
        ("Bearer é", CredentialKind.MALFORMED),
    ],
)
@pytest.mark.rule("FA-12")
def test_whatever_is_not_one_bearer_token_has_a_kind_of_its_own(
    header: str | None, kind: CredentialKind
) -> None:
    assert read_credential(header, session=False) == CallerCredential(kind)


@pytest.mark.parametrize("header", ["Bearer eyJ.x-_.y", "bearer eyJ.x-_.y", "BEARER eyJ.x-_.y"])
def test_a_bearer_token_is_taken_out_of_its_header(header: str) -> None:
    assert read_credential(header, session=False) == CallerCredential(
        CredentialKind.BEARER, "eyJ.x-_.y"
    )


def test_a_session_alone_is_a_kind_of_its_own() -> None:
    assert read_credential(None, session=True) == CallerCredential(CredentialKind.SESSION)


@pytest.mark.parametrize("header", ["Bearer x", "Basic x", "nonsense", ""])
@pytest.mark.rule("FA-12")
def test_a_session_beside_anything_else_is_several_credentials(header: str) -> None:
    assert read_credential(header, session=True) == CallerCredential(CredentialKind.SEVERAL)


def test_a_token_value_is_in_no_representation() -> None:
    assert "secret" not in repr(read_credential("Bearer secret", session=False))
