"""Claims of foreign tokens, one by one: their types, and nothing is coerced (pure)."""

from __future__ import annotations

from typing import Any

import pytest

from authserver.domain.external_tokens import ExternalProblem
from authserver.domain.providers import ProviderKind
from authserver.domain.upstream_ports import ForeignTokenRefused
from authserver.services.external_claim_values import check_times, times
from authserver.services.external_claims import named_client, named_token
from tests.services.foreign_claims import (
    KINDS,
    NOW,
    TIMES,
    problem,
    read,
)


@pytest.mark.parametrize(
    ("kind", "claim"),
    [
        (ProviderKind.OKTA, "jti"),
        (ProviderKind.OKTA, "cid"),
        (ProviderKind.ENTRA, "uti"),
        (ProviderKind.ENTRA, "azp"),
        (ProviderKind.ENTRA, "ver"),
        (ProviderKind.ENTRA, "tid"),
        (ProviderKind.COGNITO, "jti"),
        (ProviderKind.COGNITO, "origin_jti"),
        (ProviderKind.COGNITO, "client_id"),
        (ProviderKind.OIDC, "jti"),
        (ProviderKind.OIDC, "client_id"),
    ],
)
@pytest.mark.parametrize("value", [7, True, ["x"], {"x": 1}, "", "a b", "ü", "x" * 256, "a\n"])
def test_what_names_something_is_a_bounded_visible_text(
    kind: ProviderKind, claim: str, value: object
) -> None:
    assert problem(kind, {claim: value}) == (ExternalProblem.CLAIM_TYPE, claim)


@pytest.mark.parametrize(
    ("kind", "claim"),
    [
        (ProviderKind.OKTA, "jti"),
        (ProviderKind.ENTRA, "uti"),
        (ProviderKind.ENTRA, "ver"),
        (ProviderKind.ENTRA, "tid"),
        (ProviderKind.ENTRA, "oid"),
        (ProviderKind.COGNITO, "jti"),
        (ProviderKind.COGNITO, "client_id"),
        (ProviderKind.COGNITO, "sub"),
        (ProviderKind.OIDC, "jti"),
        *((kind, claim) for kind in KINDS for claim in ("exp", "iat")),
    ],
)
def test_a_missing_claim_is_named(kind: ProviderKind, claim: str) -> None:
    assert problem(kind, {claim: None}) == (ExternalProblem.CLAIM_MISSING, claim)


@pytest.mark.parametrize(
    ("kind", "claim", "values"),
    [
        (ProviderKind.OKTA, "scp", ("a b", 7, {"a": 1}, ["a", 7], ["a b"], [""], [["a"]])),
        (ProviderKind.ENTRA, "scp", (["a"], 7, "", " a", "a  b", 'a"', {"a": 1})),
        (ProviderKind.ENTRA, "roles", ("a", 7, [7], {"a": 1})),
        (ProviderKind.COGNITO, "scope", (["a"], 7, "", "a\tb")),
        (ProviderKind.OIDC, "scope", (["a"], 7, "", "a\nb")),
    ],
)
def test_scopes_of_another_form_are_not_coerced(
    kind: ProviderKind, claim: str, values: tuple[object, ...]
) -> None:
    for value in values:
        assert problem(kind, {claim: value}) == (ExternalProblem.CLAIM_TYPE, claim)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("claim", ["exp", "iat", "nbf"])
def test_times_are_numbers_of_this_age(kind: ProviderKind, claim: str) -> None:
    values: tuple[object, ...] = ("1800000000", True, [NOW], {}, -1, 2**63, 1e300)
    for value in values:
        assert problem(kind, {claim: value}) == (ExternalProblem.CLAIM_TYPE, claim)


def test_a_life_has_a_length_and_no_longer_one_than_is_configured() -> None:
    kind = ProviderKind.OIDC
    assert read(kind, {"exp": NOW + 60}, longest_seconds=60).expires_at == NOW + 60
    too_long = (ExternalProblem.LIFE_TOO_LONG, "exp")
    assert problem(kind, {"exp": NOW + 61}, longest_seconds=60) == too_long
    for end in (NOW, NOW - 1):
        assert problem(kind, {"exp": end}) == (ExternalProblem.INCONSISTENT, "exp")


@pytest.mark.parametrize(
    ("claims", "now", "expected"),
    [
        ({}, NOW, None),
        ({}, NOW + 3600 + 59, None),
        ({}, NOW + 3600 + 60, (ExternalProblem.EXPIRED, "")),
        ({}, NOW - 60, None),
        ({}, NOW - 61, (ExternalProblem.NOT_YET_VALID, "iat")),
        ({}, NOW - 300, (ExternalProblem.NOT_YET_VALID, "iat")),
        ({"nbf": NOW + 120}, NOW + 60, None),
        ({"nbf": NOW + 120}, NOW + 59, (ExternalProblem.NOT_YET_VALID, "nbf")),
    ],
)
def test_a_minute_between_the_clocks_is_nothing_and_five_are_named(
    claims: dict[str, Any], now: float, expected: tuple[ExternalProblem, str] | None
) -> None:
    stated = times({**TIMES, **claims}, 86_400)
    if expected is None:
        check_times(stated, now)
        return
    with pytest.raises(ForeignTokenRefused) as refused:
        check_times(stated, now)
    assert (refused.value.problem, refused.value.detail) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_groups_are_read_as_texts_and_nothing_else(kind: ProviderKind) -> None:
    claim = "cognito:groups" if kind is ProviderKind.COGNITO else "groups"

    def groups(value: object) -> tuple[tuple[str, ...] | None, bool]:
        token = read(kind, {claim: value})
        return token.groups, token.groups_malformed

    assert groups(["b", "a", "b"]) == (("b", "a"), False)
    assert groups([]) == ((), False)
    assert groups(["a", 7, None, ["x"], {"x": 1}]) == (("a",), True)
    assert groups({"a": 1}) == ((), True)
    assert groups(7) == ((), True)
    assert groups("a") == (("a",), kind is not ProviderKind.OIDC)


@pytest.mark.parametrize(
    ("kind", "changes", "shown"),
    [
        (ProviderKind.OKTA, {}, "grace@example.com"),
        (ProviderKind.ENTRA, {"preferred_username": "grace@x.example"}, "grace@x.example"),
        (ProviderKind.ENTRA, {"preferred_username": 7, "unique_name": "g"}, "g"),
        (ProviderKind.COGNITO, {}, "grace"),
        (ProviderKind.OIDC, {"username": "x" * 201}, ""),
        (ProviderKind.OIDC, {"username": "a\x1b[31m"}, ""),
    ],
)
def test_a_person_s_name_is_for_people_only(
    kind: ProviderKind, changes: dict[str, Any], shown: str
) -> None:
    assert read(kind, changes).shown == shown


def test_refused_tokens_are_named_for_records_as_far_as_that_is_safe() -> None:
    assert named_client({"cid": "a", "azp": "b"}) == "a"
    assert named_client({"cid": ["a"], "azp": "b c", "appid": "x" * 256, "client_id": 7}) == ""
    assert named_token({"uti": "u"}) == "u"
    assert named_token({"jti": {"a": 1}}) == named_token({}) == ""
