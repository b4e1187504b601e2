"""Two providers of one issuer: what is denied at one counts at neither."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.external_tokens import DenialKind
from authserver.domain.external_tokens import ExternalProblem as Why
from authserver.domain.providers import ProviderKind
from tests.federation.bearing import APP, Bearing, bearing, provider_of, subject_key_of

if TYPE_CHECKING:
    from authserver.domain.providers import Provider
    from tests.federation.bearing import BearingInstallation

OTHER_TENANT = "22222222-3333-4444-5555-666666666666"


def add(world: Bearing, provider: Provider) -> None:
    with world.installation.container.database.writing() as stores:
        stores.providers.add(provider)
        stores.authority.advance([Change(ChangeKind.PROVIDER, provider.name, 0.0)])
    world.installation.poll()


# One sorts before the provider that accepts, one behind; the login of people may be one of its own.
@pytest.mark.parametrize("name", ["a-login", "z-login"])
@pytest.mark.parametrize("kind", [DenialKind.TOKEN, DenialKind.SUBJECT, DenialKind.CLIENT])
def test_what_is_denied_at_one_provider_of_an_issuer_counts_at_none(
    okta: Bearing, name: str, kind: DenialKind
) -> None:
    login = provider_of(okta.fake, name)
    add(okta, replace(login, bearer=replace(login.bearer, is_on=False)))
    token = okta.token(jti="AT.seen")
    assert okta.judge(token).is_accepted
    value = {
        DenialKind.TOKEN: "AT.seen",
        DenialKind.SUBJECT: subject_key_of(ProviderKind.OKTA, okta.person),
        DenialKind.CLIENT: APP,
    }[kind]
    container = okta.installation.container
    container.external_denials.deny(name, kind, value, container.operator)
    assert okta.judge(token).problem is Why.DENIED
    assert okta.judge(okta.token(jti="AT.seen")).problem is Why.DENIED


def test_a_client_that_is_denied_in_one_tenant_counts_in_another(
    installation: BearingInstallation,
) -> None:
    entra = bearing(installation, ProviderKind.ENTRA)
    there = provider_of(entra.fake, "other-tenant")
    issuer = there.issuer.replace(entra.person.tenant, OTHER_TENANT)
    assert issuer != there.issuer
    add(entra, replace(there, issuer=issuer, tenants=frozenset({OTHER_TENANT})))
    container = installation.container
    container.external_denials.deny("other-tenant", DenialKind.CLIENT, APP, container.operator)
    assert entra.judge(entra.token()).is_accepted


def test_one_provider_may_be_for_sites_and_another_one_for_exchange(okta: Bearing) -> None:
    there = provider_of(okta.fake, "z-exchange")
    add(okta, replace(there, bearer=replace(there.bearer, is_on=False, for_exchange=True)))
    token, installation = okta.token(), okta.installation
    for _ in range(2):
        # Whatever it was presented for before.
        assert okta.judge(token).is_accepted
        external = installation.worker.container.external_tokens
        assert external.read(token, installation.clock.now()).provider == "z-exchange"
