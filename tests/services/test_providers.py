"""Identity providers: looked at before they are kept, changed whole or not, stopped at once."""

from __future__ import annotations

import pytest

from authserver.domain.authority import ChangeKind
from authserver.domain.errors import AlreadyExists, InvalidField, NotFound
from authserver.domain.identities import Identity, IdentityStatus
from authserver.domain.providers import (
    DomainRouting,
    EmailTrust,
    LogoutRule,
    ProviderAuth,
    ProviderKind,
    ProviderStatus,
    SubjectRule,
    UserCreation,
)
from authserver.services.provider_drafts import ProviderChanges
from tests.federation.fake_people import TENANT
from tests.services.provider_office import SECRET, ProviderOffice
from tests.services.world import ADMIN, World, details

KINDS = list(ProviderKind)


@pytest.fixture
def office(world: World) -> ProviderOffice:
    return ProviderOffice(world)


def advanced(office: ProviderOffice) -> list[str]:
    changes = office.world.database.state.changes
    return [each.change.value for each in changes if each.change.kind is ChangeKind.PROVIDER]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_begins_with_its_preset(office: ProviderOffice, kind: ProviderKind) -> None:
    provider = office.added(kind)
    assert provider == office.stored(kind)
    assert provider.status is ProviderStatus.ENABLED
    assert provider.creation is UserCreation.OFF
    assert not provider.bearer.is_on
    assert provider.algorithms == {"RS256"}
    assert (provider.subject_rule, provider.logout, provider.email_trust, provider.auth) == {
        ProviderKind.OKTA: (
            SubjectRule.OKTA_UID,
            LogoutRule.ID_TOKEN_HINT,
            EmailTrust.VERIFIED,
            ProviderAuth.SECRET_BASIC,
        ),
        ProviderKind.ENTRA: (
            SubjectRule.ENTRA_OBJECT,
            LogoutRule.LOGOUT_HINT,
            EmailTrust.DOMAIN_OWNER,
            ProviderAuth.SECRET_POST,
        ),
        ProviderKind.COGNITO: (
            SubjectRule.SUB,
            LogoutRule.COGNITO,
            EmailTrust.VERIFIED,
            ProviderAuth.SECRET_BASIC,
        ),
        ProviderKind.OIDC: (
            SubjectRule.SUB,
            LogoutRule.ID_TOKEN_HINT,
            EmailTrust.NEVER,
            ProviderAuth.SECRET_BASIC,
        ),
    }[kind]
    assert (provider.groups.claim, provider.groups.limit) == {
        ProviderKind.OKTA: ("groups", 100),
        ProviderKind.ENTRA: ("groups", 0),
        ProviderKind.COGNITO: ("cognito:groups", 0),
        ProviderKind.OIDC: ("groups", 0),
    }[kind]
    assert provider.uses_userinfo is (kind in {ProviderKind.OKTA, ProviderKind.OIDC})


def test_only_oktas_own_server_is_asked_for_the_scope_groups(office: ProviderOffice) -> None:
    assert "groups" not in office.added(ProviderKind.OKTA).scopes
    office.fake(ProviderKind.OKTA, issuer="https://own.okta.com")
    own = office.add(ProviderKind.OKTA, "own", issuer="https://own.okta.com").provider
    assert own.scopes == ("openid", "profile", "email", "groups")


@pytest.mark.rule("FE-07")
@pytest.mark.parametrize(
    "tenant",
    [
        *("common", "organizations", "consumers", "contoso.onmicrosoft.com", ""),
        *("9188040d-6c67-4c5b-b112-36a304b66dad", f"{TENANT}/", f"{TENANT}\n", "{tenantid}"),
    ],
)
def test_a_tenant_is_a_guid_and_never_everybodys(office: ProviderOffice, tenant: str) -> None:
    for stated in ({"tenant": tenant}, {"tenant": "", "tenants": (TENANT, tenant)}):
        with pytest.raises(InvalidField, match="tenant"):
            office.add(ProviderKind.ENTRA, **stated)
    assert not office.http.sent


@pytest.mark.rule("FE-07")
def test_several_tenants_are_listed_one_by_one_under_a_template(office: ProviderOffice) -> None:
    fake = office.fake(
        ProviderKind.ENTRA,
        issuer="https://login.microsoftonline.com/organizations/v2.0",
        template="https://login.microsoftonline.com/{tenantid}/v2.0",
    )
    provider = office.add(ProviderKind.ENTRA, tenant="", tenants=(TENANT.upper(),)).provider
    assert provider.issuer == fake.template
    assert provider.tenants == {TENANT}
    emptied = office.providers.update(
        "entra", ProviderChanges(remove_tenants=[TENANT.upper()]), ADMIN
    ).provider
    assert emptied.tenants == frozenset()
    tested = office.providers.test("entra", ADMIN).check
    assert tested is not None
    assert [each.what for each in tested.problems] == [
        "no tenant is listed, so nobody can sign in and no token counts"
    ]


@pytest.mark.rule("FE-07")
def test_microsofts_servers_are_of_one_kind_only(office: ProviderOffice) -> None:
    for issuer in (
        "https://login.microsoftonline.com/common/v2.0",
        f"https://sts.windows.net/{TENANT}/",
    ):
        for kind in (ProviderKind.OIDC, ProviderKind.OKTA):
            with pytest.raises(InvalidField):
                office.add(kind, issuer=issuer)


def test_the_secret_is_sealed_for_its_provider_and_shown_nowhere(office: ProviderOffice) -> None:
    added = office.added()
    (secret,) = added.secrets
    opened = office.world.sealer.open(
        secret.sealed, purpose="provider-secret", context=f"oidc/{secret.secret_id}"
    )
    assert opened.decode() == SECRET
    assert secret.hint == SECRET[-4:]
    state = office.world.database.state
    assert SECRET not in repr(state)
    assert all(SECRET not in str(each.details) for each in state.audit)


@pytest.mark.parametrize("secret", ["", " x", "x\n", "x" * 4097, "a\x07b"])
def test_a_secret_that_cannot_be_one_is_refused_without_repeating_it(
    office: ProviderOffice, secret: str
) -> None:
    with pytest.raises(InvalidField, match=r"^secret: 1 to 4096 printable") as refused:
        office.add(secret=secret)
    assert not secret or secret not in str(refused.value)
    assert not office.http.sent


def test_whoever_needs_no_secret_may_have_none(office: ProviderOffice) -> None:
    office.fake()
    changes = ProviderChanges(auth="private_key_jwt")
    with pytest.raises(InvalidField, match=r"^secret: only with"):
        office.add(changes=changes)
    assert office.add(changes=changes, secret="").provider.secrets == ()


def test_a_name_is_never_given_out_again(office: ProviderOffice) -> None:
    office.added()
    office.providers.remove("oidc", ADMIN)
    sent = len(office.http.sent)
    with pytest.raises(AlreadyExists):
        office.add()
    assert len(office.http.sent) == sent
    assert not office.providers.list()
    for verb in ("get", "look"):
        with pytest.raises(NotFound, match="no provider named 'oidc'"):
            getattr(office.providers, verb)("oidc")


@pytest.mark.parametrize("verb", ["test", "disable", "enable", "remove"])
def test_what_does_not_exist_cannot_be_acted_on(office: ProviderOffice, verb: str) -> None:
    with pytest.raises(NotFound, match="no provider named 'nobody'"):
        getattr(office.providers, verb)("nobody", ADMIN)


def test_an_update_changes_what_it_states_and_nothing_else(office: ProviderOffice) -> None:
    before = office.added(ProviderKind.OKTA)
    changes = ProviderChanges(
        display_name="Our Okta", creation="on", creation_groups=["staff"], living_seconds=0
    )
    changed = office.providers.update("okta", changes, ADMIN)
    after = changed.provider
    assert after == office.stored("okta")
    assert changed.check is None
    assert (after.display_name, after.creation, after.living_seconds) == ("Our Okta", "on", 0)
    assert (after.issuer, after.secrets, after.groups) == (
        before.issuer,
        before.secrets,
        before.groups,
    )
    record = office.world.database.audit[-1]
    assert record.action == "provider.updated"
    assert details(record)["after"] == {
        "display_name": "Our Okta",
        "creation": "on",
        "creation_groups": ["staff"],
        "living_seconds": 0,
    }


@pytest.mark.parametrize(
    ("verb", "status"),
    [("disable", ProviderStatus.DISABLED), ("remove", ProviderStatus.REMOVED)],
)
def test_stopping_takes_away_what_came_by_it_and_waits(
    office: ProviderOffice, verb: str, status: ProviderStatus
) -> None:
    office.added()
    waited = office.world.clock.monotonic()
    stopped = getattr(office.providers, verb)("oidc", ADMIN)
    assert office.world.clock.monotonic() - waited == pytest.approx(0.3)
    assert office.power.stopped == ["oidc"]
    assert stopped.provider.status is status
    assert office.stored("oidc").status is status
    assert advanced(office)[-1] == "oidc"
    record = office.world.database.audit[-1]
    assert record.action == f"provider.{verb}d"
    assert details(record) == {"before": "enabled", "after": str(status), "users": 0}


def test_a_disabled_provider_may_return(office: ProviderOffice) -> None:
    office.added()
    office.providers.disable("oidc", ADMIN)
    assert office.providers.enable("oidc", ADMIN).is_enabled
    assert advanced(office) == ["oidc"] * 3


def test_nothing_of_a_removed_provider_is_left_to_lead_anybody_there(
    office: ProviderOffice,
) -> None:
    office.added()
    office.domains.set("oidc", "example.org", DomainRouting.FORCE, ADMIN)
    world = office.world
    with world.database.writing() as stores:
        stores.identities.add(
            Identity(
                provider="oidc",
                subject_key="ada",
                subject="user:ada",
                shown="ada",
                status=IdentityStatus.LINKED,
                created_at=world.clock.now(),
                last_sign_in_at=None,
                last_checked_at=world.clock.now(),
            )
        )
    assert office.providers.remove("oidc", ADMIN).users == 1
    assert not office.domains.list()
    with world.database.reading() as stores:
        assert stores.identities.find("oidc", "ada") is None
    assert not any(each.is_live(world.clock.now()) for each in office.stored("oidc").secrets)


def test_plain_http_is_for_opened_origins_only(world: World) -> None:
    issuer = "http://localhost:9000"
    closed = ProviderOffice(world)
    with pytest.raises(InvalidField, match="plain http only at an origin"):
        closed.add(issuer=issuer)
    opened = ProviderOffice(world, frozenset({issuer}))
    opened.fake(issuer=issuer)
    assert opened.add(issuer=issuer).provider.issuer == issuer
