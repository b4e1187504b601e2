"""API tokens in memory."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING

from authserver.domain.api_tokens import OVER
from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.searches import ApiTokenSort
from authserver.domain.users import canonical
from tests.memory_api_token_conditions import holds
from tests.memory_pages import at_most_of, is_found, page_of
from tests.memory_secrets import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.api_tokens import ApiToken, ApiTokenFilter, ApiTokenStatus, LastUse
    from authserver.domain.gateways import KeyDigests
    from authserver.domain.pages import Page, Place


class MemoryApiTokens(MemoryStore):
    def get(self, token_id: str) -> ApiToken | None:
        self._told("get")
        return self._state.api_tokens.get(token_id)

    def by_secret(self, digests: KeyDigests) -> ApiToken | None:
        self._told("by_secret")
        for token in self._state.api_tokens.values():
            secret = token.secret
            if secret is not None and (secret.pepper_id, secret.digest) in digests:
                return token
        return None

    def page(
        self, chosen: ApiTokenFilter, *, after: str = "", limit: int = 1000
    ) -> Sequence[ApiToken]:
        self._told("page")
        return [each for each in self._meant(chosen) if each.token_id > after][:limit]

    def listed(
        self,
        wanted: ApiTokenFilter,
        *,
        sort: ApiTokenSort = ApiTokenSort.CREATED,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[ApiToken]:
        self._told("listed")
        times = {ApiTokenSort.CREATED: "created_at", ApiTokenSort.EXPIRES: "expires_at"}

        def place(token: ApiToken) -> tuple[str | float, ...]:
            name = times.get(sort)
            return (token.token_id,) if name is None else (getattr(token, name), token.token_id)

        return page_of(self._meant(wanted), place, descending=descending, after=after, limit=limit)

    def count(self, chosen: ApiTokenFilter, at_most: int | None = None) -> int:
        self._told("count")
        return at_most_of(len(self._meant(chosen)), at_most)

    def ids(self, chosen: ApiTokenFilter, among: frozenset[ApiTokenStatus]) -> Sequence[str]:
        self._told("ids")
        return sorted(each.token_id for each in self._meant(chosen) if each.status in among)

    def count_lineages(self, chosen: ApiTokenFilter) -> int:
        self._told("count_lineages")
        return len({each.lineage_id for each in self._meant(chosen)})

    def add(self, token: ApiToken) -> None:
        self._told("add", changes=True)
        if token.token_id in self._state.api_tokens:
            raise AlreadyExists("API token", token.token_id)
        self._state.api_tokens[token.token_id] = token

    def save(self, token: ApiToken) -> None:
        self._told("save", changes=True)
        stored = self._state.api_tokens.get(token.token_id)
        if stored is None:
            raise NotFound("API token", token.token_id)
        self._state.api_tokens[token.token_id] = replace(token, last_use=stored.last_use)

    def set_status(
        self,
        chosen: ApiTokenFilter,
        *,
        among: frozenset[ApiTokenStatus],
        to: ApiTokenStatus,
        at: float,
        reason: str,
        without_secret: ApiTokenStatus | None = None,
    ) -> Sequence[ApiToken]:
        self._told("set_status", changes=True)
        changed = [
            replace(
                each,
                status=without_secret if without_secret and each.secret is None else to,
                status_changed_at=at,
                reason=reason,
            )
            for each in self._meant(chosen)
            if each.status in among
        ]
        self._state.api_tokens.update((each.token_id, each) for each in changed)
        return changed

    def shorten(self, chosen: ApiTokenFilter, longest: float) -> Sequence[ApiToken]:
        self._told("shorten", changes=True)
        changed = [
            replace(each, expires_at=each.created_at + longest)
            for each in self._meant(chosen)
            if each.expires_at > each.created_at + longest
        ]
        self._state.api_tokens.update((each.token_id, each) for each in changed)
        return changed

    def note_use(self, uses: Mapping[str, LastUse]) -> None:
        self._told("note_use", changes=True)
        for token_id, use in uses.items():
            stored = self._state.api_tokens.get(token_id)
            if stored is not None and (stored.last_use is None or stored.last_use.at < use.at):
                self._state.api_tokens[token_id] = replace(stored, last_use=use)

    def _meant(self, chosen: ApiTokenFilter) -> list[ApiToken]:
        tokens = sorted(self._state.api_tokens.values(), key=lambda each: each.token_id)
        return [each for each in tokens if is_meant(each, chosen)]


def is_meant(token: ApiToken, chosen: ApiTokenFilter) -> bool:
    """What `ApiTokenFilter` says, in other words than the database's."""
    used_at = token.created_at if token.last_use is None else token.last_use.at
    whole = (
        (chosen.token_id, token.token_id),
        (chosen.lineage_id, token.lineage_id),
        (chosen.subject, token.subject),
        (chosen.owner, token.owner),
        (chosen.client_id, token.client_id),
        (chosen.team, token.team),
        (chosen.ticket, token.ticket),
        (chosen.status, token.status),
        (chosen.subject_type, token.subject_type),
    )
    return all(
        (
            all(asked is None or asked == value for asked, value in whole),
            chosen.resource is None or chosen.resource in token.resources,
            chosen.scope is None or chosen.scope in token.scopes,
            chosen.purpose is None or canonical(chosen.purpose) in canonical(token.purpose),
            chosen.created_before is None or token.created_at < chosen.created_before,
            chosen.changed_since is None or token.status_changed_at >= chosen.changed_since,
            chosen.created_after is None or token.created_at > chosen.created_after,
            chosen.expires_before is None or token.expires_at < chosen.expires_before,
            chosen.unused_since is None or max(used_at, token.created_at) < chosen.unused_since,
            chosen.networks is None or _is_from(token.last_use, chosen.networks),
            chosen.longer_than is None or token.expires_at > token.created_at + chosen.longer_than,
            chosen.where is None or holds(token, chosen.where),
            is_found(chosen.text, token.name, token.purpose, token.team, token.ticket),
            chosen.live_at is None
            or (token.status not in OVER and chosen.live_at < token.expires_at),
        )
    )


def _is_from(use: LastUse | None, networks: tuple[str, ...]) -> bool:
    if use is None or not use.network:
        return False
    return any(ip_address(use.network) in ip_network(each, strict=False) for each in networks)
