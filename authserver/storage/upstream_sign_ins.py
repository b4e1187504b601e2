"""Sign-ins under way at providers: the `UpstreamSignInStore` port."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, insert, select

from authserver.domain.identities import UpstreamSession
from authserver.domain.upstream_sign_ins import AttemptPurpose, UpstreamAttempt
from authserver.storage.digests import among
from authserver.storage.inserts import insert_into
from authserver.storage.json_texts import coded, texts_from
from authserver.storage.rows.upstream_sign_ins import (
    upstream_logouts,
    upstream_sessions,
    upstream_sign_ins,
)
from authserver.storage.store import Store
from authserver.storage.texts import is_storable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Row

    from authserver.domain.people_ports import Digests

_ATTEMPTS = upstream_sign_ins.c
_SESSIONS = upstream_sessions.c


class UpstreamSignInRows(Store):
    """The attempts of one transaction, and the provider's side of sessions."""

    def add(self, attempt: UpstreamAttempt) -> None:
        """Insert."""
        self._connection.execute(
            insert(upstream_sign_ins).values(
                issuer_id=self._issuer_id,
                digest=attempt.digest,
                pepper_id=attempt.pepper_id,
                browser=attempt.browser,
                browser_pepper_id=attempt.browser_pepper_id,
                provider_name=attempt.provider,
                purpose=attempt.purpose.value,
                sealed=attempt.sealed,
                request_id=attempt.request_id,
                next=attempt.next,
                max_age=attempt.max_age,
                acrs=coded(attempt.acrs),
                link_subject=attempt.link_subject,
                created_at=attempt.created_at,
                expires_at=attempt.expires_at,
            )
        )

    def spend(self, digests: Digests, now: float) -> UpstreamAttempt | None:
        """Delete and return it: exactly once for all workers, and not when it has expired."""
        row = self._connection.execute(
            delete(upstream_sign_ins)
            .where(
                self._mine(upstream_sign_ins),
                among(digests, _ATTEMPTS.digest, _ATTEMPTS.pepper_id),
                _ATTEMPTS.expires_at > now,
            )
            .returning(*_ATTEMPTS)
        ).one_or_none()
        return None if row is None else _attempt(row)

    def put_session(self, session: UpstreamSession) -> None:
        """Insert, or replace the one of the same session."""
        values: dict[str, Any] = {
            "provider_name": session.provider,
            "subject_key": session.subject_key,
            "subject": session.subject,
            "upstream_sid": session.upstream_sid,
            "sealed_id_token": session.sealed_id_token,
            "created_at": session.created_at,
            "expires_at": session.expires_at,
        }
        self._connection.execute(
            insert_into(self._connection, upstream_sessions)
            .values(issuer_id=self._issuer_id, session_id=session.session_id, **values)
            .on_conflict_do_update(
                index_elements=list(upstream_sessions.primary_key.columns), set_=values
            )
        )

    def session(self, session_id: str) -> UpstreamSession | None:
        """The provider's side of one session."""
        if not is_storable(session_id):
            return None
        row = self._connection.execute(
            select(upstream_sessions).where(
                self._mine(upstream_sessions), _SESSIONS.session_id == session_id
            )
        ).one_or_none()
        return None if row is None else _session(row)

    def sessions(
        self, provider: str, *, upstream_sid: str | None = None, subject_key: str | None = None
    ) -> Sequence[UpstreamSession]:
        """Those of a provider that fit everything given, oldest first."""
        if not all(map(is_storable, (provider, upstream_sid or "", subject_key or ""))):
            return []
        chosen = [self._mine(upstream_sessions), _SESSIONS.provider_name == provider]
        if upstream_sid is not None:
            chosen.append(_SESSIONS.upstream_sid == upstream_sid)
        if subject_key is not None:
            chosen.append(_SESSIONS.subject_key == subject_key)
        rows = self._connection.execute(select(upstream_sessions).where(*chosen))
        return sorted(map(_session, rows), key=lambda each: (each.created_at, each.session_id))

    def spend_logout(self, provider: str, jti: str, expires_at: float) -> bool:
        """True exactly once for a logout token's `jti`, for all workers."""
        spent = self._connection.execute(
            insert_into(self._connection, upstream_logouts)
            .values(
                issuer_id=self._issuer_id,
                provider_name=provider,
                # JSON can spell lone surrogates; they too are spent once.
                jti_digest=hashlib.sha256(jti.encode(errors="surrogatepass")).digest(),
                expires_at=expires_at,
            )
            .on_conflict_do_nothing()
        )
        return spent.rowcount == 1


def _attempt(row: Row[Any]) -> UpstreamAttempt:
    return UpstreamAttempt(
        digest=bytes(row.digest),
        pepper_id=row.pepper_id,
        browser=bytes(row.browser),
        browser_pepper_id=row.browser_pepper_id,
        provider=row.provider_name,
        purpose=AttemptPurpose(row.purpose),
        sealed=bytes(row.sealed),
        request_id=row.request_id,
        next=row.next,
        max_age=row.max_age,
        acrs=texts_from(row.acrs, "acrs of a sign-in at a provider"),
        link_subject=row.link_subject,
        created_at=row.created_at,
        expires_at=row.expires_at,
    )


def _session(row: Row[Any]) -> UpstreamSession:
    return UpstreamSession(
        session_id=row.session_id,
        provider=row.provider_name,
        subject_key=row.subject_key,
        subject=row.subject,
        upstream_sid=row.upstream_sid,
        sealed_id_token=bytes(row.sealed_id_token),
        created_at=row.created_at,
        expires_at=row.expires_at,
    )
