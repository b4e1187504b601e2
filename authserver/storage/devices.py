"""Device authorizations: the `DeviceStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, delete, select, update

from authserver.domain.device_authorizations import DeviceAuthorization, DeviceState
from authserver.domain.errors import AlreadyExists
from authserver.storage.digests import among
from authserver.storage.inserts import insert_into
from authserver.storage.json_texts import coded_set, texts_from
from authserver.storage.rows.devices import device_authorizations
from authserver.storage.store import Store

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Row

    from authserver.domain.people_ports import Digests

_COLUMNS = device_authorizations.c


class DeviceRows(Store):
    """The device authorizations of one transaction."""

    def add(self, device: DeviceAuthorization) -> None:
        """Insert. Raises AlreadyExists when its user code is taken by another live one."""
        # One whose time is over waits to be swept, and gives its user code away.
        self._connection.execute(
            delete(device_authorizations).where(
                self._mine(device_authorizations),
                _COLUMNS.user_code_digest == device.user_code_digest,
                _COLUMNS.expires_at <= device.created_at,
            )
        )
        added = self._connection.execute(
            insert_into(self._connection, device_authorizations)
            .values(
                issuer_id=self._issuer_id,
                digest=device.digest,
                user_code_digest=device.user_code_digest,
                pepper_id=device.pepper_id,
                client_id=device.client_id,
                scopes=coded_set(device.scopes),
                audience=device.audience,
                resource_name=device.resource,
                state=device.state.value,
                interval_seconds=device.interval,
                created_at=device.created_at,
                expires_at=device.expires_at,
                peer=device.peer,
                user_agent=device.user_agent,
                last_polled_at=device.last_polled_at,
                grant_id=device.grant_id,
            )
            .on_conflict_do_nothing()
        )
        if added.rowcount == 0:
            raise AlreadyExists("device authorization", "with this user code")

    def find(self, digests: Digests) -> DeviceAuthorization | None:
        """By device code; locked until the end when writing."""
        return self._one(among(digests, _COLUMNS.digest, _COLUMNS.pepper_id))

    def find_by_user_code(self, digests: Digests) -> DeviceAuthorization | None:
        """By user code; locked until the end when writing. Under two peppers: the newest."""
        return self._one(among(digests, _COLUMNS.user_code_digest, _COLUMNS.pepper_id))

    def note_poll(self, device: DeviceAuthorization, *, at: float, interval: int) -> None:
        """Record a poll and the interval that holds from now on."""
        self._connection.execute(
            update(device_authorizations)
            .where(self._is(device))
            .values(last_polled_at=at, interval_seconds=interval)
        )

    def move(
        self,
        device: DeviceAuthorization,
        *,
        expected: DeviceState,
        to: DeviceState,
        grant_id: str = "",
    ) -> bool:
        """Conditional state change; False when it was not in `expected`.

        Without a `grant_id` the one it has stays.
        """
        values = {"state": to.value}
        if grant_id:
            values["grant_id"] = grant_id
        moved = self._connection.execute(
            update(device_authorizations)
            .where(self._is(device), _COLUMNS.state == expected.value)
            .values(**values)
        )
        return moved.rowcount == 1

    def _one(self, condition: ColumnElement[bool]) -> DeviceAuthorization | None:
        row = self._connection.execute(
            self._transaction.for_change(
                select(device_authorizations)
                .where(self._mine(device_authorizations), condition)
                .order_by(_COLUMNS.created_at.desc())
                .limit(1)
            )
        ).one_or_none()
        return None if row is None else _device(row)

    def _is(self, device: DeviceAuthorization) -> ColumnElement[bool]:
        return and_(self._mine(device_authorizations), _COLUMNS.digest == device.digest)


def _device(row: Row[Any]) -> DeviceAuthorization:
    return DeviceAuthorization(
        digest=bytes(row.digest),
        user_code_digest=bytes(row.user_code_digest),
        pepper_id=row.pepper_id,
        client_id=row.client_id,
        scopes=frozenset(texts_from(row.scopes, "scopes of a device authorization")),
        audience=row.audience,
        resource=row.resource_name,
        state=DeviceState(row.state),
        interval=row.interval_seconds,
        created_at=row.created_at,
        expires_at=row.expires_at,
        peer=row.peer,
        user_agent=row.user_agent,
        last_polled_at=row.last_polled_at,
        grant_id=row.grant_id,
    )
