"""Looking after identity providers, wired."""

from __future__ import annotations

from functools import cached_property

from authserver.domain.scopes import close_matches
from authserver.services.provider_bearer_rules import KnownScopes
from authserver.services.provider_checks import ProviderChecks
from authserver.services.provider_domains import ProviderDomains
from authserver.services.provider_group_rules import ProviderGroupRules
from authserver.services.provider_rules import ProviderRules
from authserver.services.provider_secrets import ProviderSecrets, SecretSeals
from authserver.services.provider_sign_in_trials import SignInTrials
from authserver.services.providers import Providers
from authserver.wiring_registration import RegistrationParts


class ProviderAdministrationParts(RegistrationParts):
    """The part of a container that looks after identity providers."""

    @cached_property
    def provider_seals(self) -> SecretSeals:
        """Seals our credentials at providers."""
        return SecretSeals(credentials=self.provider_credentials, secret_maker=self.secret_maker)

    @cached_property
    def known_scopes(self) -> KnownScopes:
        """Our scopes, for rules that name them."""
        return KnownScopes(of_kind=self.scopes_of_kind, suggest=close_matches)

    @cached_property
    def provider_checks(self) -> ProviderChecks:
        """Looks at providers on the spot."""
        issuer = self.settings.issuer
        return ProviderChecks(
            server=self.provider_servers,
            trials=SignInTrials(
                http=self.provider_http, secret_maker=self.secret_maker, issuer=issuer
            ),
            issuer=issuer,
        )

    @cached_property
    def providers(self) -> Providers:
        """Identity providers."""
        return Providers(
            administration=self.administration,
            rules=ProviderRules(
                scopes=self.known_scopes,
                opened=frozenset(self.settings.outbound.private_origins),
            ),
            checks=self.provider_checks,
            seals=self.provider_seals,
            documents=self.provider_documents,
            power=self.provider_power,
            effects=self.group_effects,
        )

    @cached_property
    def provider_secrets(self) -> ProviderSecrets:
        """Our credentials at providers."""
        return ProviderSecrets(administration=self.administration, seals=self.provider_seals)

    @cached_property
    def provider_domains(self) -> ProviderDomains:
        """Whose people sign in at which provider."""
        return ProviderDomains(administration=self.administration)

    @cached_property
    def provider_group_rules(self) -> ProviderGroupRules:
        """What groups of providers mean here."""
        return ProviderGroupRules(
            administration=self.administration,
            scopes=self.known_scopes,
            secret_maker=self.secret_maker,
            effects=self.group_effects,
        )
