"""The outbox and tickets for picking up tokens, in memory."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from authserver.domain.mail import MailKind, MailStatus, WaitingMail
from authserver.domain.searches import MailSort
from tests.memory_pages import at_most_of, page_of
from tests.memory_secrets import MemoryStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from authserver.domain.pages import Page, Place
    from authserver.domain.people_ports import Digests
    from authserver.domain.searches import MailSearch
    from authserver.domain.token_pick_ups import TokenPickUp


class MemoryMails(MemoryStore):
    def page(
        self,
        wanted: MailSearch,
        *,
        sort: MailSort = MailSort.CREATED,
        descending: bool = True,
        after: Place | None = None,
        limit: int = 50,
    ) -> Page[WaitingMail]:
        self._told("page")

        def place(mail: WaitingMail) -> tuple[str | float, ...]:
            return mail.next_try_at if sort is MailSort.NEXT_TRY else mail.created_at, mail.mail_id

        return page_of(self._wanted(wanted), place, descending=descending, after=after, limit=limit)

    def count(self, wanted: MailSearch, at_most: int | None = None) -> int:
        self._told("count")
        return at_most_of(len(self._wanted(wanted)), at_most)

    def _wanted(self, wanted: MailSearch) -> Sequence[WaitingMail]:
        return [
            each
            for each in self._state.mails.values()
            if wanted.status in (None, each.status)
            and wanted.kind in (None, each.kind)
            and wanted.to in (None, each.to)
            and (wanted.due_by is None or each.next_try_at <= wanted.due_by)
        ]

    def add(self, mail: WaitingMail) -> bool:
        self._told("add", changes=True)
        if any(each.key == mail.key for each in self._state.mails.values()):
            return False
        self._state.mails[mail.mail_id] = mail
        return True

    def get(self, mail_id: str) -> WaitingMail | None:
        self._told("get")
        return self._state.mails.get(mail_id)

    def known(self, keys: Iterable[str]) -> frozenset[str]:
        self._told("known")
        return frozenset(keys) & {each.key for each in self._state.mails.values()}

    def due(self, now: float, *, limit: int) -> Sequence[WaitingMail]:
        self._told("due")
        waiting = (
            each
            for each in self._state.mails.values()
            if each.status is MailStatus.WAITING and each.next_try_at <= now
        )
        return sorted(waiting, key=lambda each: (each.next_try_at, each.mail_id))[:limit]

    def settle(
        self,
        mail: WaitingMail,
        *,
        tries_before: int,
        status_before: MailStatus = MailStatus.WAITING,
    ) -> bool:
        self._told("settle", changes=True)
        stored = self._state.mails.get(mail.mail_id)
        if stored is None or (stored.tries, stored.status) != (tries_before, status_before):
            return False
        self._state.mails[mail.mail_id] = replace(
            stored,
            status=mail.status,
            sealed=mail.sealed,
            next_try_at=mail.next_try_at,
            expires_at=mail.expires_at,
            tries=mail.tries,
            sent_at=mail.sent_at,
            last_error=mail.last_error,
        )
        return True

    def cancel(self, kinds: frozenset[MailKind], token_ids: frozenset[str]) -> int:
        self._told("cancel", changes=True)
        meant = [
            each
            for each in self._state.mails.values()
            if each.status in {MailStatus.WAITING, MailStatus.GIVEN_UP}
            and each.kind in kinds
            and [*each.key.split(":"), ""][1] in token_ids
        ]
        for each in meant:
            cancelled = replace(each, status=MailStatus.CANCELLED, sealed=b"")
            self._state.mails[each.mail_id] = cancelled
        return len(meant)

    def replace_sealed(self, mail_id: str, *, before: bytes, after: bytes) -> bool:
        self._told("replace_sealed", changes=True)
        stored = self._state.mails.get(mail_id)
        if stored is None or stored.sealed != before:
            return False
        self._state.mails[mail_id] = replace(stored, sealed=after)
        return True

    def list(
        self, status: MailStatus | None = None, *, after: str = "", limit: int = 1000
    ) -> Sequence[WaitingMail]:
        self._told("list")
        chosen = (
            each
            for each in self._state.mails.values()
            if each.mail_id > after and status in (None, each.status)
        )
        return sorted(chosen, key=lambda each: each.mail_id)[:limit]


class MemoryPickUps(MemoryStore):
    def add(self, ticket: TokenPickUp) -> None:
        self._told("add", changes=True)
        self._state.pick_ups[ticket.pepper_id, ticket.digest] = ticket

    def find(self, digests: Digests) -> TokenPickUp | None:
        self._told("find")
        found = (self._state.pick_ups.get(key) for key in digests)
        return next((each for each in found if each is not None), None)

    def spend(self, ticket: TokenPickUp, at: float) -> bool:
        self._told("spend", changes=True)
        key = (ticket.pepper_id, ticket.digest)
        stored = self._state.pick_ups.get(key)
        if stored is None or not stored.is_open(at):
            return False
        self._state.pick_ups[key] = replace(stored, used_at=at)
        return True

    def end(self, token_id: str, at: float) -> int:
        self._told("end", changes=True)
        meant = [
            key
            for key, each in self._state.pick_ups.items()
            if each.token_id == token_id and each.is_open(at)
        ]
        for key in meant:
            self._state.pick_ups[key] = replace(self._state.pick_ups[key], expires_at=at)
        return len(meant)
