"""Token exchange (RFC 8693): a provider's access token in, ours out, for one user and one site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.clients import ClientAuthMethod, GrantType
from authserver.domain.errors import InvalidField
from authserver.domain.providers import ProviderKind
from tests.federation.bearing import APP, SUBJECT
from tests.instances import Caller
from tests.rfc.exchanging import ACCESS_TOKEN, BOTH, JWT, Exchanging, exchanging, refused
from tests.rfc.tokens import claims_of, header_of

if TYPE_CHECKING:
    from tests.federation.bearing import BearingInstallation

KINDS: dict[ProviderKind, dict[str, Any]] = {
    ProviderKind.OKTA: {"scp": ["jira.read"]},
    ProviderKind.ENTRA: {"scp": "jira.read"},
    ProviderKind.COGNITO: {"scope": "jira/read"},
    ProviderKind.OIDC: {"scope": "jira.read"},
}


@pytest.fixture
def desk(bearing_installation: BearingInstallation) -> Exchanging:
    return exchanging(bearing_installation, ProviderKind.OIDC)


@pytest.mark.parametrize("kind", KINDS)
def test_a_token_of_each_kind_of_provider_becomes_ours(
    bearing_installation: BearingInstallation, kind: ProviderKind
) -> None:
    scopes = {**BOTH, "jira/read": frozenset({"READ"})}
    desk = exchanging(bearing_installation, kind, scopes=scopes)
    answer = desk.exchange(desk.world.token(**KINDS[kind]))
    assert answer.status == 200, answer.body
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json
    token = body.pop("access_token")
    assert body == {
        "token_type": "Bearer",
        "expires_in": 600,
        "scope": "READ",
        "issued_token_type": ACCESS_TOKEN,
    }
    claims = claims_of(token)
    assert header_of(token)["typ"] == "at+jwt"
    assert claims["iss"] == bearing_installation.settings.issuer
    assert claims["sub"] == SUBJECT
    assert claims["client_id"] == "exchanger"
    assert claims["aud"] == desk.world.site.identifier
    told = bearing_installation.lane.introspect(desk.world.site, token)
    assert (told["active"], told["sub"], told["scope"]) == (True, SUBJECT, "READ")
    assert desk.world.decide(token).status == 200


def test_the_providers_token_itself_opens_nothing_by_that(desk: Exchanging) -> None:
    token = desk.token()
    assert desk.exchange(token).status == 200
    assert not desk.world.judge(token).is_accepted


def test_a_token_that_counts_by_itself_is_not_exchanged_unless_allowed(desk: Exchanging) -> None:
    desk.world.configure(bearer={"is_on": True, "for_exchange": False})
    assert desk.world.judge(desk.token()).is_accepted
    refused(desk.exchange(desk.token()))


@pytest.mark.parametrize("subject_token_type", [ACCESS_TOKEN, JWT])
def test_both_names_of_a_providers_access_token_are_understood(
    desk: Exchanging, subject_token_type: str
) -> None:
    answer = desk.exchange(
        desk.token(), subject_token_type=subject_token_type, requested_token_type=ACCESS_TOKEN
    )
    assert answer.status == 200


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"subject_token": ""}, "subject_token: required"),
        ({"subject_token_type": ""}, "subject_token_type: one of"),
        (
            {"subject_token_type": "urn:ietf:params:oauth:token-type:id_token"},
            "subject_token_type: one of",
        ),
        ({"requested_token_type": JWT}, "requested_token_type: absent"),
        (
            {"requested_token_type": "urn:ietf:params:oauth:token-type:refresh_token"},
            "requested_token_type: absent",
        ),
        ({"actor_token": "x"}, "actor_token: absent"),
        ({"actor_token_type": ACCESS_TOKEN}, "actor_token_type: absent"),
    ],
)
def test_what_would_go_unheeded_is_refused(
    desk: Exchanging, changes: dict[str, Any], named: str
) -> None:
    answer = desk.exchange(desk.token(), **changes)
    assert answer.error == (400, "invalid_request")
    assert named in answer.json["error_description"]


@pytest.mark.parametrize(
    ("theirs", "asked", "ours", "got"),
    [
        ("jira.read jira.write", "", ("READ", "WRITE"), "READ WRITE"),
        ("jira.read jira.write", "READ", ("READ", "WRITE"), "READ"),
        ("jira.write", "READ", ("READ", "WRITE"), "READ"),
        ("jira.read", "READ WRITE", ("READ", "WRITE"), "READ"),
        ("jira.read", "WRITE", ("READ", "WRITE"), "READ"),
        ("jira.read jira.write", "", ("READ",), "READ"),
        ("jira.read jira.write unknown", "", ("READ", "WRITE", "openid"), "READ WRITE"),
    ],
)
def test_scopes_are_what_all_of_them_allow(
    desk: Exchanging, theirs: str, asked: str, ours: tuple[str, ...], got: str
) -> None:
    grants = (GrantType.TOKEN_EXCHANGE, GrantType.DEVICE_CODE)
    caller = desk.world.installation.caller("other", desk.world.site, *ours, grant_types=grants)
    answer = desk.exchange(desk.token(scope=theirs), caller, scope=asked)
    assert answer.status == 200, answer.body
    assert answer.json["scope"] == got
    assert "id_token" not in answer.json


@pytest.mark.parametrize(
    ("theirs", "asked"),
    [
        ("unknown", ""),
        ("jira.read", "ADMIN"),
        ("jira.read", "openid"),
        ("jira.read", "offline_access"),
    ],
)
def test_without_a_scope_in_common_there_is_no_token(
    desk: Exchanging, theirs: str, asked: str
) -> None:
    answer = desk.exchange(desk.token(scope=theirs), scope=asked)
    assert answer.error == (400, "invalid_scope")


def _only(name: str, value: str) -> dict[str, Any]:
    return {name: value}


@pytest.mark.parametrize("name", ["resource", "audience"])
def test_the_site_is_named_in_either_way(desk: Exchanging, name: str) -> None:
    site = desk.world.site
    assert desk.exchange(desk.token(), **_only(name, site.identifier)).status == 200
    both: dict[str, Any] = {"resource": site.identifier, "audience": site.identifier}
    assert desk.exchange(desk.token(), **both).status == 200
    other = desk.exchange(desk.token(), **_only(name, "https://evil.example"))
    assert other.error == (400, "invalid_target")
    differing = desk.exchange(desk.token(), **{**both, name: "https://evil.example"})
    assert differing.error == (400, "invalid_target")


def test_ours_ends_no_later_than_theirs(desk: Exchanging) -> None:
    now = int(desk.world.installation.clock.now())
    answer = desk.exchange(desk.token(exp=now + 90))
    assert answer.json["expires_in"] == 90
    assert claims_of(answer.json["access_token"])["exp"] == now + 90
    # Within the leeway for clocks that differ: it counts, and nothing is left of it.
    refused(desk.exchange(desk.token(iat=now - 100, exp=now - 10)))


def test_there_is_no_refresh_token(desk: Exchanging) -> None:
    grants = (GrantType.TOKEN_EXCHANGE, GrantType.DEVICE_CODE, GrantType.REFRESH_TOKEN)
    scopes = ("READ", "WRITE", "offline_access")
    desk.world.configure(
        bearer={"scopes": {"jira.read": frozenset({"READ", "offline_access", "openid"})}}
    )
    caller = desk.world.installation.caller("other", desk.world.site, *scopes, grant_types=grants)
    body = desk.exchange(desk.token(), caller).json
    assert "refresh_token" not in body
    assert body["scope"] == "READ"


@pytest.mark.rule("TK-04")
def test_only_a_client_that_is_registered_for_it_exchanges(desk: Exchanging) -> None:
    installation, site = desk.world.installation, desk.world.site
    reader = installation.caller("reader", site, "READ")
    assert desk.exchange(desk.token(), reader).error == (400, "unauthorized_client")
    wrong = Caller("exchanger", "asv_cs_wrong")
    assert desk.exchange(desk.token(), wrong).error == (401, "invalid_client")
    with pytest.raises(InvalidField, match=r"grant_types: .*token-exchange needs a client"):
        installation.caller(
            "public",
            site,
            "READ",
            auth_method=ClientAuthMethod.NONE,
            grant_types=(GrantType.TOKEN_EXCHANGE,),
        )


def test_a_client_that_only_exchanges_has_no_scopes_about_users(desk: Exchanging) -> None:
    with pytest.raises(InvalidField, match="scopes: openid: only with a grant that a user"):
        desk.world.installation.caller(
            "other", desk.world.site, "READ", "openid", grant_types=(GrantType.TOKEN_EXCHANGE,)
        )


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "https://other.example.org"},
        {"aud": APP, "scope": None},
        {"client_id": "another-client"},
        {"iss": "https://evil.example"},
        {"sub": "somebody-unknown"},
        {"sub": APP},
        {"sub": None},
        {"exp": 1_700_000_000},
        {"cnf": {"jkt": "x"}},
    ],
)
def test_what_does_not_count_is_refused_in_one_way(
    desk: Exchanging, claims: dict[str, object]
) -> None:
    refused(desk.exchange(desk.token(**claims)))
    assert desk.world.fake.http.strangers == []


def test_our_own_tokens_and_other_texts_are_not_exchanged(desk: Exchanging) -> None:
    ours = desk.exchange(desk.token()).json["access_token"]
    for value in (ours, "x", "a.b.c", "eyJ.eyJ.", desk.token()[:-4] + "AAAA", "☃"):
        refused(desk.exchange(value))


def test_an_id_token_is_not_exchanged(desk: Exchanging) -> None:
    refused(desk.exchange(desk.world.fake.id_token(desk.world.person)))


def test_a_token_of_a_client_alone_is_not_exchanged(
    bearing_installation: BearingInstallation,
) -> None:
    desk = exchanging(bearing_installation, ProviderKind.OIDC, clients={APP: "own-client"})
    bearing_installation.caller("own-client", desk.world.site, "READ")
    refused(desk.exchange(desk.token(sub=APP)))
    assert desk.exchange(desk.token()).status == 200


def test_the_grant_is_announced(desk: Exchanging) -> None:
    told = desk.world.installation.lane.get("/.well-known/openid-configuration").json
    assert GrantType.TOKEN_EXCHANGE in told["grant_types_supported"]
