"""A tenant that is taken off a provider's list takes along what its people began."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.external_tokens import ExternalToken
from authserver.domain.grants import GrantEnd
from authserver.domain.groups import Group
from authserver.domain.provider_issuers import ENTRA_V2
from authserver.domain.providers import TENANT_PLACE, BearerRule, ProviderKind, SubjectRule
from authserver.domain.tokens import latest_end
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem
from authserver.services.administrators import may_administer
from authserver.services.exchange_standing import why_not
from authserver.services.provider_drafts import ProviderChanges
from tests.federation.fake_people import TENANT
from tests.services.provider_office import ProviderOffice
from tests.services.upstream_office import UpstreamOffice
from tests.services.world import ADMIN, World

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase

OTHER: Final = "11111111-2222-4333-8444-555555555555"
ADA: Final = f"{TENANT}/690222be-ff1a-4d56-abd1-7e4f7d38e474"
BOB: Final = f"{OTHER}/790222be-ff1a-4d56-abd1-7e4f7d38e474"


@pytest.fixture
def office(database: SqlDatabase) -> UpstreamOffice:
    office = UpstreamOffice(database)
    office.add_provider(
        "okta",
        kind=ProviderKind.ENTRA,
        issuer=ENTRA_V2,
        subject_rule=SubjectRule.ENTRA_OBJECT,
        tenants=frozenset({TENANT, OTHER}),
        bearer=BearerRule(for_exchange=True, clients={"theirs": ""}),
    )
    office.add_provider("entra")
    return office


def remove_tenant(office: UpstreamOffice, tenant: str = TENANT) -> int:
    """What taking a tenant off the list comes to."""
    now = office.now
    change = Change(ChangeKind.PROVIDER, "okta", latest_end(now))
    with office.administration.changing([change], takes_power=True) as stores:
        provider = stores.providers.get("okta")
        assert provider is not None
        after = replace(provider, tenants=provider.tenants - {tenant})
        stores.providers.save(after)
        return office.power.tenants_stopped_in(stores, after, {tenant}, ADMIN, now=now)


@pytest.mark.rule("FE-07")
def test_sessions_and_grants_of_its_people_end_and_no_others(office: UpstreamOffice) -> None:
    ada, bob = office.arrive(ADA), office.arrive(BOB)
    hers, his = office.grant(ada), office.grant(bob)
    office.sessions.end(ada.session_id, ADMIN)
    again = office.arrive(ADA)
    stopped_at = office.now
    assert remove_tenant(office) == 1
    assert not office.is_live(again)
    assert office.end_of(hers) == GrantEnd.PROVIDER_STOPPED
    denials = [(each.value, each.issued_until) for each in office.changes(ChangeKind.SUBJECT)]
    assert denials == [(ada.subject, stopped_at)]
    assert office.is_live(bob)
    assert office.end_of(his) == ""


def test_who_has_another_provider_loses_only_what_came_by_the_tenant(
    office: UpstreamOffice,
) -> None:
    ada = office.arrive(ADA)
    office.link(ada)
    other = office.arrive("ada", "entra")
    here, there = office.grant(ada), office.grant(other)
    assert remove_tenant(office) == 1
    assert (office.end_of(here), office.end_of(there)) == (GrantEnd.PROVIDER_STOPPED, "")
    assert office.is_live(other)


@pytest.mark.rule("FE-12")
def test_nobody_arrives_whose_tenant_went_meanwhile(office: UpstreamOffice) -> None:
    office.arrive(ADA)
    remove_tenant(office)
    with pytest.raises(UpstreamFailure) as refusal:
        office.arrive(ADA)
    assert refusal.value.problem is SignInProblem.TENANT_NOT_ALLOWED


@pytest.mark.rule("FE-07")
def test_no_token_of_the_tenant_is_exchanged_any_more(office: UpstreamOffice) -> None:
    ada = office.arrive(ADA)
    token = ExternalToken(
        provider="okta",
        issuer=ENTRA_V2.replace(TENANT_PLACE, TENANT),
        client_id="theirs",
        subject_key=ADA,
        scopes=frozenset(),
        token_id="jti-1",
        session_id="",
        issued_at=office.now,
        expires_at=office.now + 600,
        groups=None,
        overage=False,
    )
    grant = office.exchanged_of(ada.subject)
    with office.database.writing() as stores:
        assert why_not(stores, token, grant) == ""
    remove_tenant(office)
    with office.database.writing() as stores:
        assert why_not(stores, token, grant) == "the provider was stopped meanwhile"


def test_groups_of_the_tenant_give_nothing_any_more(office: UpstreamOffice) -> None:
    ada = office.arrive(ADA)
    with office.database.writing() as stores:
        stores.groups.add(Group("staff", "", frozenset(), office.now))
        identity = stores.identities.find("okta", ADA)
        assert identity is not None
        granted = replace(identity, is_administrator=True, ceiling=frozenset({"READ"}))
        stores.identities.save(granted)
        stores.identities.set_groups("okta", ada.subject, frozenset({"staff"}))
    remove_tenant(office)
    with office.database.reading() as stores:
        user = stores.users.get(ada.subject)
        assert user is not None
        assert not may_administer(stores, user)
        assert stores.identities.groups_by("okta", ada.subject) == frozenset()
    # Still connected, and still limited.
    assert office.identity(ADA).ceiling == frozenset()
    assert ada.subject in {each.value for each in office.changes(ChangeKind.USER)}


@pytest.mark.rule("FE-07")
def test_an_administrator_who_takes_a_tenant_off_the_list_takes_its_power(world: World) -> None:
    office = ProviderOffice(world)
    office.fake(
        ProviderKind.ENTRA,
        issuer="https://login.microsoftonline.com/organizations/v2.0",
        template=ENTRA_V2,
    )
    office.add(ProviderKind.ENTRA, tenant="", tenants=(TENANT, OTHER))
    office.providers.update("entra", ProviderChanges(display_name="Entra"), ADMIN)
    assert office.power.stopped == []
    office.providers.update("entra", ProviderChanges(remove_tenants=[TENANT]), ADMIN)
    assert office.power.stopped == [TENANT]
