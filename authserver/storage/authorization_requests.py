"""Authorization requests under way: the `AuthorizationRequestStore` port."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import case, delete, insert, select, update

from authserver.domain.authorization_requests import (
    ANSWER_AGAIN_SECONDS,
    AuthorizationRequest,
    PushedRequest,
)
from authserver.storage.digests import among
from authserver.storage.json_texts import coded_set, texts_from
from authserver.storage.request_parameters import parameters_from, parameters_text
from authserver.storage.rows.authorization_requests import authorization_requests, pushed_requests
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement, Row

    from authserver.domain.people_ports import Digests

_COLUMNS = authorization_requests.c


class AuthorizationRequestRows(Store):
    """The authorization requests of one transaction, and the pushed ones."""

    def add(self, request: AuthorizationRequest) -> None:
        """Insert."""
        self._connection.execute(
            insert(authorization_requests).values(
                issuer_id=self._issuer_id,
                request_id=request.request_id,
                parameters=parameters_text(request.parameters),
                browser=request.browser,
                pepper_id=request.pepper_id,
                created_at=request.created_at,
                valid_until=request.expires_at,
                expires_at=request.expires_at,
                account_chosen_at=request.account_chosen_at,
                consented_at=request.consented_at,
                consented_subject=request.consented_subject,
                consented_scopes=coded_set(request.consented_scopes),
                denied_at=request.denied_at,
                finished_at=request.finished_at,
                sealed_answer=request.sealed_answer,
            )
        )

    def get(self, request_id: str) -> AuthorizationRequest | None:
        """One request, finished and expired ones included; locked until the end when writing."""
        if not is_storable(request_id):
            return None
        row = self._connection.execute(
            self._transaction.for_change(
                select(authorization_requests).where(
                    self._mine(authorization_requests), _COLUMNS.request_id == request_id
                )
            )
        ).one_or_none()
        return None if row is None else _request(row)

    def note_choice(self, request_id: str, *, account_chosen_at: float) -> bool:
        """The user chose an account for it; False when it is finished or gone."""
        return self._change(request_id, account_chosen_at=account_chosen_at)

    def note_consent(
        self, request_id: str, *, subject: str, scopes: frozenset[str], at: float
    ) -> bool:
        """The user allowed it; False when it is finished, denied or gone."""
        return self._change(
            request_id,
            _COLUMNS.denied_at.is_(None),
            consented_at=at,
            consented_subject=subject,
            consented_scopes=coded_set(scopes),
        )

    def note_denial(self, request_id: str, *, at: float) -> bool:
        """The user refused it; False when it is finished or gone."""
        return self._change(request_id, denied_at=at)

    def finish(self, request_id: str, *, at: float, sealed_answer: bytes) -> bool:
        """Answer it: True exactly once, for all workers (one conditional UPDATE).

        From then on the row stays only as long as the same answer may be given again.
        """
        again_until = at + ANSWER_AGAIN_SECONDS
        sooner = case((_COLUMNS.expires_at < again_until, _COLUMNS.expires_at), else_=again_until)
        return self._change(
            request_id, finished_at=at, sealed_answer=sealed_answer, expires_at=sooner
        )

    def push(self, pushed: PushedRequest) -> None:
        """Insert a pushed request."""
        self._connection.execute(
            insert(pushed_requests).values(
                issuer_id=self._issuer_id,
                digest=pushed.digest,
                pepper_id=pushed.pepper_id,
                parameters=parameters_text(pushed.parameters),
                created_at=pushed.created_at,
                expires_at=pushed.expires_at,
            )
        )

    def spend_pushed(self, digests: Digests, now: float) -> PushedRequest | None:
        """Delete and return it: exactly once, and not when it has expired at `now`."""
        columns = pushed_requests.c
        row = self._connection.execute(
            delete(pushed_requests)
            .where(
                self._mine(pushed_requests),
                among(digests, columns.digest, columns.pepper_id),
                columns.expires_at > now,
            )
            .returning(*columns)
        ).one_or_none()
        if row is None:
            return None
        return PushedRequest(
            digest=bytes(row.digest),
            pepper_id=row.pepper_id,
            parameters=parameters_from(row.parameters),
            created_at=row.created_at,
            expires_at=row.expires_at,
        )

    def _change(self, request_id: str, *conditions: ColumnElement[bool], **values: Any) -> bool:
        """Change a request that is not finished; whether there was one."""
        if not is_storable(request_id):
            return False
        changed = self._connection.execute(
            update(authorization_requests)
            .where(
                self._mine(authorization_requests),
                _COLUMNS.request_id == request_id,
                _COLUMNS.finished_at.is_(None),
                *conditions,
            )
            .values(**values)
        )
        return changed.rowcount == 1


def _request(row: Row[Any]) -> AuthorizationRequest:
    return AuthorizationRequest(
        request_id=row.request_id,
        parameters=parameters_from(row.parameters),
        browser=bytes(row.browser),
        pepper_id=row.pepper_id,
        created_at=row.created_at,
        expires_at=row.valid_until,
        account_chosen_at=row.account_chosen_at,
        consented_at=row.consented_at,
        consented_subject=row.consented_subject,
        consented_scopes=frozenset(texts_from(row.consented_scopes, "consented scopes")),
        denied_at=row.denied_at,
        finished_at=row.finished_at,
        sealed_answer=bytes(row.sealed_answer),
    )
