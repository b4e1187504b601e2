"""Identity providers: adding them, changing them, and taking away what came by them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import AlreadyExists, InvalidField
from authserver.domain.providers import Provider, ProviderStatus
from authserver.services.administration import before_and_after
from authserver.services.new_providers import drafted
from authserver.services.provider_descriptions import described
from authserver.services.provider_findings import ProviderCheck, ProviderUnusable
from authserver.services.provider_guards import guard_provider
from authserver.services.provider_lookup import existing_provider, looked_at, provider_changed
from authserver.services.user_lookup import known_anew

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.ports import Stores
    from authserver.domain.provider_documents import ProviderMetadata
    from authserver.domain.provider_looks import ProviderLook
    from authserver.services.administration import Act, Administration
    from authserver.services.provider_checks import ProviderChecks
    from authserver.services.provider_drafts import ProviderChanges, ProviderDraft
    from authserver.services.provider_group_rules import RuleEffects
    from authserver.services.provider_partners import DocumentKeeper, PowerTaker
    from authserver.services.provider_rules import ProviderRules
    from authserver.services.provider_secrets import SecretSeals

ASKED_ANEW: Final = (
    "accepts_login",
    "algorithms",
    "client_id",
    "discovery_url",
    "endpoint_hosts",
    "scopes",
)
"""Fields after whose change the provider has to be looked at again."""


@dataclass(frozen=True, slots=True)
class CheckedProvider:
    """A provider, with what was found when it was looked at (`None`: it was not)."""

    provider: Provider
    check: ProviderCheck | None


@dataclass(frozen=True, slots=True)
class StoppedProvider:
    """A provider that was stopped, and how many users that reached."""

    provider: Provider
    users: int


class Providers:
    """Use cases of providers; every change is recorded, and holds everywhere on return.

    Those that change one raise Forbidden where somebody administers by it, and the act may not
    touch such providers.
    """

    def __init__(
        self,
        *,
        administration: Administration,
        rules: ProviderRules,
        checks: ProviderChecks,
        seals: SecretSeals,
        documents: DocumentKeeper,
        power: PowerTaker,
        effects: RuleEffects,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._rules = rules
        self._checks = checks
        self._seals = seals
        self._documents = documents
        self._power = power
        self._effects = effects

    def list(self) -> Sequence[ProviderLook]:
        """All providers but removed ones, by name, with what is kept of them."""
        with self._administration.database.reading() as stores:
            return [looked_at(stores, each) for each in stores.providers.list()]

    def look(self, name: str) -> ProviderLook:
        """One provider with what is kept of it. Raises NotFound, also for a removed one."""
        with self._administration.database.reading() as stores:
            return looked_at(stores, existing_provider(stores, name))

    def get(self, name: str) -> Provider:
        """One provider. Raises NotFound, also for a removed one."""
        with self._administration.database.reading() as stores:
            return existing_provider(stores, name)

    def preset(self, draft: ProviderDraft) -> Provider:
        """What a new provider has by itself, being of its kind and where it is.

        Raises:
            InvalidField: names the field and what is allowed.
        """
        return drafted(draft, self._administration.clock.now(), self._rules.opened)

    def add(self, draft: ProviderDraft, act: Act) -> CheckedProvider:
        """Add a provider that answers as it should; its secret is sealed and never shown again.

        A login request that it refuses is told and does not keep it from being added: what is
        missing there (a redirect URI, say) is often entered afterwards.

        Raises:
            InvalidField: names the field and what is allowed; nothing was stored.
            AlreadyExists: the name is taken, or was a removed provider's.
            ProviderUnusable: what it publishes cannot be used; nothing was stored.
        """
        now = self._administration.clock.now()
        plain = drafted(draft, now, self._rules.opened)
        changes = replace(draft.changes, client_id=draft.client_id)
        with self._administration.database.reading() as stores:
            provider = self._rules.applied(stores, plain, changes)
            if stores.providers.get(provider.name) is not None:
                raise AlreadyExists("provider", provider.name)
        if provider.auth.uses_secret:
            secret = self._seals.client_secret(
                provider.name, draft.secret, now, draft.secret_expires_in
            )
            provider = replace(provider, secrets=(secret,))
        elif draft.secret:
            raise InvalidField("secret", "only with client_secret_basic or client_secret_post")
        check, metadata = self._usable(provider, now)
        provider = replace(provider, sends_issuer=metadata.sends_issuer)
        with self._administration.changing(
            provider_changed(provider.name, now), takes_power=False
        ) as stores:
            # Once more: what it refers to (a client of ours) may be gone meanwhile.
            self._rules.applied(stores, provider, changes)
            stores.providers.add(provider)
            self._documents.store_checked(stores, provider, metadata, check.jwks, now)
            self._administration.record(
                stores, act, "provider.added", provider.name, {"after": described(provider)}
            )
        return CheckedProvider(provider, check)

    def update(self, name: str, changes: ProviderChanges, act: Act) -> CheckedProvider:
        """Change a provider; what it may no longer do ends before this returns.

        It is looked at where the change is about what it publishes or how we ask it.

        Raises:
            NotFound: there is no such provider.
            InvalidField: names the field and what is allowed; nothing was changed.
            ProviderUnusable: after this it could not be used; nothing was changed.
        """
        now = self._administration.clock.now()
        with self._administration.database.reading() as stores:
            wanted = self._rules.applied(stores, existing_provider(stores, name), changes)
        check = metadata = None
        if any(getattr(changes, each) is not None for each in ASKED_ANEW):
            check, metadata = self._usable(wanted, now)
        with self._administration.changing(provider_changed(name, now), takes_power=True) as stores:
            before = existing_provider(stores, name)
            guard_provider(stores, act, name)
            act.expect(described(before))
            after = self._rules.applied(stores, before, changes)
            if check is not None and metadata is not None:
                after = replace(after, sends_issuer=metadata.sends_issuer)
                self._documents.store_checked(stores, after, metadata, check.jwks, now)
            self._save(stores, before, after, act)
            if gone := before.tenants - after.tenants:
                self._power.tenants_stopped_in(stores, after, gone, act, now=now)
        return CheckedProvider(after, check)

    def test(self, name: str, act: Act) -> CheckedProvider:
        """Look at a provider; what it publishes now counts from now on, where it can be used.

        Raises:
            NotFound: there is no such provider.
        """
        now = self._administration.clock.now()
        with self._administration.database.reading() as stores:
            provider = existing_provider(stores, name)
            rules = stores.providers.rules(name)
        check = self._checks.examine(provider, rules, now)
        if check.metadata is None or not check.is_usable:
            return CheckedProvider(provider, check)
        with self._administration.changing(
            provider_changed(name, now), takes_power=False
        ) as stores:
            before = existing_provider(stores, name)
            after = replace(before, sends_issuer=check.metadata.sends_issuer)
            self._documents.store_checked(stores, after, check.metadata, check.jwks, now)
            if after != before:
                self._save(stores, before, after, act)
        return CheckedProvider(after, check)

    def disable(self, name: str, act: Act) -> StoppedProvider:
        """Stop a provider: sessions, grants and tokens that came by it end before this returns.

        Raises:
            NotFound: there is no such provider.
        """
        return self._stop(name, ProviderStatus.DISABLED, "provider.disabled", act)

    def enable(self, name: str, act: Act) -> Provider:
        """Let a disabled provider count again; what ended stays ended. Raises NotFound.

        Its groups give again what they gave, by the rules that there are now.
        """
        now = self._administration.clock.now()
        with self._administration.changing(provider_changed(name, now), takes_power=True) as stores:
            before = existing_provider(stores, name)
            guard_provider(stores, act, name)
            act.expect(described(before))
            after = replace(before, status=ProviderStatus.ENABLED)
            stores.providers.save(after)
            self._administration.record(
                stores,
                act,
                "provider.enabled",
                name,
                {"before": str(before.status), "after": str(after.status)},
            )
            self._effects.rules_changed_in(stores, after, act.call(now))
        return after

    def remove(self, name: str, act: Act) -> StoppedProvider:
        """End a provider for ever: its name never comes back, its identities are nobody's.

        Raises:
            NotFound: there is no such provider.
        """
        return self._stop(name, ProviderStatus.REMOVED, "provider.removed", act)

    def _usable(self, provider: Provider, now: float) -> tuple[ProviderCheck, ProviderMetadata]:
        check = self._checks.examine(provider, (), now)
        if check.metadata is None or not check.is_usable:
            raise ProviderUnusable(check)
        return check, check.metadata

    def _save(self, stores: Stores, before: Provider, after: Provider, act: Act) -> None:
        stores.providers.save(after)
        self._administration.record(
            stores,
            act,
            "provider.updated",
            after.name,
            before_and_after(described(before), described(after)),
        )

    def _stop(self, name: str, status: ProviderStatus, action: str, act: Act) -> StoppedProvider:
        now = self._administration.clock.now()
        with self._administration.changing(provider_changed(name, now), takes_power=True) as stores:
            before = existing_provider(stores, name)
            guard_provider(stores, act, name)
            act.expect(described(before))
            after = replace(before, status=status)
            if status is ProviderStatus.REMOVED:
                # Client secrets end, too; nobody would seal what is left anew, or ever open it.
                after = replace(after, groups=replace(after.groups, directory_secret=b""))
            stores.providers.save(after)
            # Whoever gets in by another way has nothing of this one's groups any more.
            members = stores.identities.derived(name)
            stores.identities.clear_groups(name)
            users = self._power.stop_in(stores, name, act, now=now)
            if status is ProviderStatus.REMOVED:
                _clear(stores, name, now)
            if members:
                stores.authority.advance([known_anew(each, now) for each in sorted(members)])
            self._administration.record(
                stores,
                act,
                action,
                name,
                {"before": str(before.status), "after": str(status), "users": users},
            )
        return StoppedProvider(after, users)


def _clear(stores: Stores, name: str, now: float) -> None:
    """What would go on to give something, or to lead people to nobody."""
    stores.providers.expire_secrets(name, keep="", at=now)
    for domain in stores.providers.domains():
        if domain.provider == name:
            stores.providers.remove_domain(domain.domain)
    stores.identities.unlink_all(name, now)
