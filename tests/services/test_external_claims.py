"""What the claims of providers' access tokens say, by the provider's kind (pure)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.external_tokens import ExternalProblem
from authserver.domain.providers import (
    BearerRule,
    GroupsRule,
    Provider,
    ProviderAuth,
    ProviderKind,
    ProviderStatus,
    SubjectRule,
)
from authserver.domain.upstream_ports import ForeignTokenRefused
from authserver.services.external_claim_values import check_times, times
from authserver.services.external_claims import named_client, named_token, read_claims

if TYPE_CHECKING:
    from authserver.domain.external_tokens import ExternalToken

NOW: Final = 1_800_000_000
TENANT: Final = "72f988bf-86f1-41af-91ab-2d7cd011db47"
OID: Final = "690222be-ff1a-4d56-abd1-7e4f7d38e474"
API: Final = "6e74172b-be56-4843-9ff4-e66a39bb12e3"
APP: Final = "their-app"
TIMES: Final = {"iat": NOW, "exp": NOW + 3600}
RULES: Final = {
    ProviderKind.OKTA: SubjectRule.OKTA_UID,
    ProviderKind.ENTRA: SubjectRule.ENTRA_OBJECT,
    ProviderKind.COGNITO: SubjectRule.SUB,
    ProviderKind.OIDC: SubjectRule.SUB,
}
ISSUERS: Final = {
    ProviderKind.OKTA: "https://acme.okta.com/oauth2/default",
    ProviderKind.ENTRA: f"https://login.microsoftonline.com/{TENANT}/v2.0",
    ProviderKind.COGNITO: "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_a",
    ProviderKind.OIDC: "https://login.example.org",
}
AUDIENCES: Final = {
    ProviderKind.OKTA: "api://default",
    ProviderKind.ENTRA: API,
    ProviderKind.COGNITO: "ourapi",
    ProviderKind.OIDC: "https://api.example.org",
}
CLAIMS: Final[dict[ProviderKind, dict[str, Any]]] = {
    ProviderKind.OKTA: {
        "iss": ISSUERS[ProviderKind.OKTA],
        "ver": 1,
        "jti": "AT.1",
        "aud": "api://default",
        "sub": "grace@example.com",
        "uid": "00u1",
        "cid": APP,
        "scp": ["a", "b"],
    },
    ProviderKind.ENTRA: {
        "iss": ISSUERS[ProviderKind.ENTRA],
        "ver": "2.0",
        "aud": API,
        "azp": APP,
        "tid": TENANT,
        "oid": OID,
        "sub": "pairwise-1",
        "uti": "u1",
        "scp": "a b",
    },
    ProviderKind.COGNITO: {
        "iss": ISSUERS[ProviderKind.COGNITO],
        "token_use": "access",
        "client_id": APP,
        "username": "grace",
        "sub": "sub-1",
        "jti": "j1",
        "origin_jti": "o1",
        "scope": "ourapi/a ourapi/b openid",
    },
    ProviderKind.OIDC: {
        "iss": ISSUERS[ProviderKind.OIDC],
        "aud": "https://api.example.org",
        "client_id": APP,
        "sub": "sub-1",
        "jti": "j1",
        "scope": "a b",
    },
}
KINDS: Final = tuple(ProviderKind)


def provider_of(kind: ProviderKind, **bearer: Any) -> Provider:
    rule = BearerRule(
        is_on=True,
        audiences=frozenset({AUDIENCES[kind]}),
        clients={APP: "", "machine": "ours"},
        scopes={},
    )
    return Provider(
        name="theirs",
        kind=kind,
        display_name="Theirs",
        status=ProviderStatus.ENABLED,
        issuer=ISSUERS[kind],
        discovery_url="",
        client_id="login-client",
        auth=ProviderAuth.SECRET_BASIC,
        secrets=(),
        subject_rule=RULES[kind],
        created_at=0.0,
        groups=GroupsRule(claim="cognito:groups" if kind is ProviderKind.COGNITO else "groups"),
        bearer=replace(rule, **bearer),
    )


def read(kind: ProviderKind, changes: dict[str, Any] | None = None, **bearer: Any) -> ExternalToken:
    """The token of the kind's own claims with `changes`; claims of `None` are left out."""
    said = {**CLAIMS[kind], **TIMES, **(changes or {})}
    claims = {name: value for name, value in said.items() if value is not None}
    provider = provider_of(kind, **bearer)
    return read_claims(provider, claims, times(claims, provider.bearer.longest_seconds))


def problem(
    kind: ProviderKind, changes: dict[str, Any] | None = None, **bearer: Any
) -> tuple[ExternalProblem, str]:
    with pytest.raises(ForeignTokenRefused) as refused:
        read(kind, changes, **bearer)
    return refused.value.problem, refused.value.detail


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
