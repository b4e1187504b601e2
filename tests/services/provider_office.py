"""Looking after providers on a world in memory, with fake providers behind the real parts."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from authserver.crypto.foreign_keys import ForeignKeySets
from authserver.domain.providers import ProviderKind
from authserver.services.external_denials import ExternalDenials
from authserver.services.group_effects import GroupEffects
from authserver.services.provider_bearer_rules import KnownScopes
from authserver.services.provider_checks import ProviderChecks
from authserver.services.provider_credentials import ProviderCredentials
from authserver.services.provider_documents import ProviderDocuments
from authserver.services.provider_domains import ProviderDomains
from authserver.services.provider_drafts import ProviderChanges, ProviderDraft
from authserver.services.provider_fetches import ProviderFetches
from authserver.services.provider_group_rules import ProviderGroupRules
from authserver.services.provider_power import ProviderPower
from authserver.services.provider_rules import ProviderRules
from authserver.services.provider_secrets import ProviderSecrets, SecretSeals
from authserver.services.provider_sign_in_trials import SignInTrials
from authserver.services.providers import CheckedProvider, Providers
from authserver.services.session_ends import SessionEnds
from authserver.upstream.oidc_server import OidcServers
from tests.federation.fake_http import FakeHttp
from tests.federation.fake_people import TENANT
from tests.federation.fake_provider import COGNITO_DOMAIN, FakeProvider
from tests.services.world import ADMIN, ISSUER, SCOPES, World

if TYPE_CHECKING:
    from collections.abc import Collection

    from authserver.domain.ports import Stores
    from authserver.domain.providers import Provider
    from authserver.services.administration import Act

SECRET: Final = "s3cret-of-the-provider-itself"
WHERE: Final[dict[ProviderKind, dict[str, str]]] = {
    ProviderKind.OKTA: {"issuer": "https://acme.okta.com/oauth2/default"},
    ProviderKind.ENTRA: {"tenant": TENANT},
    ProviderKind.COGNITO: {"pool": "eu-west-1_aBcDeFgHi", "domain": COGNITO_DOMAIN},
    ProviderKind.OIDC: {"issuer": "https://login.example.org"},
}
"""Where the fakes are, as an administrator states it."""


class NoSigner:
    """Signs nothing: nobody asks."""

    def assertion(self, provider: Provider, audience: str, now: float) -> str:
        raise AssertionError(f"an assertion for {provider.name} at {audience} ({now})")


class WatchedPower:
    """Takes power as the real one does, and remembers from whom."""

    def __init__(self, world: World) -> None:
        ends = SessionEnds(grants=world.grants, secret_maker=world.secret_maker)
        self._power = ProviderPower(ends=ends, grants=world.grants)
        self.stopped: list[str] = []

    def stop_in(self, stores: Stores, provider_name: str, act: Act, *, now: float) -> int:
        self.stopped.append(provider_name)
        return self._power.stop_in(stores, provider_name, act, now=now)

    def tenants_stopped_in(
        self, stores: Stores, provider: Provider, tenants: Collection[str], act: Act, *, now: float
    ) -> int:
        self.stopped += sorted(tenants)
        return self._power.tenants_stopped_in(stores, provider, tenants, act, now=now)


class ProviderOffice:
    """The services that look after providers; `fakes` answer, nothing else does."""

    def __init__(self, world: World, opened: frozenset[str] = frozenset()) -> None:
        self.world = world
        self.http = FakeHttp()
        administration = world.administration
        servers = OidcServers(
            http=self.http, clock=world.clock, keys=ForeignKeySets(), opened_origins=opened
        )
        self.documents = ProviderDocuments(
            database=world.database,
            clock=world.clock,
            fetches=ProviderFetches(administration=administration, server=servers),
        )
        self.power = WatchedPower(world)
        seals = SecretSeals(
            credentials=ProviderCredentials(
                sealer=world.sealer, signer=NoSigner(), clock=world.clock
            ),
            secret_maker=world.secret_maker,
        )
        scopes = KnownScopes(
            of_kind=SCOPES,
            suggest=lambda name, known: [each for each in sorted(known) if each[:4] == name[:4]],
        )
        self.providers = Providers(
            administration=administration,
            rules=ProviderRules(scopes=scopes, opened=opened),
            checks=ProviderChecks(
                server=servers,
                trials=SignInTrials(http=self.http, secret_maker=world.secret_maker, issuer=ISSUER),
                issuer=ISSUER,
            ),
            seals=seals,
            documents=self.documents,
            power=self.power,
            effects=GroupEffects(),
        )
        self.secrets = ProviderSecrets(administration=administration, seals=seals)
        self.domains = ProviderDomains(administration=administration)
        self.rules = ProviderGroupRules(
            administration=administration,
            scopes=scopes,
            secret_maker=world.secret_maker,
            effects=GroupEffects(),
        )
        self.denials = ExternalDenials(administration=administration)

    def fake(self, kind: ProviderKind = ProviderKind.OIDC, **stated: Any) -> FakeProvider:
        """A provider that answers from now on."""
        return FakeProvider(kind=kind, http=self.http, now=self.world.clock.now, **stated)

    def add(
        self, kind: ProviderKind = ProviderKind.OIDC, name: str = "", **stated: Any
    ) -> CheckedProvider:
        """Add the provider of a kind, under the kind's name unless told otherwise."""
        return self.providers.add(draft(kind, name, **stated), ADMIN)

    def added(
        self, kind: ProviderKind = ProviderKind.OIDC, name: str = "", **stated: Any
    ) -> Provider:
        """The same with a fake behind it, which works."""
        if not any(each.kind is kind for each in self.http.providers):
            self.fake(kind)
        return self.add(kind, name, **stated).provider

    def stored(self, name: str) -> Provider:
        """The provider as it is kept."""
        return self.world.database.state.providers[name]


def draft(
    kind: ProviderKind = ProviderKind.OIDC,
    name: str = "",
    changes: ProviderChanges | None = None,
    **stated: Any,
) -> ProviderDraft:
    """What an administrator states of a new provider."""
    plain = ProviderDraft(
        name=name or str(kind),
        kind=str(kind),
        client_id="client-at-provider",
        secret=SECRET,
        changes=changes or ProviderChanges(),
        **WHERE[kind],  # type: ignore[arg-type]  # mypy takes every field for the first one's type
    )
    return replace(plain, **stated)
