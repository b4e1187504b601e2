"""Authorization requests, consents and sessions in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from authserver.domain.searches import SessionSort
from tests.memory_pages import at_most_of, page_of
from tests.memory_secrets import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.authorization_requests import AuthorizationRequest, PushedRequest
    from authserver.domain.consents import Consent
    from authserver.domain.pages import Page, Place
    from authserver.domain.people_ports import Digests
    from authserver.domain.searches import SessionSearch
    from authserver.domain.sessions import Session


class MemoryAuthorizationRequests(MemoryStore):
    def add(self, request: AuthorizationRequest) -> None:
        self._told("add", changes=True)
        assert request.request_id not in self._state.authorization_requests
        self._state.authorization_requests[request.request_id] = request

    def get(self, request_id: str) -> AuthorizationRequest | None:
        self._told("get")
        return self._state.authorization_requests.get(request_id)

    def note_choice(self, request_id: str, *, account_chosen_at: float) -> bool:
        self._told("note_choice", changes=True)
        return self._change(request_id, account_chosen_at=account_chosen_at)

    def note_consent(
        self, request_id: str, *, subject: str, scopes: frozenset[str], at: float
    ) -> bool:
        self._told("note_consent", changes=True)
        stored = self._state.authorization_requests.get(request_id)
        if stored is None or stored.denied_at is not None:
            return False
        return self._change(
            request_id, consented_at=at, consented_subject=subject, consented_scopes=scopes
        )

    def note_denial(self, request_id: str, *, at: float) -> bool:
        self._told("note_denial", changes=True)
        return self._change(request_id, denied_at=at)

    def finish(self, request_id: str, *, at: float, sealed_answer: bytes) -> bool:
        self._told("finish", changes=True)
        return self._change(request_id, finished_at=at, sealed_answer=sealed_answer)

    def push(self, pushed: PushedRequest) -> None:
        self._told("push", changes=True)
        self._state.pushed_requests[pushed.pepper_id, pushed.digest] = pushed

    def spend_pushed(self, digests: Digests, now: float) -> PushedRequest | None:
        self._told("spend_pushed", changes=True)
        for key in digests:
            stored = self._state.pushed_requests.get(key)
            if stored is not None and now < stored.expires_at:
                return self._state.pushed_requests.pop(key)
        return None

    def _change(self, request_id: str, **changes: Any) -> bool:
        stored = self._state.authorization_requests.get(request_id)
        if stored is None or stored.finished_at is not None:
            return False
        self._state.authorization_requests[request_id] = replace(stored, **changes)
        return True


class MemoryConsents(MemoryStore):
    def get(self, subject: str, client_id: str, audience: str) -> Consent | None:
        self._told("get")
        return self._state.consents.get((subject, client_id, audience))

    def list(self, subject: str) -> Sequence[Consent]:
        self._told("list")
        found = (each for each in self._state.consents.values() if each.subject == subject)
        return sorted(found, key=lambda each: (each.client_id, each.audience))

    def put(self, consent: Consent) -> None:
        self._told("put", changes=True)
        key = (consent.subject, consent.client_id, consent.audience)
        self._state.consents[key] = consent

    def remove(self, subject: str, client_id: str, audience: str | None = None) -> int:
        self._told("remove", changes=True)
        doomed = [
            key
            for key in self._state.consents
            if key[:2] == (subject, client_id) and audience in (None, key[2])
        ]
        for key in doomed:
            del self._state.consents[key]
        return len(doomed)


class MemorySessions(MemoryStore):
    def page(
        self,
        wanted: SessionSearch,
        *,
        sort: SessionSort = SessionSort.CREATED,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[Session]:
        self._told("page")

        def place(session: Session) -> tuple[str | float, ...]:
            by_end = sort is SessionSort.EXPIRES
            at = session.expires_at if by_end else session.created_at
            return at, session.session_id

        return page_of(self._wanted(wanted), place, descending=descending, after=after, limit=limit)

    def count(self, wanted: SessionSearch, at_most: int | None = None) -> int:
        self._told("count")
        return at_most_of(len(self._wanted(wanted)), at_most)

    def _wanted(self, wanted: SessionSearch) -> Sequence[Session]:
        return [
            each
            for each in self._state.sessions.values()
            if wanted.subject in (None, each.subject)
            and (wanted.live_at is None or each.is_live(wanted.live_at))
        ]

    def add(self, session: Session) -> None:
        self._told("add", changes=True)
        assert session.session_id not in self._state.sessions
        self._state.sessions[session.session_id] = session

    def find(self, digests: Digests) -> Session | None:
        self._told("find")
        asked = set(digests)
        for session in self._state.sessions.values():
            if (session.pepper_id, session.digest) in asked:
                return session
        return None

    def get(self, session_id: str) -> Session | None:
        self._told("get")
        return self._state.sessions.get(session_id)

    def renew(self, session: Session) -> bool:
        self._told("renew", changes=True)
        stored = self._state.sessions.get(session.session_id)
        if stored is None or stored.ended_at is not None or stored.subject != session.subject:
            return False
        self._state.sessions[session.session_id] = replace(session, ended_at=None)
        return True

    def note_seen(self, session_id: str, at: float, peer: str) -> None:
        self._told("note_seen", changes=True)
        stored = self._state.sessions.get(session_id)
        if stored is not None and stored.ended_at is None and stored.last_seen_at < at:
            self._state.sessions[session_id] = replace(stored, last_seen_at=at, peer=peer)

    def list(self, subject: str, now: float) -> Sequence[Session]:
        self._told("list")
        found = (
            each
            for each in self._state.sessions.values()
            if each.subject == subject and each.is_live(now)
        )
        return sorted(found, key=lambda each: (-each.created_at, each.session_id))

    def end(
        self,
        now: float,
        *,
        session_id: str | None = None,
        subject: str | None = None,
        keep: str = "",
    ) -> Sequence[Session]:
        self._told("end", changes=True)
        assert session_id is not None or subject is not None, "whose sessions?"
        ended = [
            replace(each, ended_at=now)
            for each in self._state.sessions.values()
            if each.ended_at is None
            and session_id in (None, each.session_id)
            and subject in (None, each.subject)
            and each.session_id != keep
        ]
        for each in ended:
            self._state.sessions[each.session_id] = each
        return sorted(ended, key=lambda each: each.session_id)
