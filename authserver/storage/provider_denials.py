"""What of a provider's counts no more: its part of the `ProviderStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import case, delete, or_, select

from authserver.domain.external_tokens import DenialKind, ExternalDenial
from authserver.storage.inserts import insert_into
from authserver.storage.rows.providers import provider_denials
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

_COLUMNS = provider_denials.c


class ProviderDenialRows(Store):
    """The denials of one transaction."""

    def denials(self, name: str, now: float) -> Sequence[ExternalDenial]:
        """What counts no more of a provider's, at `now`; by kind and value."""
        if not is_storable(name):
            return []
        rows = self._connection.execute(
            select(provider_denials).where(
                self._mine(provider_denials),
                _COLUMNS.provider_name == name,
                or_(_COLUMNS.expires_at.is_(None), _COLUMNS.expires_at > now),
            )
        )
        # Sorted here: a server's collation is its own business.
        return sorted(map(_denial, rows), key=lambda each: (each.kind, each.value))

    def add_denial(self, denial: ExternalDenial) -> None:
        """Insert, or widen the one of the same provider, kind and value; its creation stays."""
        values: dict[str, Any] = {
            "issued_until": denial.issued_until,
            "expires_at": denial.expires_at,
            "reason": denial.reason,
        }
        insertion = insert_into(self._connection, provider_denials).values(
            issuer_id=self._issuer_id,
            provider_name=denial.provider,
            kind=denial.kind.value,
            value=denial.value,
            created_at=denial.created_at,
            **values,
        )
        new = insertion.excluded
        self._connection.execute(
            insertion.on_conflict_do_update(
                index_elements=list(provider_denials.primary_key.columns),
                set_={
                    "issued_until": case(
                        (_COLUMNS.issued_until > new.issued_until, _COLUMNS.issued_until),
                        else_=new.issued_until,
                    ),
                    # Null is for ever, whoever said so.
                    "expires_at": case(
                        (_COLUMNS.expires_at > new.expires_at, _COLUMNS.expires_at),
                        (_COLUMNS.expires_at.is_(None), _COLUMNS.expires_at),
                        else_=new.expires_at,
                    ),
                    "reason": new.reason,
                },
            )
        )

    def remove_denial(self, denial: ExternalDenial) -> bool:
        """Delete; False when it was not there."""
        if not (is_storable(denial.provider) and is_storable(denial.value)):
            return False
        removed = self._connection.execute(
            delete(provider_denials).where(
                self._mine(provider_denials),
                _COLUMNS.provider_name == denial.provider,
                _COLUMNS.kind == denial.kind.value,
                _COLUMNS.value == denial.value,
            )
        )
        return removed.rowcount == 1


def _denial(row: Row[Any]) -> ExternalDenial:
    return ExternalDenial(
        provider=row.provider_name,
        kind=DenialKind(row.kind),
        value=row.value,
        issued_until=row.issued_until,
        expires_at=row.expires_at,
        reason=row.reason,
        created_at=row.created_at,
    )
