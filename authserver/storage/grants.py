"""Grants: the `GrantStore` port, with codes and refresh tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import bindparam, case, insert, or_, select, update

from authserver.domain.tokens import latest_end
from authserver.storage.access_details import coded_details
from authserver.storage.codes import CodeRows
from authserver.storage.grant_pages import GrantPages, grant_from
from authserver.storage.json_texts import coded, coded_set
from authserver.storage.locked_rows import is_among
from authserver.storage.refresh_tokens import RefreshTokenRows
from authserver.storage.request_parameters import claims_text
from authserver.storage.rows.grants import grants
from authserver.storage.store import of_issuer
from authserver.storage.texts import is_storable
from authserver.storage.transactions import Lookup

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement

    from authserver.domain.grants import Grant, GrantEnd, GrantFilter

_COLUMNS = grants.c
_IS_IT: Final = (of_issuer(grants), _COLUMNS.grant_id == bindparam("own_grant"))
_ADD: Final = insert(grants)
_GET: Final = Lookup.of(select(grants).where(*_IS_IT))
_NOTE_USE: Final = (
    update(grants)
    .where(
        *_IS_IT,
        or_(_COLUMNS.last_used_at.is_(None), _COLUMNS.last_used_at < bindparam("own_time")),
    )
    .values(last_used_at=bindparam("own_time"))
)


class GrantRows(CodeRows, RefreshTokenRows, GrantPages):
    """The grants of one transaction, with their codes and refresh tokens."""

    def add(self, grant: Grant) -> None:
        """Insert."""
        self._connection.execute(
            _ADD,
            {
                "issuer_id": self._issuer_id,
                "grant_id": grant.grant_id,
                "client_id": grant.client_id,
                "subject": grant.subject,
                "audience": grant.audience,
                "resource_name": grant.resource,
                "scopes": coded_set(grant.scopes),
                "origin": grant.origin.value,
                "session_id": grant.session_id,
                "session_bound": grant.session_bound,
                "nonce": grant.nonce,
                "auth_time": grant.auth_time,
                "acr": grant.acr,
                "amr": coded(grant.amr),
                "claims": claims_text(grant.claims),
                "details": coded_details(grant.details),
                "created_at": grant.created_at,
                "valid_until": grant.expires_at,
                "expires_at": grant.expires_at,
                "last_used_at": grant.last_used_at,
                "ended_at": grant.ended_at,
                "end_reason": _reason(grant.end),
            },
        )

    def get(self, grant_id: str) -> Grant | None:
        """One grant, ended ones included; locked until the end when writing."""
        if not is_storable(grant_id):
            return None
        row = self._connection.execute(
            self._transaction.form_of(_GET), self._own(own_grant=grant_id)
        ).one_or_none()
        return None if row is None else grant_from(row)

    def list(self, wanted: GrantFilter, now: float) -> Sequence[Grant]:
        """Live grants that fit, newest first; locked until the end when writing.

        Who ends several grants one after the other lists them first: each end leads to the
        authority, and after that nobody may wait for a grant any more.
        """
        if not _is_possible(wanted):
            return []
        rows = self._connection.execute(
            self._transaction.for_change(
                select(grants)
                .where(
                    self._mine(grants),
                    _COLUMNS.ended_at.is_(None),
                    _COLUMNS.valid_until > now,
                    *_conditions(wanted),
                )
                # Locked in one order for everybody.
                .order_by(_COLUMNS.grant_id)
            )
        )
        found = (grant_from(row) for row in rows)
        return sorted(found, key=lambda grant: (-grant.created_at, grant.grant_id))

    def end(self, wanted: GrantFilter, end: GrantEnd, now: float) -> Sequence[str]:
        """End every live grant that fits (one UPDATE); the ids of those that this call ended.

        A grant whose time is over counts as live while a token that it gave may be.
        """
        if not _is_possible(wanted):
            return []
        # Locked in one order for everybody: two who end the same grants must not cross.
        doomed = (
            select(_COLUMNS.grant_id)
            .where(
                self._mine(grants),
                _COLUMNS.ended_at.is_(None),
                _COLUMNS.valid_until > now - latest_end(0.0),
                *_conditions(wanted),
            )
            .order_by(_COLUMNS.grant_id)
            .with_for_update(key_share=True)
            .cte("doomed")
        )
        ended = self._connection.scalars(
            update(grants)
            .where(
                self._mine(grants),
                is_among(self._connection, _COLUMNS.grant_id, doomed),
                _COLUMNS.ended_at.is_(None),
            )
            .values(
                ended_at=now,
                end_reason=end.value,
                expires_at=case((_COLUMNS.expires_at < now, _COLUMNS.expires_at), else_=now),
            )
            .returning(_COLUMNS.grant_id)
        )
        return sorted(ended)

    def note_use(self, grant_id: str, at: float) -> None:
        """Tokens were issued from it; the last use never moves back."""
        self._connection.execute(_NOTE_USE, self._own(own_grant=grant_id, own_time=at))


def _is_possible(wanted: GrantFilter) -> bool:
    texts = (wanted.grant_id, wanted.client_id, wanted.subject, wanted.resource, wanted.session_id)
    return all(text is None or is_storable(text) for text in texts)


def _conditions(wanted: GrantFilter) -> Sequence[ColumnElement[bool]]:
    fields: Sequence[tuple[ColumnElement[Any], str | bool | None]] = (
        (_COLUMNS.grant_id, wanted.grant_id),
        (_COLUMNS.client_id, wanted.client_id),
        (_COLUMNS.subject, wanted.subject),
        (_COLUMNS.resource_name, wanted.resource),
        (_COLUMNS.session_id, wanted.session_id),
        (_COLUMNS.session_bound, wanted.session_bound),
        (_COLUMNS.origin, wanted.origin),
    )
    return [column == value for column, value in fields if value is not None]


def _reason(end: GrantEnd | None) -> str:
    return "" if end is None else end.value
