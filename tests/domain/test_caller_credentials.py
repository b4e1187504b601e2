"""Every call carries one kind of credential; what is ours is never taken for a password."""

from __future__ import annotations

from base64 import b64encode

import pytest

from authserver.domain.caller_credentials import (
    CallerCredential,
    CredentialKind,
    read_credential,
)
from authserver.domain.jwt_parameters import JwtInQuery

TOKEN = "asv_pat_" + "A" * 49


def basic(pair: str, encoding: str = "utf-8") -> str:
    """A header of Basic authentication."""
    return "Basic " + b64encode(pair.encode(encoding)).decode()


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        (None, CredentialKind.NONE),
        ("", CredentialKind.MALFORMED),
        ("DPoP eyJ.x.y", CredentialKind.UNKNOWN),
        ("Negotiate abc", CredentialKind.UNKNOWN),
        ("eyJ.x.y", CredentialKind.UNKNOWN),
        (f"Token {TOKEN}", CredentialKind.UNKNOWN),
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
        ("JWT", CredentialKind.MALFORMED),
        ("JWT x.y", CredentialKind.MALFORMED),
        ("JWT x.y.z w", CredentialKind.MALFORMED),
        ('OAuth oauth_token="é"', CredentialKind.MALFORMED),
        ("Basic", CredentialKind.MALFORMED),
        ("Basic x", CredentialKind.MALFORMED),
        ("Basic YTpi, Basic YTpi", CredentialKind.MALFORMED),
        ("Basic  YTpi", CredentialKind.MALFORMED),
        ("Basic YTpi=", CredentialKind.MALFORMED),
        ("Basic YT!pi", CredentialKind.MALFORMED),
        ("Basic YWI", CredentialKind.MALFORMED),
        (basic("without a colon"), CredentialKind.MALFORMED),
        (basic("ä:ö", "latin-1"), CredentialKind.MALFORMED),
        (basic("a\n:b"), CredentialKind.MALFORMED),
        (basic("a:b\x7f"), CredentialKind.MALFORMED),
    ],
)
@pytest.mark.rule("FA-12")
def test_whatever_cannot_be_read_in_one_way_has_a_kind_of_its_own(
    header: str | None, kind: CredentialKind
) -> None:
    assert read_credential(header, session=False) == CallerCredential(kind)


@pytest.mark.parametrize("header", ["Bearer eyJ.x-_.y", "bearer eyJ.x-_.y", "BEARER eyJ.x-_.y"])
def test_a_bearer_token_is_taken_out_of_its_header(header: str) -> None:
    assert read_credential(header, session=False) == CallerCredential(
        CredentialKind.BEARER, "eyJ.x-_.y"
    )
    opaque = f"{header.partition(' ')[0]} NjQ1MzE2"
    assert read_credential(opaque, session=False) == CallerCredential(
        CredentialKind.BEARER, "NjQ1MzE2", header=opaque
    )


@pytest.mark.parametrize("scheme", ["JWT", "jwt"])
def test_a_connect_jwt_comes_in_the_header_or_in_the_query(scheme: str) -> None:
    in_header = read_credential(f"{scheme} x.y.z", session=False)
    assert in_header == CallerCredential(CredentialKind.CONNECT_JWT, "x.y.z")
    in_query = read_credential(None, session=False, in_query=JwtInQuery("x.y.z", ""))
    assert in_query == CallerCredential(CredentialKind.CONNECT_JWT, "x.y.z", from_query=True)


@pytest.mark.parametrize(
    ("header", "session", "value"),
    [
        ("Bearer x", False, "x.y.z"),
        ("JWT x.y.z", False, "x.y.z"),
        ("", False, "x.y.z"),
        (None, True, "x.y.z"),
        (None, False, ""),
    ],
)
def test_a_jwt_in_the_query_beside_anything_else_is_several_credentials(
    header: str | None, value: str, *, session: bool
) -> None:
    found = read_credential(header, session=session, in_query=JwtInQuery(value, ""))
    assert found == CallerCredential(CredentialKind.SEVERAL)


def test_of_a_password_only_the_user_name_is_kept() -> None:
    header = basic("Alice:open:sesame")
    found = read_credential(header, session=False)
    assert found == CallerCredential(CredentialKind.BASIC, "", "alice", header=header)
    assert "sesame" not in repr(found)
    assert header.partition(" ")[2] not in repr(found)


@pytest.mark.rule("AK-04")
@pytest.mark.parametrize(
    "password",
    [TOKEN, f" {TOKEN}", f"{TOKEN} ", "asv_pat_", TOKEN.upper(), f"x{TOKEN}", "asv_cs_abc"],
)
@pytest.mark.trap(3)
def test_what_looks_like_a_secret_of_ours_goes_on_to_no_site(password: str) -> None:
    found = read_credential(basic(f"alice:{password}"), session=False)
    assert (found.kind, found.token_value) == (CredentialKind.BASIC, password)
    assert (found.username, found.is_ours, found.header) == ("alice", True, "")
    as_bearer = read_credential(f"Bearer {password.strip()}", session=False)
    assert (as_bearer.is_ours, as_bearer.header) == (True, "")


@pytest.mark.rule("AK-04")
def test_a_secret_of_ours_in_the_wrong_place_goes_on_to_no_site_either() -> None:
    as_user = read_credential(basic(f"{TOKEN}:"), session=False)
    assert (as_user.is_ours, as_user.username, as_user.header) == (True, "", "")
    in_oauth = read_credential(f'OAuth oauth_token="{TOKEN}"', session=False)
    assert (in_oauth.is_ours, in_oauth.header) == (True, "")
    escaped = read_credential(f'OAuth oauth_token="%61{TOKEN[1:]}"', session=False)
    assert (escaped.is_ours, escaped.header) == (True, "")
    assert TOKEN not in repr(as_user) + repr(in_oauth)


JWT = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJ4In0.c2ln"


@pytest.mark.rule("AK-04")
@pytest.mark.parametrize("pair", [f"alice:{JWT}", f"{JWT}:x", f"x-token-auth:{JWT} ", f"{JWT}:"])
@pytest.mark.trap(3)
def test_an_access_token_is_never_tried_as_a_password(pair: str) -> None:
    found = read_credential(basic(pair), session=False)
    assert (found.kind, found.is_ours, found.header) == (CredentialKind.BASIC, True, "")
    assert JWT.lower() not in found.username
    assert JWT not in repr(found)


@pytest.mark.rule("AK-04")
def test_an_access_token_is_no_oauth_1_credential() -> None:
    for value in (JWT, f'oauth_token="{JWT}"'):
        found = read_credential(f"OAuth {value}", session=False)
        assert (found.is_ours, found.header) == (True, "")


def test_blanks_around_a_claimed_name_make_no_other_name_of_it() -> None:
    for user in (" Alice", "alice ", "\u3000alice"):
        header = basic(f"{user}:secret")
        found = read_credential(header, session=False)
        assert (found.username, found.header) == ("alice", header)


def test_a_session_alone_is_a_kind_of_its_own() -> None:
    assert read_credential(None, session=True) == CallerCredential(CredentialKind.SESSION)


@pytest.mark.parametrize("header", ["Bearer x", "Basic x", "nonsense", ""])
@pytest.mark.rule("FA-12")
def test_a_session_beside_anything_else_is_several_credentials(header: str) -> None:
    assert read_credential(header, session=True) == CallerCredential(CredentialKind.SEVERAL)


def test_a_token_value_is_in_no_representation() -> None:
    assert "secret" not in repr(read_credential("Bearer secret", session=False))
