"""Identities and sign-ins at providers in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.identities import Identity, IdentityStatus, UpstreamSession
from authserver.domain.searches import IdentitySort
from tests.memory_pages import at_most_of, page_of
from tests.memory_secrets import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.pages import Page, Place
    from authserver.domain.people_ports import Digests
    from authserver.domain.searches import IdentitySearch
    from authserver.domain.upstream_sign_ins import UpstreamAttempt


class MemoryIdentities(MemoryStore):
    def page(
        self,
        wanted: IdentitySearch,
        *,
        sort: IdentitySort = IdentitySort.CREATED,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[Identity]:
        self._told("page")

        def place(identity: Identity) -> tuple[str | float, ...]:
            by_check = sort is IdentitySort.CHECKED
            at = identity.last_checked_at if by_check else identity.created_at
            return at, identity.subject, identity.provider, identity.subject_key

        return page_of(self._wanted(wanted), place, descending=descending, after=after, limit=limit)

    def count(self, wanted: IdentitySearch, at_most: int | None = None) -> int:
        self._told("count")
        return at_most_of(len(self._wanted(wanted)), at_most)

    def _wanted(self, wanted: IdentitySearch) -> Sequence[Identity]:
        before = wanted.checked_before
        return [
            each
            for each in self._linked()
            if wanted.provider in (None, each.provider)
            and wanted.subject in (None, each.subject)
            and wanted.is_asleep in (None, each.asleep_since is not None)
            and (before is None or each.last_checked_at < before)
        ]

    def find(self, provider: str, subject_key: str) -> Identity | None:
        self._told("find")
        stored = self._state.identities.get((provider, subject_key))
        return stored if stored is not None and _is_linked(stored) else None

    def of(self, subject: str) -> Sequence[Identity]:
        self._told("of")
        found = (each for each in self._linked() if each.subject == subject)
        return sorted(found, key=lambda each: (each.provider, each.subject_key))

    def list(self, provider: str) -> Sequence[Identity]:
        self._told("list")
        found = (each for each in self._linked() if each.provider == provider)
        return sorted(found, key=lambda each: (each.subject, each.subject_key))

    def hold(self, provider: str) -> Sequence[Identity]:
        return self.list(provider)

    def add(self, identity: Identity) -> None:
        self._told("add", changes=True)
        assert identity.provider in self._state.providers
        key = (identity.provider, identity.subject_key)
        stored = self._state.identities.get(key)
        if stored is not None and _is_linked(stored):
            raise AlreadyExists("identity at", identity.provider)
        self._state.identities[key] = identity

    def save(self, identity: Identity) -> None:
        self._told("save", changes=True)
        key = (identity.provider, identity.subject_key)
        stored = self._state.identities.get(key)
        if stored is None or not _is_linked(stored) or stored.subject != identity.subject:
            raise NotFound("identity at", identity.provider)
        self._state.identities[key] = replace(identity, created_at=stored.created_at)

    def unlink(self, provider: str, subject_key: str, at: float) -> bool:
        self._told("unlink", changes=True)
        stored = self._state.identities.get((provider, subject_key))
        if stored is None or not _is_linked(stored):
            return False
        self._state.identities[provider, subject_key] = replace(
            stored,
            status=IdentityStatus.UNLINKED,
            last_checked_at=at,
            snapshot=None,
            is_administrator=False,
            ceiling=None,
        )
        self._state.derived_groups.pop((provider, stored.subject), None)
        return True

    def unlinked_at(self, provider: str, subject_key: str) -> float | None:
        self._told("unlinked_at")
        stored = self._state.identities.get((provider, subject_key))
        return None if stored is None or _is_linked(stored) else stored.last_checked_at

    def set_groups(self, provider: str, subject: str, groups: frozenset[str]) -> None:
        self._told("set_groups", changes=True)
        self._state.derived_groups[provider, subject] = groups & frozenset(self._state.groups)

    def groups_by(self, provider: str, subject: str) -> frozenset[str]:
        self._told("groups_by")
        return self._state.derived_groups.get((provider, subject), frozenset())

    def derived(self, provider: str) -> Mapping[str, frozenset[str]]:
        self._told("derived")
        return {
            subject: groups
            for (name, subject), groups in self._state.derived_groups.items()
            if name == provider and groups
        }

    def clear_groups(self, provider: str) -> None:
        self._told("clear_groups", changes=True)
        for key in [each for each in self._state.derived_groups if each[0] == provider]:
            del self._state.derived_groups[key]

    def unlink_all(self, provider: str, at: float) -> None:
        for identity in self.list(provider):
            self.unlink(provider, identity.subject_key, at)
        self.clear_groups(provider)

    def due_for_sleep(
        self, provider: str, *, checked_before: float, limit: int
    ) -> Sequence[Identity]:
        self._told("due_for_sleep")
        return self._waiting(provider, checked_before)[:limit]

    def due_for_warning(
        self, provider: str, *, checked_before: float, limit: int
    ) -> Sequence[Identity]:
        self._told("due_for_warning")
        return [
            each
            for each in self._waiting(provider, checked_before)
            if each.warned_at is None or each.warned_at < each.last_checked_at
        ][:limit]

    def _waiting(self, provider: str, checked_before: float) -> Sequence[Identity]:
        found = (
            each
            for each in self._linked()
            if each.provider == provider
            and each.asleep_since is None
            and each.last_checked_at < checked_before
        )
        return sorted(found, key=lambda each: (each.last_checked_at, each.subject_key))

    def _linked(self) -> Sequence[Identity]:
        return [each for each in self._state.identities.values() if _is_linked(each)]


class MemoryUpstreamSignIns(MemoryStore):
    def add(self, attempt: UpstreamAttempt) -> None:
        self._told("add", changes=True)
        key = (attempt.pepper_id, attempt.digest)
        assert key not in self._state.upstream_attempts
        self._state.upstream_attempts[key] = attempt

    def spend(self, digests: Digests, now: float) -> UpstreamAttempt | None:
        self._told("spend", changes=True)
        for key in digests:
            stored = self._state.upstream_attempts.get(key)
            if stored is not None and now < stored.expires_at:
                return self._state.upstream_attempts.pop(key)
        return None

    def put_session(self, session: UpstreamSession) -> None:
        self._told("put_session", changes=True)
        self._state.upstream_sessions[session.session_id] = session

    def session(self, session_id: str) -> UpstreamSession | None:
        self._told("session")
        return self._state.upstream_sessions.get(session_id)

    def sessions(
        self, provider: str, *, upstream_sid: str | None = None, subject_key: str | None = None
    ) -> Sequence[UpstreamSession]:
        self._told("sessions")
        found = (
            each
            for each in self._state.upstream_sessions.values()
            if each.provider == provider
            and upstream_sid in (None, each.upstream_sid)
            and subject_key in (None, each.subject_key)
        )
        return sorted(found, key=lambda each: (each.created_at, each.session_id))

    def spend_logout(self, provider: str, jti: str, expires_at: float) -> bool:
        self._told("spend_logout", changes=True)
        if (provider, jti) in self._state.upstream_logouts:
            return False
        self._state.upstream_logouts[provider, jti] = expires_at
        return True


def _is_linked(identity: Identity) -> bool:
    return identity.status is IdentityStatus.LINKED
