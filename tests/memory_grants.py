"""Grants, codes and refresh tokens in memory."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TYPE_CHECKING

from authserver.domain.searches import GrantSort
from authserver.domain.tokens import latest_end
from tests.memory_pages import at_most_of, page_of
from tests.memory_secrets import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.codes import AuthorizationCode
    from authserver.domain.grants import Grant, GrantEnd, GrantFilter
    from authserver.domain.pages import Page, Place
    from authserver.domain.people_ports import Digests
    from authserver.domain.refresh_tokens import RefreshToken
    from authserver.domain.searches import GrantSearch


class MemoryGrants(MemoryStore):
    def page(
        self,
        wanted: GrantSearch,
        *,
        sort: GrantSort = GrantSort.CREATED,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[Grant]:
        self._told("page")

        def place(grant: Grant) -> tuple[str | float, ...]:
            at = grant.expires_at if sort is GrantSort.EXPIRES else grant.created_at
            return at, grant.grant_id

        return page_of(self._wanted(wanted), place, descending=descending, after=after, limit=limit)

    def count(self, wanted: GrantSearch, at_most: int | None = None) -> int:
        self._told("count")
        return at_most_of(len(self._wanted(wanted)), at_most)

    def _wanted(self, wanted: GrantSearch) -> Sequence[Grant]:
        return [each for each in self._state.grants.values() if is_wanted(each, wanted)]

    def add(self, grant: Grant) -> None:
        self._told("add", changes=True)
        assert grant.grant_id not in self._state.grants
        self._state.grants[grant.grant_id] = grant

    def get(self, grant_id: str) -> Grant | None:
        self._told("get")
        return self._state.grants.get(grant_id)

    def list(self, wanted: GrantFilter, now: float) -> Sequence[Grant]:
        self._told("list")
        found = (
            each for each in self._state.grants.values() if each.is_live(now) and fits(each, wanted)
        )
        return sorted(found, key=lambda each: (-each.created_at, each.grant_id))

    def end(self, wanted: GrantFilter, end: GrantEnd, now: float) -> Sequence[str]:
        self._told("end", changes=True)
        ended = sorted(
            each.grant_id
            for each in self._state.grants.values()
            if each.ended_at is None and now < latest_end(each.expires_at) and fits(each, wanted)
        )
        for grant_id in ended:
            stored = self._state.grants[grant_id]
            self._state.grants[grant_id] = replace(stored, ended_at=now, end=end)
        return ended

    def note_use(self, grant_id: str, at: float) -> None:
        self._told("note_use", changes=True)
        stored = self._state.grants.get(grant_id)
        if stored is not None and (stored.last_used_at is None or stored.last_used_at < at):
            self._state.grants[grant_id] = replace(stored, last_used_at=at)

    def add_code(self, code: AuthorizationCode) -> None:
        self._told("add_code", changes=True)
        self._state.codes[code.pepper_id, code.digest] = code

    def spend_code(self, digests: Digests, at: float) -> AuthorizationCode | None:
        self._told("spend_code", changes=True)
        for key in digests:
            stored = self._state.codes.get(key)
            if stored is not None and stored.spent_at is None:
                self._state.codes[key] = replace(stored, spent_at=at)
                return self._state.codes[key]
        return None

    def find_code(self, digests: Digests) -> AuthorizationCode | None:
        self._told("find_code")
        found = (self._state.codes.get(key) for key in digests)
        return next((each for each in found if each is not None), None)

    def add_refresh_token(self, token: RefreshToken) -> None:
        self._told("add_refresh_token", changes=True)
        key = (token.grant_id, token.generation)
        assert key not in self._state.refresh_tokens
        self._state.refresh_tokens[key] = token

    def find_refresh_token(self, digests: Digests) -> RefreshToken | None:
        self._told("find_refresh_token")
        asked = set(digests)
        for token in self._state.refresh_tokens.values():
            if (token.pepper_id, token.digest) in asked:
                return token
        return None

    def supersede(self, token: RefreshToken, *, at: float, sealed_successor: bytes) -> bool:
        self._told("supersede", changes=True)
        key = (token.grant_id, token.generation)
        stored = self._state.refresh_tokens.get(key)
        if stored is None or stored.superseded_at is not None:
            return False
        self._state.refresh_tokens[key] = replace(
            stored, superseded_at=at, sealed_successor=sealed_successor
        )
        return True

    def count_grace_use(self, token: RefreshToken) -> int:
        self._told("count_grace_use", changes=True)
        key = (token.grant_id, token.generation)
        stored = self._state.refresh_tokens[key]
        self._state.refresh_tokens[key] = replace(stored, grace_uses=stored.grace_uses + 1)
        return stored.grace_uses + 1

    def leaf(self, grant_id: str) -> RefreshToken | None:
        self._told("leaf")
        family = (
            each
            for each in self._state.refresh_tokens.values()
            if each.grant_id == grant_id and each.superseded_at is None
        )
        return max(family, key=lambda each: each.generation, default=None)


def fits(grant: Grant, wanted: GrantFilter) -> bool:
    """Whether every field that is set is the grant's."""
    names = (each.name for each in fields(wanted))
    return all(getattr(wanted, name) in (None, getattr(grant, name)) for name in names)


def is_wanted(grant: Grant, wanted: GrantSearch) -> bool:
    """What `GrantSearch` says."""
    names = ("client_id", "subject", "resource", "session_id", "origin")
    since = wanted.unused_since
    used = grant.created_at if grant.last_used_at is None else grant.last_used_at
    return (
        all(getattr(wanted, name) in (None, getattr(grant, name)) for name in names)
        and (wanted.live_at is None or grant.is_live(wanted.live_at))
        and (wanted.expires_before is None or grant.expires_at < wanted.expires_before)
        and (since is None or (grant.created_at < since and used < since))
    )
