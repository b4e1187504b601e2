"""Which tokens of each kind of provider are access tokens for us, and of whom (pure)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from authserver.domain.external_tokens import ExternalProblem
from authserver.domain.providers import ProviderKind
from authserver.domain.upstream_ports import ForeignTokenRefused
from authserver.services.external_claim_values import times
from authserver.services.external_claims import read_claims
from tests.services.foreign_claims import (
    APP,
    AUDIENCES,
    CLAIMS,
    ISSUERS,
    KINDS,
    NOW,
    OID,
    TENANT,
    TIMES,
    problem,
    provider_of,
    read,
)


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_of_each_kind_names_client_person_scopes_and_itself(kind: ProviderKind) -> None:
    token = read(kind)
    assert (token.provider, token.issuer, token.client_id) == ("theirs", ISSUERS[kind], APP)
    keys = {ProviderKind.OKTA: "00u1", ProviderKind.ENTRA: f"{TENANT}/{OID}"}
    assert token.subject_key == keys.get(kind, "sub-1")
    names = {"ourapi/a", "ourapi/b"} if kind is ProviderKind.COGNITO else {"a", "b"}
    assert token.scopes == names
    assert token.token_id in {"AT.1", "u1", "j1"}
    assert token.session_id == ("o1" if kind is ProviderKind.COGNITO else "")
    assert (token.issued_at, token.expires_at, token.not_before) == (NOW, NOW + 3600, 0)
    assert (token.groups, token.overage, token.groups_malformed) == (None, False, False)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("claim", ["nonce", "at_hash", "c_hash", "s_hash", "events"])
def test_a_claim_of_id_and_logout_tokens_makes_none_of_an_access_token(
    kind: ProviderKind, claim: str
) -> None:
    assert problem(kind, {claim: {}}) == (ExternalProblem.NOT_AN_ACCESS_TOKEN, claim)


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_that_is_bound_to_a_key_is_refused(kind: ProviderKind) -> None:
    for binding in ({"jkt": "x"}, {}, "x"):
        assert problem(kind, {"cnf": binding}) == (ExternalProblem.SENDER_CONSTRAINED, "cnf")


@pytest.mark.parametrize(
    ("kind", "changes", "claim"),
    [
        (ProviderKind.OKTA, {"jti": "ID.1", "cid": None, "aud": "login-client"}, "jti"),
        (ProviderKind.OKTA, {"cid": None}, "cid"),
        (ProviderKind.ENTRA, {"azp": None, "scp": None}, "azp"),
        (ProviderKind.COGNITO, {"token_use": "id"}, "token_use"),
        (ProviderKind.COGNITO, {"token_use": None}, "token_use"),
        (ProviderKind.COGNITO, {"token_use": ["access"]}, "token_use"),
        (ProviderKind.OIDC, {"client_id": None}, "client_id"),
        (ProviderKind.OIDC, {"token_use": "id"}, "token_use"),
        (ProviderKind.OIDC, {"typ": "ID"}, "typ"),
        (ProviderKind.OIDC, {"typ": "Refresh"}, "typ"),
        (ProviderKind.OIDC, {"azp": APP, "client_id": None, "aud": APP, "scope": None}, "scope"),
    ],
)
def test_an_id_token_is_refused_as_what_it_is(
    kind: ProviderKind, changes: dict[str, Any], claim: str
) -> None:
    assert problem(kind, changes) == (ExternalProblem.NOT_AN_ACCESS_TOKEN, claim)


@pytest.mark.parametrize("kind", [ProviderKind.OKTA, ProviderKind.ENTRA, ProviderKind.OIDC])
def test_a_token_for_somebody_else_is_refused(kind: ProviderKind) -> None:
    refusal = (ExternalProblem.AUDIENCE_NOT_ACCEPTED, "aud")
    ours = AUDIENCES[kind]
    for audience in ("other", ours + "/", ours.upper() + "x", None, ["other"]):
        assert problem(kind, {"aud": audience}) == refusal
    assert problem(kind, {}, audiences=frozenset()) == refusal
    for graph in ("https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"):
        listed = frozenset({graph, graph + "/", ours})
        for audience in (graph, graph + "/", [ours, graph]):
            assert problem(kind, {"aud": audience}, audiences=listed) == refusal
    assert read(kind, {"aud": [ours, "other"]}).client_id == APP
    broken: tuple[object, ...] = (7, [], [7], [""], "", {"a": 1})
    for each in broken:
        assert problem(kind, {"aud": each}) == (ExternalProblem.CLAIM_TYPE, "aud")


@pytest.mark.parametrize("kind", KINDS)
def test_a_client_that_is_not_named_may_nothing(kind: ProviderKind) -> None:
    refusal = (ExternalProblem.CLIENT_NOT_ACCEPTED, "")
    assert problem(kind, {}, clients={}) == refusal
    assert problem(kind, {}, clients={APP.upper(): "", APP + "2": ""}) == refusal


@pytest.mark.parametrize(
    ("kind", "alone"),
    [
        (ProviderKind.OKTA, {"uid": None}),
        (ProviderKind.ENTRA, {"scp": None, "roles": ["r"]}),
        (ProviderKind.ENTRA, {"scp": None, "roles": ["r"], "idtyp": "app"}),
        (ProviderKind.COGNITO, {"username": None}),
        (ProviderKind.OIDC, {"sub": None}),
        (ProviderKind.OIDC, {"sub": APP}),
    ],
)
def test_a_token_without_a_user_needs_a_client_of_ours(
    kind: ProviderKind, alone: dict[str, Any]
) -> None:
    assert problem(kind, alone) == (ExternalProblem.CLIENT_NOT_ACCEPTED, "speaks for itself")
    token = read(kind, alone, clients={APP: "ours"})
    assert (token.subject_key, token.shown) == ("", "")


def test_roles_of_a_user_are_not_what_the_client_was_allowed() -> None:
    changes = {"scp": "a", "roles": ["Everything"]}
    assert read(ProviderKind.ENTRA, changes).scopes == {"a"}
    alone = {"scp": None, "roles": ["Everything"]}
    assert read(ProviderKind.ENTRA, alone, clients={APP: "ours"}).scopes == {"Everything"}


@pytest.mark.parametrize(
    "changes",
    [
        {"idtyp": "app"},
        {"idtyp": "user", "scp": None, "roles": ["r"]},
        {"idtyp": "robot"},
        {"idtyp": ["app"]},
        {"idtyp": {"app": 1}},
        {"appid": "another-app"},
        {"tid": "9188040d-6c67-4c5b-b112-36a304b66dad"},
    ],
)
def test_claims_of_entra_that_contradict_each_other_are_refused(changes: dict[str, Any]) -> None:
    assert problem(ProviderKind.ENTRA, changes)[0] is ExternalProblem.INCONSISTENT


def test_clients_that_contradict_each_other_are_refused() -> None:
    assert problem(ProviderKind.OIDC, {"azp": "other"})[0] is ExternalProblem.INCONSISTENT
    assert read(ProviderKind.OIDC, {"azp": APP}).client_id == APP


def test_the_rules_of_entra_follow_the_version_that_the_token_has() -> None:
    first = {
        "iss": f"https://sts.windows.net/{TENANT}/",
        "ver": "1.0",
        "azp": None,
        "appid": APP,
    }
    assert read(ProviderKind.ENTRA, first).subject_key == f"{TENANT}/{OID}"
    mismatch = (ExternalProblem.VERSION_MISMATCH, "ver")
    assert problem(ProviderKind.ENTRA, {"ver": "1.0"}) == mismatch
    assert problem(ProviderKind.ENTRA, {**first, "ver": "2.0"}) == mismatch
    assert problem(ProviderKind.ENTRA, {"ver": "3.0"}) == mismatch
    missing = (ExternalProblem.NOT_AN_ACCESS_TOKEN, "appid")
    assert problem(ProviderKind.ENTRA, {**first, "azp": APP, "appid": None}) == missing


def test_tokens_of_okta_s_own_server_are_for_okta() -> None:
    provider = replace(provider_of(ProviderKind.OKTA), issuer="https://acme.okta.com")
    claims = {**CLAIMS[ProviderKind.OKTA], **TIMES, "iss": "https://acme.okta.com"}
    with pytest.raises(ForeignTokenRefused) as refused:
        read_claims(provider, claims, times(claims, 86_400))
    assert refused.value.problem is ExternalProblem.ISSUER_NOT_ACCEPTED


@pytest.mark.parametrize(
    ("scope", "kept"),
    [
        ("ourapi/read", {"ourapi/read"}),
        ("aws.cognito.signin.user.admin", set()),
        ("ourapi-evil/read ourapi/ /read ourapi xourapi/read ourapi/x/read", set()),
        ("https://api.example.com/v1/read", {"https://api.example.com/v1/read"}),
        ("https://api.example.com/read", set()),
    ],
)
def test_scopes_of_cognito_belong_to_a_resource_server(scope: str, kept: set[str]) -> None:
    ours = frozenset({"ourapi", "https://api.example.com/v1"})
    assert read(ProviderKind.COGNITO, {"scope": scope}, audiences=ours).scopes == kept


def test_an_audience_of_cognito_counts_where_there_is_one() -> None:
    refusal = (ExternalProblem.AUDIENCE_NOT_ACCEPTED, "aud")
    assert problem(ProviderKind.COGNITO, {"aud": "https://elsewhere.example"}) == refusal
    assert problem(ProviderKind.COGNITO, {}, audiences=frozenset()) == refusal
    assert read(ProviderKind.COGNITO, {"aud": "ourapi"}).scopes


@pytest.mark.parametrize(
    ("changes", "overage"),
    [
        ({}, False),
        ({"hasgroups": False}, False),
        ({"hasgroups": True}, True),
        ({"hasgroups": "true"}, True),
        ({"hasgroups": 1}, True),
        ({"_claim_names": {"groups": "src1"}}, True),
        ({"_claim_names": {"roles": "src1"}}, False),
        ({"_claim_names": "groups"}, True),
    ],
)
def test_groups_that_entra_left_out_are_noticed(changes: dict[str, Any], *, overage: bool) -> None:
    assert read(ProviderKind.ENTRA, changes).overage is overage
