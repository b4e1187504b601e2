"""Which e-mail domains' people sign in at which provider."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.email_domains import check_domain, domain_of
from authserver.domain.errors import Conflict, NotFound
from authserver.domain.providers import DomainRouting, ProviderDomain
from authserver.services.provider_descriptions import described_domain
from authserver.services.provider_fields import check_word
from authserver.services.provider_guards import guard_domain, guard_provider
from authserver.services.provider_lookup import existing_provider, provider_changed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.ports import Stores
    from authserver.services.administration import Act, Administration


class ProviderDomains:
    """Use cases of e-mail domains."""

    def __init__(self, *, administration: Administration) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration

    def list(self) -> Sequence[ProviderDomain]:
        """All, by domain."""
        with self._administration.database.reading() as stores:
            return stores.providers.domains()

    def set(self, name: str, domain: str, routing: str, act: Act) -> ProviderDomain:
        """Send people with addresses of the domain to a provider, in place of where they went.

        Raises:
            NotFound: there is no such provider.
            InvalidField: names the field and what is allowed; nothing was stored.
            Conflict: the provider signs nobody in, or no administrator could sign in with a local
                password any more.
            Forbidden: somebody administers by the provider, or by the one before it, or has an
                address of the domain.
        """
        now = self._administration.clock.now()
        entry = ProviderDomain(
            domain=check_domain("domain", domain),
            provider=name,
            routing=check_word("routing", routing, DomainRouting),
            created_at=now,
        )
        with self._administration.changing(provider_changed(name, now), takes_power=True) as stores:
            if not existing_provider(stores, name).accepts_login:
                raise Conflict(f"provider {name} signs nobody in: see its accepts-login")
            if entry.routing is DomainRouting.FORCE:
                _keep_an_administrator(stores, entry.domain)
            before = stores.providers.domain(entry.domain)
            guard_provider(stores, act, name)
            if before is not None:
                guard_provider(stores, act, before.provider)
            guard_domain(stores, act, entry.domain)
            stores.providers.put_domain(entry)
            self._administration.record(
                stores,
                act,
                "provider.domain_set",
                name,
                {
                    "before": None if before is None else described_domain(before),
                    "after": described_domain(entry),
                },
            )
        return entry

    def remove(self, domain: str, act: Act) -> ProviderDomain:
        """Send people with addresses of the domain nowhere any more.

        Raises:
            InvalidField: it is no domain.
            NotFound: it was not set.
            Conflict: it has just been led to another provider.
            Forbidden: somebody administers by the provider, or has an address of the domain.
        """
        now = self._administration.clock.now()
        checked = check_domain("domain", domain)
        with self._administration.database.reading() as stores:
            entry = stores.providers.domain(checked)
        if entry is None:
            raise NotFound("domain", checked)
        with self._administration.changing(
            provider_changed(entry.provider, now), takes_power=False
        ) as stores:
            now_led = stores.providers.domain(checked)
            if now_led is not None and now_led.provider != entry.provider:
                raise Conflict(f"{checked} has just been led to {now_led.provider}: look again")
            guard_provider(stores, act, entry.provider)
            guard_domain(stores, act, checked)
            if not stores.providers.remove_domain(checked):
                raise NotFound("domain", checked)
            self._administration.record(
                stores,
                act,
                "provider.domain_removed",
                entry.provider,
                {"before": described_domain(entry)},
            )
        return entry


def _keep_an_administrator(stores: Stores, domain: str) -> None:
    """A name of the domain never reaches the local form again: somebody's must be another."""
    local = [
        each
        for each in stores.users.list()
        if each.is_administrator and each.is_enabled and each.password_hash
    ]
    if local and all(domain_of(each.username) == domain for each in local):
        raise Conflict(
            f"every administrator with a local password has a user name at {domain} and could not "
            "use it any more: first make one with another name, by authserver user create NAME "
            "--administrator"
        )
