"""What a provider may be like: every odd value is refused whole, naming its field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.errors import InvalidField
from authserver.domain.providers import ProviderKind
from authserver.services.provider_drafts import BearerChanges, ProviderChanges
from tests.federation.fake_people import TENANT
from tests.services.provider_office import ProviderOffice
from tests.services.world import ADMIN, World

if TYPE_CHECKING:
    from authserver.domain.providers import Provider

OKTA, ENTRA = ProviderKind.OKTA, ProviderKind.ENTRA
COGNITO, OIDC = ProviderKind.COGNITO, ProviderKind.OIDC


@pytest.fixture
def office(world: World) -> ProviderOffice:
    return ProviderOffice(world)


def refused(office: ProviderOffice, kind: ProviderKind, **stated: Any) -> InvalidField:
    """How a change is refused, which changed nothing."""
    name = str(kind)
    before = office.stored(name)
    asked = len(office.http.sent)
    with pytest.raises(InvalidField) as refusal:
        office.providers.update(name, ProviderChanges(**stated), ADMIN)
    assert office.stored(name) == before
    assert len(office.http.sent) == asked
    return refusal.value


def changed(office: ProviderOffice, kind: ProviderKind, **stated: Any) -> Provider:
    return office.providers.update(str(kind), ProviderChanges(**stated), ADMIN).provider


@pytest.mark.parametrize(
    ("kind", "field", "value", "allowed"),
    [
        (OIDC, "display_name", "", "1 to 80 characters"),
        (OIDC, "display_name", "a\nb", "printable characters"),
        (OIDC, "client_id", "a b", "visible ASCII"),
        (OIDC, "client_id", "x" * 256, "1 to 255"),
        (OIDC, "auth", "tls", "one of client_secret_basic"),
        (OIDC, "auth", "federated", "one of client_secret_basic"),
        (OIDC, "algorithms", [], "one or more of RS256, ES256"),
        (OIDC, "algorithms", ["HS256"], "one or more of RS256, ES256"),
        (OIDC, "algorithms", ["RS256", "none"], "one or more of RS256, ES256"),
        (OKTA, "algorithms", ["ES256"], "one or more of RS256"),
        (OIDC, "scopes", ["profile"], "openid among them"),
        (OIDC, "scopes", ["openid", "offline_access"], "without offline_access"),
        (OIDC, "scopes", ["openid", "a b"], "names of scopes"),
        (OIDC, "email_trust", "always", "one of never, verified"),
        (OIDC, "email_trust", "domain-owner", "one of never, verified"),
        (ENTRA, "email_trust", "verified", "never or domain-owner"),
        (OIDC, "logout", "cognito", "one of none, id-token-hint, logout-hint"),
        (COGNITO, "logout", "id-token-hint", "none or cognito"),
        (OIDC, "groups_source", "graph", "one of none, claim"),
        (OKTA, "groups_source", "graph", "one of none, claim, okta-api"),
        (OIDC, "groups_claim", "", "the claim's name"),
        (OIDC, "groups_claim", "/realm~2/roles", "a JSON pointer"),
        (OIDC, "groups_limit", -1, "0 to 10000"),
        (OIDC, "groups_limit", 10_001, "0 to 10000"),
        (ENTRA, "directory_client_id", "a b", "visible ASCII"),
        (OIDC, "acrs", {"urn:theirs": ""}, "visible ASCII"),
        (OIDC, "acrs", {"amr:": "urn:ours"}, "visible ASCII"),
        (OIDC, "endpoint_hosts", ["https://evil.example"], "a host name"),
        (OIDC, "endpoint_hosts", ["*.example.org"], "a host name"),
        (OIDC, "creation", "maybe", "one of off, on"),
        (OIDC, "creation_groups", [" staff"], "exactly as the provider writes it"),
        (OIDC, "creation_groups", ["x" * 257], "exactly as the provider writes it"),
        (COGNITO, "creation_domains", ["@example.org"], "an e-mail domain"),
        (COGNITO, "creation_domains", ["*.example.org"], "an e-mail domain"),
        (COGNITO, "creation_domains", ["localhost"], "an e-mail domain"),
        (OIDC, "creation_domains", ["example.org"], "e-mail trust is never"),
        (OIDC, "living_seconds", 3600, "a day to ten years, or 0"),
        (OIDC, "living_seconds", -86_400, "a day to ten years, or 0"),
        (OIDC, "discovery_url", "https://user@login.example.org/", "an https URL"),
        (OIDC, "discovery_url", "https://login.example.org/?a=b", "an https URL"),
        (OIDC, "discovery_url", "https://login.example.org/../x", "an https URL"),
        (OIDC, "discovery_url", "http://login.example.org/", "plain http only"),
        (OIDC, "discovery_url", "file:///etc/passwd", "an https URL"),
        (OIDC, "tenants", [TENANT], "for entra only"),
        (ENTRA, "tenants", [TENANT], "only tenant"),
        (OIDC, "creation_groups", [f"g{n}" for n in range(201)], "at most 200 entries"),
    ],
)
def test_an_odd_value_is_refused_by_its_field(
    office: ProviderOffice, kind: ProviderKind, field: str, value: object, allowed: str
) -> None:
    office.added(kind)
    refusal = refused(office, kind, **{field: value})
    assert refusal.field == field
    assert allowed in refusal.allowed


def test_groups_decide_only_while_they_are_read(office: ProviderOffice) -> None:
    office.added()
    changed(office, OIDC, creation_groups=["staff"])
    assert refused(office, OIDC, groups_source="none").field == "creation_groups"
    changed(office, OIDC, creation_groups=[], groups_source="none")


def test_domains_are_kept_in_one_spelling(office: ProviderOffice) -> None:
    office.added(COGNITO)
    provider = changed(office, COGNITO, creation_domains=["Example.ORG", "bücher.example"])
    assert provider.creation_domains == {"example.org", "xn--bcher-kva.example"}


@pytest.mark.parametrize(
    ("kind", "stated", "field"),
    [
        (OIDC, {"name": "Acme"}, "name"),
        (OIDC, {"name": "-a"}, "name"),
        (OIDC, {"name": "x" * 41}, "name"),
        (OIDC, {"name": "a/callback"}, "name"),
        (OIDC, {"issuer": ""}, "discovery_url"),
        (OIDC, {"issuer": "https://login.example.org/{tenantid}"}, "issuer"),
        (OIDC, {"issuer": "https://login.example.org?x"}, "issuer"),
        (OIDC, {"tenant": TENANT}, "tenant"),
        (OIDC, {"pool": "eu-west-1_a"}, "pool"),
        (OKTA, {"issuer": "https://acme.okta.com/"}, "issuer"),
        (OKTA, {"issuer": "https://acme.okta.com/oauth2/default/"}, "issuer"),
        (OKTA, {"issuer": "https://acme.okta.com/other"}, "issuer"),
        (OKTA, {"domain": "acme.okta.com"}, "domain"),
        (ENTRA, {"issuer": "https://login.microsoftonline.com/x/v2.0"}, "issuer"),
        (ENTRA, {"tenants": (TENANT,)}, "tenant"),
        (ENTRA, {"authority": "https://login.microsoftonline.us/x"}, "authority"),
        (COGNITO, {"pool": "eu-west-1"}, "pool"),
        (COGNITO, {"pool": "eu-west-1_a@evil.example/"}, "pool"),
        (COGNITO, {"pool": ""}, "pool"),
        (COGNITO, {"domain": "https://acme.auth.example"}, "domain"),
        (OIDC, {"secret_expires_in": 0.0}, "secret_expires_in"),
    ],
)
def test_where_a_provider_is_has_its_form_in_each_kind(
    office: ProviderOffice, kind: ProviderKind, stated: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidField) as refusal:
        office.add(kind, **stated)
    assert refusal.value.field == field
    assert not office.http.sent


@pytest.mark.rule("FE-06")
def test_issuer_kind_and_subject_rule_can_never_be_changed() -> None:
    fields = ProviderChanges.__dataclass_fields__
    assert not {"issuer", "kind", "subject_rule", "name"} & set(fields)


def test_another_cloud_of_microsofts_has_its_own_authority(office: ProviderOffice) -> None:
    fake = office.fake(ENTRA, issuer=f"https://login.microsoftonline.us/{TENANT}/v2.0")
    fake.metadata["userinfo_endpoint"] = "https://graph.microsoft.us/oidc/userinfo"
    provider = office.add(ENTRA, authority="https://login.microsoftonline.us").provider
    assert provider.issuer == f"https://login.microsoftonline.us/{TENANT}/v2.0"
    assert provider.endpoint_hosts == {"graph.microsoft.us"}


def test_a_pool_may_be_named_by_its_issuer(office: ProviderOffice) -> None:
    issuer = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_aBcDeFgHi"
    office.fake(COGNITO)
    assert office.add(COGNITO, pool="", issuer=issuer).provider.issuer == issuer


def test_the_issuer_is_what_the_address_of_the_metadata_says(office: ProviderOffice) -> None:
    office.fake()
    where = "https://login.example.org/.well-known/openid-configuration"
    provider = office.add(issuer="", changes=ProviderChanges(discovery_url=where)).provider
    assert (provider.issuer, provider.discovery_url) == ("https://login.example.org", where)
    with pytest.raises(InvalidField, match=r"^issuer: stated"):
        office.add(issuer="", changes=ProviderChanges(discovery_url=where + "-2"))


@pytest.mark.parametrize(
    ("kind", "stated", "field", "allowed"),
    [
        (OKTA, {"add_audiences": ["a b"]}, "audiences", "visible ASCII"),
        (ENTRA, {"add_audiences": ["https://graph.microsoft.com/"]}, "audiences", "Graph's tokens"),
        (
            ENTRA,
            {"add_audiences": ["00000003-0000-0000-c000-000000000000"]},
            "audiences",
            "Graph's tokens",
        ),
        (OKTA, {"clients": {"0oa1": "nobody"}}, "clients", "one of our clients"),
        (OKTA, {"clients": {"0 oa": ""}}, "clients", "visible ASCII"),
        (OKTA, {"scopes": {"jira.read": ["READS"]}}, "scopes", "close to it: READ"),
        (OKTA, {"scopes": {"jira.read": ["openid"]}}, "scopes", "about users"),
        (OKTA, {"scopes": {"jira.read": []}}, "scopes", "at least one scope of ours"),
        (OKTA, {"scopes": {"a b": ["READ"]}}, "scopes", "visible ASCII"),
        (OKTA, {"longest_seconds": 59}, "longest_seconds", "60 to 604800"),
        (OKTA, {"longest_seconds": 604_801}, "longest_seconds", "60 to 604800"),
    ],
)
def test_an_odd_rule_for_tokens_is_refused_by_its_field(
    office: ProviderOffice, kind: ProviderKind, stated: dict[str, Any], field: str, allowed: str
) -> None:
    office.added(kind)
    refusal = refused(office, kind, bearer=BearerChanges(**stated))
    assert refusal.field == field
    assert allowed in refusal.allowed


def test_lists_of_the_rule_for_tokens_are_added_to_and_taken_from(office: ProviderOffice) -> None:
    office.world.add_resource()
    office.world.add_client("ci-reader")
    office.added(OKTA)
    first = BearerChanges(
        is_on=True,
        add_audiences=["api://default", "api://old"],
        clients={"0oa1": "", "0oa2": "ci-reader"},
        scopes={"jira.read": ["READ"], "jira.all": ["READ", "WRITE"]},
    )
    changed(office, OKTA, bearer=first)
    second = BearerChanges(
        remove_audiences=["api://old"],
        remove_clients=["0oa1"],
        clients={"0oa3": ""},
        remove_scopes=["jira.all"],
    )
    rule = changed(office, OKTA, bearer=second).bearer
    assert rule.is_on
    assert rule.audiences == {"api://default"}
    assert rule.clients == {"0oa2": "ci-reader", "0oa3": ""}
    assert rule.scopes == {"jira.read": {"READ"}}


def test_a_client_of_ours_that_is_gone_speaks_for_nobody(office: ProviderOffice) -> None:
    office.world.add_resource()
    office.world.add_client("ci-reader")
    office.world.clients.delete("ci-reader", ADMIN)
    office.added(OKTA)
    stated = BearerChanges(clients={"0oa2": "ci-reader"})
    assert refused(office, OKTA, bearer=stated).field == "clients"


def test_tokens_of_oktas_own_server_can_never_count(office: ProviderOffice) -> None:
    office.fake(OKTA, issuer="https://acme.okta.com")
    office.add(OKTA, issuer="https://acme.okta.com")
    for switch, stated in (
        ("is_on", BearerChanges(is_on=True)),
        ("for_exchange", BearerChanges(for_exchange=True)),
    ):
        refusal = refused(office, OKTA, bearer=stated)
        assert refusal.field == switch
        assert "only with a custom authorization server" in refusal.allowed
