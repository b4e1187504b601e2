"""Deletes what has expired, in batches so short that nobody has to wait for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from sqlalchemy import case, select, update

from authserver.domain.grants import GrantOrigin
from authserver.domain.tokens import FAR_AHEAD_SECONDS, latest_end
from authserver.storage.authority import DENIAL_KINDS
from authserver.storage.bounded_deletions import bounded_deletion
from authserver.storage.ended_grants import EndedGrants
from authserver.storage.rows.api_tokens import api_tokens
from authserver.storage.rows.assertions import assertion_uses
from authserver.storage.rows.authority import authority, authority_changes
from authserver.storage.rows.authorization_requests import authorization_requests, pushed_requests
from authserver.storage.rows.clients import client_secrets
from authserver.storage.rows.devices import device_authorizations
from authserver.storage.rows.failures import failures
from authserver.storage.rows.gateways import gateway_keys
from authserver.storage.rows.grants import authorization_codes, grants, refresh_tokens
from authserver.storage.rows.idempotency import idempotency_keys
from authserver.storage.rows.identities import identities
from authserver.storage.rows.mail import mails, token_pick_ups
from authserver.storage.rows.providers import provider_denials, provider_secrets
from authserver.storage.rows.registrations import initial_access_tokens
from authserver.storage.rows.resources import resource_credentials
from authserver.storage.rows.sessions import logout_deliveries, sessions
from authserver.storage.rows.upstream_sign_ins import (
    upstream_logouts,
    upstream_sessions,
    upstream_sign_ins,
)
from authserver.storage.search_words import OF_API_TOKENS, forget_members

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import ColumnElement, Connection, Delete, Table

    from authserver.domain.ports import Clock
    from authserver.storage.database import SqlDatabase

SKEW_SECONDS: Final = 300.0
"""How long an expired row stays, for nodes whose clock is behind ours."""
HISTORY_SECONDS: Final = 90 * 86_400.0
"""How long what has ended stays visible to people: secrets, sessions, grants."""
API_TOKEN_HISTORY_SECONDS: Final = 400 * 86_400.0
"""How long an API token stays visible behind its end: a report of a year still names it.

A revoked one has an end, too, so that none stays longer than its own life and this.
"""
BATCH_ROWS: Final = 250
PAUSE_SECONDS: Final = 0.01
"""The least pause between two batches: SQLite's other writers look for a gap every 2 ms."""
PAUSE_FACTOR: Final = 2.0
"""A pause is at least so many times as long as its batch took: others come first."""


class Sweepable(Protocol):
    """Something that expires."""

    @property
    def name(self) -> str:
        """The table's name."""
        ...

    def delete_batch(self, connection: Connection, now: float, limit: int) -> int:
        """Delete at most `limit` rows whose time was over at `now`; how many there were."""
        ...


@dataclass(frozen=True, slots=True)
class ExpiringTable:
    """A table with an indexed `expires_at`; rows go `keep_seconds` after it."""

    table: Table
    keep_seconds: float

    @property
    def name(self) -> str:
        """The table's name."""
        return self.table.name

    def delete_batch(self, connection: Connection, now: float, limit: int) -> int:
        """Delete at most `limit` rows whose time was over at `now`; how many there were."""
        before = now - self.keep_seconds
        return connection.execute(_deletion(connection, self.table, before, limit)).rowcount


@dataclass(frozen=True, slots=True)
class ExchangedGrants:
    """Grants of token exchanges: many, short-lived, and each of them on record anyway."""

    keep_seconds: float
    name: str = "exchanged grants"

    def delete_batch(self, connection: Connection, now: float, limit: int) -> int:
        """Delete at most `limit` rows whose time was over at `now`; how many there were."""
        before = now - self.keep_seconds
        is_exchanged = grants.c.origin == GrantOrigin.TOKEN_EXCHANGE.value
        return connection.execute(
            _deletion(connection, grants, before, limit, is_exchanged)
        ).rowcount


@dataclass(frozen=True, slots=True)
class ApiTokens:
    """API tokens, and the words that find them."""

    keep_seconds: float
    name: str = api_tokens.name

    def delete_batch(self, connection: Connection, now: float, limit: int) -> int:
        """Delete at most `limit` rows whose time was over at `now`; how many there were."""
        columns = api_tokens.c
        deletion = _deletion(connection, api_tokens, now - self.keep_seconds, limit)
        gone = connection.execute(deletion.returning(columns.issuer_id, columns.token_id)).all()
        members: dict[int, list[str]] = {}
        for issuer_id, token_id in gone:
            members.setdefault(issuer_id, []).append(token_id)
        for issuer_id, ids in members.items():
            forget_members(connection, issuer_id, OF_API_TOKENS, ids)
        return len(gone)


NOT_THE_LAST: Final = (
    authority_changes.c.seq
    < select(authority.c.seq)
    .where(authority.c.issuer_id == authority_changes.c.issuer_id)
    .scalar_subquery()
)
"""By the last change's stamp workers see that the history is still the one they know."""


class AuthorityChanges:
    """The authority's changes: their counter's row remembers what may be missing now."""

    name: str = authority_changes.name

    def delete_batch(self, connection: Connection, now: float, limit: int) -> int:
        """Delete at most `limit` rows whose time was over at `now`; how many there were."""
        _lower_horizon(connection, now)
        columns = authority_changes.c
        deleted = connection.execute(
            _deletion(
                connection, authority_changes, now - SKEW_SECONDS, limit, NOT_THE_LAST
            ).returning(columns.issuer_id, columns.seq, columns.kind, columns.expires_at)
        ).all()
        highest: dict[int, int] = {}
        latest: dict[int, float] = {}
        for issuer_id, seq, kind, expires_at in deleted:
            highest[issuer_id] = max(seq, highest.get(issuer_id, 0))
            if kind in DENIAL_KINDS:
                latest[issuer_id] = max(expires_at, latest.get(issuer_id, 0.0))
        for issuer_id, seq in sorted(highest.items()):
            kept_from, until = authority.c.kept_from, authority.c.denials_swept_until
            end = latest.get(issuer_id, 0.0)
            connection.execute(
                update(authority)
                .where(authority.c.issuer_id == issuer_id)
                .values(
                    kept_from=case((kept_from > seq, kept_from), else_=seq + 1),
                    denials_swept_until=case((until > end, until), else_=end),
                )
            )
        return len(deleted)


def _lower_horizon(connection: Connection, now: float) -> None:
    """Once a clock that was far ahead is right again, bring what it left behind down to now.

    Else no token would be accepted until the time that it showed.
    """
    until = authority.c.denials_swept_until
    connection.execute(
        update(authority)
        .where(until > now + FAR_AHEAD_SECONDS)
        .values(denials_swept_until=latest_end(now))
    )


SWEPT: Final[Sequence[Sweepable]] = (
    # Longer than the others: a forgotten one would work again under a clock that was set back.
    ExpiringTable(assertion_uses, FAR_AHEAD_SECONDS),
    ExpiringTable(upstream_logouts, FAR_AHEAD_SECONDS),
    ExpiringTable(provider_denials, FAR_AHEAD_SECONDS),
    ExpiringTable(failures, SKEW_SECONDS),
    ExpiringTable(idempotency_keys, SKEW_SECONDS),
    AuthorityChanges(),
    ExpiringTable(client_secrets, HISTORY_SECONDS),
    ExpiringTable(resource_credentials, HISTORY_SECONDS),
    ExpiringTable(gateway_keys, HISTORY_SECONDS),
    ExpiringTable(provider_secrets, HISTORY_SECONDS),
    # Unlinked ones.
    ExpiringTable(identities, HISTORY_SECONDS),
    ExpiringTable(upstream_sign_ins, SKEW_SECONDS),
    ExpiringTable(upstream_sessions, SKEW_SECONDS),
    ExpiringTable(authorization_requests, SKEW_SECONDS),
    ExpiringTable(pushed_requests, SKEW_SECONDS),
    ExpiringTable(authorization_codes, SKEW_SECONDS),
    ExpiringTable(refresh_tokens, SKEW_SECONDS),
    EndedGrants(SKEW_SECONDS),
    ExpiringTable(grants, HISTORY_SECONDS),
    ExchangedGrants(FAR_AHEAD_SECONDS),
    ExpiringTable(sessions, HISTORY_SECONDS),
    ExpiringTable(device_authorizations, SKEW_SECONDS),
    ExpiringTable(initial_access_tokens, HISTORY_SECONDS),
    ApiTokens(API_TOKEN_HISTORY_SECONDS),
    # Whoever delivers gives up on record, even after a day without power.
    ExpiringTable(logout_deliveries, FAR_AHEAD_SECONDS),
    # By its key a mail that is not tried any more keeps others of its kind from being sent.
    ExpiringTable(mails, HISTORY_SECONDS),
    ExpiringTable(token_pick_ups, HISTORY_SECONDS),
)


class Sweeper:
    """Satisfies `authserver.domain.storage_ports.Sweeper` for the tables it is given."""

    def __init__(
        self,
        database: SqlDatabase,
        clock: Clock,
        *,
        tables: Sequence[Sweepable] = SWEPT,
        batch_rows: int = BATCH_ROWS,
        pause_seconds: float = PAUSE_SECONDS,
    ) -> None:
        """Delete from `tables`, `batch_rows` at a time, `pause_seconds` apart."""
        self._database = database
        self._clock = clock
        self._tables = tables
        self._batch_rows = batch_rows
        self._pause_seconds = pause_seconds

    def sweep(self, go_on: Callable[[], bool] = lambda: True) -> Mapping[str, int]:
        """Delete until nothing expired is left; rows deleted by table.

        `go_on` is asked before each batch: the place to renew a lease, or to stop. What was
        deleted until then stays deleted.

        Raises:
            StorageUnavailable: the database cannot answer now.
        """
        now = self._clock.now()
        counts: dict[str, int] = {}
        for table in self._tables:
            counts[table.name] = 0
            while go_on():
                started = self._clock.monotonic()
                with self._database.connection_for_repeating() as connection:
                    deleted = table.delete_batch(connection, now, self._batch_rows)
                counts[table.name] += deleted
                if deleted < self._batch_rows:
                    break
                took = self._clock.monotonic() - started
                self._clock.sleep(max(self._pause_seconds, PAUSE_FACTOR * took))
        return counts


def _deletion(
    connection: Connection,
    table: Table,
    before: float,
    limit: int,
    *conditions: ColumnElement[bool],
) -> Delete:
    """The longest expired first."""
    expires_at = table.c.expires_at
    return bounded_deletion(
        connection, table, limit, expires_at <= before, *conditions, order_by=expires_at
    )
