"""E-mail domains of identity providers: their part of the `ProviderStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, select

from authserver.domain.providers import DomainRouting, ProviderDomain
from authserver.storage.inserts import insert_into
from authserver.storage.rows.providers import provider_domains
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_COLUMNS = provider_domains.c


class ProviderDomainRows(Store):
    """The domains of one transaction."""

    def domains(self) -> Sequence[ProviderDomain]:
        """All, by domain."""
        rows = self._connection.execute(
            select(provider_domains).where(self._mine(provider_domains))
        )
        # Sorted here: a server's collation is its own business.
        return sorted(map(_domain, rows), key=lambda each: each.domain)

    def domain(self, domain: str) -> ProviderDomain | None:
        """One domain."""
        if not is_storable(domain):
            return None
        row = self._connection.execute(
            select(provider_domains).where(self._mine(provider_domains), _COLUMNS.domain == domain)
        ).one_or_none()
        return None if row is None else _domain(row)

    def put_domain(self, domain: ProviderDomain) -> None:
        """Insert or replace."""
        values: dict[str, Any] = {
            "provider_name": domain.provider,
            "routing": domain.routing.value,
            "created_at": domain.created_at,
        }
        self._connection.execute(
            insert_into(self._connection, provider_domains)
            .values(issuer_id=self._issuer_id, domain=domain.domain, **values)
            .on_conflict_do_update(
                index_elements=list(provider_domains.primary_key.columns), set_=values
            )
        )

    def remove_domain(self, domain: str) -> bool:
        """Forget; False when it was not there."""
        if not is_storable(domain):
            return False
        removed = self._connection.execute(
            delete(provider_domains).where(self._mine(provider_domains), _COLUMNS.domain == domain)
        )
        return removed.rowcount == 1


def _domain(row: Row[Any]) -> ProviderDomain:
    return ProviderDomain(
        domain=row.domain,
        provider=row.provider_name,
        routing=DomainRouting(row.routing),
        created_at=row.created_at,
    )
