"""Each mistake on the how-to pages about providers, made: what is seen then is what they say."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.providers import ProviderKind
from authserver.services.provider_fields import PERSONAL_ACCOUNTS
from tests.documentation.provider_mistakes import ROWS, Newcomer, is_in, mistakes, tables
from tests.documentation.test_provider_pages import HOWTO, PAGES
from tests.federation.fake_provider import html_answer, json_answer
from tests.federation.world import FederatedWorld

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from tests.people.world import PeopleWorld

    Making = Callable[[Newcomer], str]

OKTA, ENTRA, COGNITO = ProviderKind.OKTA, ProviderKind.ENTRA, ProviderKind.COGNITO
TEXTS: Final = {kind: (HOWTO / name).read_text() for kind, name in PAGES.items()}
METADATA: Final = "/.well-known/openid-configuration"
NOWHERE: Final = "https://acme.okta.com/oauth2/wrong"
APPLICATION: Final = "6e74172b-be56-4843-9ff4-e66a39bb12e3"
STRANGERS: Final = "11111111-2222-3333-4444-555555555555"
WRONG_POOL: Final = "eu-west-1_wRoNgPoOl"
REFUSED: Final = {
    OKTA: replace(html_answer(400), body=b"'redirect_uri' must be a Login redirect URI"),
    ENTRA: replace(html_answer(), body=b"AADSTS50011: The redirect URI does not match"),
    COGNITO: replace(html_answer(302), headers={"location": "/error?error=redirect_mismatch"}),
}


def an_issuer_of_nobody(one: Newcomer) -> str:
    one.fake.faults["/wrong" + METADATA] = json_answer({}, 404)
    slash = one.types(one.adding(issuer=one.fake.issuer + "/"), 2)
    assert "--issuer: as Okta shows it" in slash
    return one.types(one.adding(issuer=NOWHERE), 1)


def an_issuer_that_calls_itself_otherwise(one: Newcomer) -> str:
    one.fake.metadata["issuer"] = "https://login.acme.com/oauth2/default"
    return one.types(one.adding(), 1)


def no_redirect_uri(one: Newcomer) -> str:
    one.follow()
    one.fake.faults["/authorize"] = REFUSED[one.kind]
    told = one.types(f"authserver provider test {one.name}", 3)
    assert f"/login/{one.name}/callback" in told
    return told


def a_wrong_secret(one: Newcomer) -> str:
    one.follow()
    one.fake.client_secret = "another one"
    seen = one.turned_away() + one.logged()
    one.secret.write_text(one.fake.client_secret)
    one.types(f"authserver provider secret add {one.name} --secret-file secret.txt")
    assert one.arrives().path == "/account"
    return seen


def no_access_policy(one: Newcomer) -> str:
    one.follow()
    return "".join(one.answered(error="access_denied"))


def no_such_scope(one: Newcomer) -> str:
    one.follow()
    return "".join(one.answered(error="invalid_scope"))


def an_attribute_that_may_not_be_read(one: Newcomer) -> str:
    one.follow()
    one.fake.faults["/token"] = json_answer({"error": "invalid_grant"}, 400)
    return one.turned_away() + one.logged()


def no_way_to_become_a_user(one: Newcomer) -> str:
    one.follow()
    seen = {one.turned_away(groups=("none",))}
    update = f"authserver provider update {one.name}"
    one.types(f"{update} --creation-group '' --creation-domain example.org")
    seen.add(one.turned_away())
    one.types(f"{update} --creation off")
    seen.add(one.turned_away())
    assert re.search("new users +off", one.types(f"authserver provider show {one.name}"))
    (title,) = seen
    return title


def a_tenant_that_is_not_listed(one: Newcomer) -> str:
    one.fake.template = "https://login.microsoftonline.com/{tenantid}/v2.0"
    one.types(one.adding().replace("--tenant ", "--tenants "))
    one.types(one.command("authserver provider update"))
    seen = one.turned_away(tenant=STRANGERS)
    one.types(f"authserver provider update entra --add-tenant {STRANGERS}")
    assert one.arrives(tenant=STRANGERS).path == "/account"
    return seen


def no_groups_of_a_newcomer(one: Newcomer) -> str:
    one.follow()
    if one.kind is ENTRA:
        one.fake.overage = True
        assert one.turned_away() == one.turned_away(groups=())
        one.fake.overage = False
    if one.kind is OKTA:
        _hundred_groups(one)
    return one.turned_away(oid=STRANGERS, sub="no-groups", groups=())


def _hundred_groups(one: Newcomer) -> None:
    """Somebody in so many is taken for cut off until the server may ask Okta itself."""
    groups = ("Engineers", *(f"g{number}" for number in range(99)))
    seen = one.turned_away(groups=groups)
    one.types("authserver provider update okta --groups-source okta-api")
    one.types("authserver provider secret set-directory okta --secret-file secret.txt")
    one.fake.pages.groups = list(groups)
    assert one.arrives(groups=groups).path == "/account"
    one.types("authserver provider update okta --groups-source claim")
    assert seen == one.turned_away(sub="another", groups=groups)


def no_groups_of_a_user(one: Newcomer) -> str:
    one.follow()
    assert one.arrives().path == "/account"
    assert "groups complete" in one.shown()
    assert one.arrives(groups=()).path == "/account"
    shown = one.shown()
    one.types(f"authserver provider group-rule add {one.name} Banned --deny")
    assert one.turned_away(groups=()) in one.page
    return shown


def too_many_groups_of_a_user(one: Newcomer) -> str:
    one.follow()
    assert one.arrives().path == "/account"
    one.fake.overage = True
    assert one.arrives().path == "/account"
    return one.shown()


def a_name_for_a_tenant(one: Newcomer) -> str:
    common = one.types(one.adding(tenant="common"), 2)
    for other in ("contoso.onmicrosoft.com", PERSONAL_ACCOUNTS):
        assert common == one.types(one.adding(tenant=other), 2)
    return common


def an_application_for_a_tenant(one: Newcomer) -> str:
    answer = json_answer({"error": "invalid_tenant"}, 400)
    one.fake.faults[f"/{APPLICATION}/v2.0{METADATA}"] = answer
    told = one.types(one.adding(tenant=APPLICATION), 1)
    assert "compare --tenant with the Directory (tenant) ID" in told
    return told


def another_pool(one: Newcomer) -> str:
    told = ""
    for status in (400, 404):
        one.fake.faults[f"/{WRONG_POOL}{METADATA}"] = json_answer({}, status)
        said = one.types(one.adding(pool=WRONG_POOL), 1)
        assert "compare --pool with the User pool ID" in said
        told += said
    return told


def a_region_that_is_none(one: Newcomer) -> str:
    return one.types(one.adding(pool="eu-wset-1_aBcDeFgHi"), 1)


def a_name_for_a_pool(one: Newcomer) -> str:
    name = one.types(one.adding(pool="people"), 2)
    arn = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_aBcDeFgHi"
    assert name == one.types(one.adding(pool=arn), 2)
    return name


def no_domain(one: Newcomer) -> str:
    told = one.types(one.adding(domain=""), 1)
    assert told == one.types(one.adding(domain="other.auth.eu-west-1.amazoncognito.com"), 1)
    return told


def a_pool_without_a_domain(one: Newcomer) -> str:
    one.fake.metadata["authorization_endpoint"] = None
    return one.types(one.adding(), 1)


NOT_ACCEPTED: Final = "The identity provider did not accept our request"
ELSEWHERE: Final = (
    "its authorization_endpoint is at …, which is neither the issuer's host nor a host named for "
    "endpoints of this provider"
)
NO_ACCOUNT: Final = "Your account is not set up here"
MADE: Final[Mapping[tuple[ProviderKind, str], Making]] = {
    (OKTA, f"there is nothing at {NOWHERE}{METADATA} (404)"): an_issuer_of_nobody,
    (OKTA, "its issuer is …, and … is configured"): an_issuer_that_calls_itself_otherwise,
    (OKTA, "the provider refuses our login request (400)"): no_redirect_uri,
    (OKTA, NOT_ACCEPTED): no_such_scope,
    (OKTA, "You were not signed in"): no_access_policy,
    (OKTA, "invalid_client"): a_wrong_secret,
    (OKTA, "invalid_scope"): no_such_scope,
    (OKTA, "access_denied"): no_access_policy,
    (OKTA, NO_ACCOUNT): no_way_to_become_a_user,
    (OKTA, "Your groups are not known"): no_groups_of_a_newcomer,
    (OKTA, "groups unknown"): no_groups_of_a_user,
    (ENTRA, "the GUID of a tenant, …"): a_name_for_a_tenant,
    (ENTRA, "https://login.microsoftonline.com/… answers 400"): an_application_for_a_tenant,
    (ENTRA, "its page says that the redirect URI is not registered"): no_redirect_uri,
    (ENTRA, NOT_ACCEPTED): a_wrong_secret,
    (ENTRA, "invalid_client"): a_wrong_secret,
    (ENTRA, NO_ACCOUNT): no_way_to_become_a_user,
    (ENTRA, "Your organization may not sign in here"): a_tenant_that_is_not_listed,
    (ENTRA, "Your groups are not known"): no_groups_of_a_newcomer,
    (ENTRA, "groups unknown"): no_groups_of_a_user,
    (ENTRA, "groups overage"): too_many_groups_of_a_user,
    (COGNITO, "there is nothing at …"): another_pool,
    (COGNITO, "… answers 400"): another_pool,
    (COGNITO, "the host name of … is not known"): a_region_that_is_none,
    (COGNITO, "the id of a user pool …"): a_name_for_a_pool,
    (COGNITO, ELSEWHERE): no_domain,
    (COGNITO, "its authorization_endpoint is missing"): a_pool_without_a_domain,
    (COGNITO, "the provider refuses our login request: redirect_mismatch"): no_redirect_uri,
    (COGNITO, NOT_ACCEPTED): an_attribute_that_may_not_be_read,
    (COGNITO, "invalid_client"): a_wrong_secret,
    (COGNITO, "invalid_grant"): an_attribute_that_may_not_be_read,
    (COGNITO, NO_ACCOUNT): no_way_to_become_a_user,
}
"""What makes each message of the tables appear."""
EACH: Final = list(dict.fromkeys((kind, make) for (kind, _), make in MADE.items()))


def test_each_page_has_five_rows_and_every_message_is_made_to_appear() -> None:
    assert [len(mistakes(text)) for text in TEXTS.values()] == [ROWS] * len(PAGES)
    assert sorted(tables(TEXTS)) == sorted(MADE)


@pytest.mark.parametrize(
    ("kind", "make"), [pytest.param(*each, id=f"{each[0]}-{each[1].__name__}") for each in EACH]
)
def test_who_makes_a_mistake_sees_what_the_page_says(
    kind: ProviderKind, make: Making, world: PeopleWorld, tmp_path: Path
) -> None:
    seen = make(Newcomer(FederatedWorld(world), kind, TEXTS[kind], tmp_path))
    for (of_kind, message), making in MADE.items():
        if (of_kind, making) == (kind, make):
            assert is_in(message, seen), seen
