"""Identity providers: the `ProviderStore` port."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.providers import (
    Provider,
    ProviderAuth,
    ProviderKind,
    ProviderSecret,
    ProviderStatus,
    SubjectRule,
)
from authserver.storage.inserts import insert_into
from authserver.storage.provider_denials import ProviderDenialRows
from authserver.storage.provider_documents import ProviderDocumentRows
from authserver.storage.provider_domains import ProviderDomainRows
from authserver.storage.provider_profiles import profile_text, with_profile
from authserver.storage.provider_rules import ProviderRuleRows
from authserver.storage.rows.providers import provider_secrets, providers
from authserver.storage.stored_secrets import expire_others
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Row

_COLUMNS = providers.c
_SECRETS = provider_secrets.c


class ProviderRows(ProviderDomainRows, ProviderRuleRows, ProviderDocumentRows, ProviderDenialRows):
    """The providers of one transaction, with everything that hangs on them."""

    def get(self, name: str) -> Provider | None:
        """By name, removed ones included; locked until the end when writing."""
        if not is_storable(name):
            return None
        # The provider's own row first: it is the lock for its secrets, too.
        row = self._connection.execute(
            self._transaction.for_change(
                select(providers).where(self._mine(providers), _COLUMNS.name == name)
            )
        ).one_or_none()
        if row is None:
            return None
        return _provider(row, self._secrets(_SECRETS.provider_name == name)[name])

    def list(self) -> Sequence[Provider]:
        """All but removed ones, by name."""
        return self._kept()

    def by_issuer(self, issuer: str) -> Sequence[Provider]:
        """All but removed ones with exactly this issuer (or template), by name."""
        return self._kept(_COLUMNS.issuer == issuer) if is_storable(issuer) else []

    def add(self, provider: Provider) -> None:
        """Insert with its secrets. Raises AlreadyExists (tombstones count)."""
        added = self._connection.execute(
            insert_into(self._connection, providers)
            .values(
                issuer_id=self._issuer_id,
                name=provider.name,
                created_at=provider.created_at,
                **_own_values(provider),
            )
            .on_conflict_do_nothing()
        )
        if added.rowcount == 0:
            raise AlreadyExists("provider", provider.name)
        for secret in provider.secrets:
            self.add_secret(provider.name, secret)

    def save(self, provider: Provider) -> None:
        """Replace everything but name, creation and secrets. Raises NotFound."""
        saved = self._connection.execute(
            update(providers)
            .where(self._mine(providers), _COLUMNS.name == provider.name)
            .values(**_own_values(provider))
        )
        if saved.rowcount == 0:
            raise NotFound("provider", provider.name)

    def add_secret(self, name: str, secret: ProviderSecret) -> None:
        """Insert one client secret. Raises NotFound when there is no such provider."""
        if not self._is_known(name):
            raise NotFound("provider", name)
        self._connection.execute(
            insert(provider_secrets).values(
                issuer_id=self._issuer_id,
                provider_name=name,
                secret_id=secret.secret_id,
                sealed=secret.sealed,
                hint=secret.hint,
                created_at=secret.created_at,
                expires_at=secret.expires_at,
            )
        )

    def expire_secrets(self, name: str, *, keep: str, at: float) -> int:
        """Let every other live secret end at `at` at the latest; how many were touched."""
        owned = _SECRETS.provider_name == name
        return expire_others(self._transaction, provider_secrets, owned, keep=keep, at=at)

    def replace_sealed(self, name: str, secret_id: str, *, before: bytes, after: bytes) -> bool:
        """Store a secret in another seal; False when it is not `before` any more.

        An empty `secret_id` stands for the secret of the directory.
        """
        if secret_id:
            replaced = self._connection.execute(
                update(provider_secrets)
                .where(
                    self._mine(provider_secrets),
                    _SECRETS.provider_name == name,
                    _SECRETS.secret_id == secret_id,
                    _SECRETS.sealed == before,
                )
                .values(sealed=after)
            )
        else:
            replaced = self._connection.execute(
                update(providers)
                .where(
                    self._mine(providers),
                    _COLUMNS.name == name,
                    _COLUMNS.directory_secret == before,
                )
                .values(directory_secret=after)
            )
        return replaced.rowcount == 1

    def _kept(self, *conditions: ColumnElement[bool]) -> Sequence[Provider]:
        rows = self._connection.execute(
            select(providers).where(
                self._mine(providers), _COLUMNS.status != ProviderStatus.REMOVED.value, *conditions
            )
        ).all()
        names = [row.name for row in rows]
        secrets = self._secrets(_SECRETS.provider_name.in_(names))
        # Sorted here: a server's collation is its own business.
        return [_provider(row, secrets[row.name]) for row in sorted(rows, key=lambda row: row.name)]

    def _secrets(self, condition: ColumnElement[bool]) -> Mapping[str, Sequence[Row[Any]]]:
        found: defaultdict[str, Any] = defaultdict(list)
        for row in self._connection.execute(
            select(provider_secrets)
            .where(self._mine(provider_secrets), condition)
            .order_by(_SECRETS.created_at, _SECRETS.secret_id)
        ):
            found[row.provider_name].append(row)
        return found

    def _is_known(self, name: str) -> bool:
        found = self._connection.execute(
            select(_COLUMNS.name).where(self._mine(providers), _COLUMNS.name == name)
        )
        return found.first() is not None


def _own_values(provider: Provider) -> dict[str, Any]:
    return {
        "kind": provider.kind.value,
        "display_name": provider.display_name,
        "status": provider.status.value,
        "issuer": provider.issuer,
        "discovery_url": provider.discovery_url,
        "client_id": provider.client_id,
        "auth": provider.auth.value,
        "subject_rule": provider.subject_rule.value,
        "directory_secret": provider.groups.directory_secret,
        "profile": profile_text(provider),
    }


def _provider(row: Row[Any], secrets: Iterable[Row[Any]]) -> Provider:
    plain = Provider(
        name=row.name,
        kind=ProviderKind(row.kind),
        display_name=row.display_name,
        status=ProviderStatus(row.status),
        issuer=row.issuer,
        discovery_url=row.discovery_url,
        client_id=row.client_id,
        auth=ProviderAuth(row.auth),
        secrets=tuple(_secret(each) for each in secrets),
        subject_rule=SubjectRule(row.subject_rule),
        created_at=row.created_at,
    )
    return with_profile(plain, row.profile, directory_secret=bytes(row.directory_secret))


def _secret(row: Row[Any]) -> ProviderSecret:
    return ProviderSecret(
        secret_id=row.secret_id,
        sealed=bytes(row.sealed),
        hint=row.hint,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
