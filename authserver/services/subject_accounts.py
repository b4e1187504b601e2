"""Saying which account of a site stands for which subject."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from authserver.domain.clients import SUBJECT_PREFIX
from authserver.domain.errors import Conflict, NotFound
from authserver.domain.hand_over import SubjectAccount
from authserver.domain.searches import UserSearch
from authserver.services.account_persons import AccountPersons
from authserver.services.account_rows import checked
from authserver.services.hand_over_rules import check_account, check_subject
from authserver.services.hand_overs import changed
from authserver.services.sites import existing_site

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from authserver.domain.ports import Stores
    from authserver.services.account_rows import ImportRow
    from authserver.services.administration import Act, Administration

PAGE_ROWS: Final = 1000
MOST_USERS: Final = 100
"""Users that a search finds by their names; whoever looks for more says more."""


@dataclass(frozen=True, slots=True)
class ImportCounts:
    """How many subjects an import mapped anew, mapped to another account, and left as they were."""

    added: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class AccountChange:
    """What an import makes of one subject; `before` is empty for one that has no account yet."""

    subject: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would write: subjects with another account first, new ones behind them."""

    counts: ImportCounts
    changes: Sequence[AccountChange]

    @property
    def digest(self) -> str:
        """What tells these changes from all others."""
        lines = (f"{each.subject}\0{each.before}\0{each.after}" for each in self.changes)
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()


class SubjectAccounts:
    """Use cases of mapped subjects. `subject` is as in tokens: of a client `client:<id>`."""

    def __init__(self, *, administration: Administration) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration

    def list(self, resource: str) -> Iterator[SubjectAccount]:
        """Every mapping of a resource, by subject, read page by page as they are asked for.

        Raises:
            NotFound: there is no such resource.
        """
        page = self._page(resource, "")
        return self._following(resource, page)

    def page(
        self, resource: str, *, after: str = "", limit: int, text: str = ""
    ) -> Sequence[SubjectAccount]:
        """Mappings of a resource by subject, beginning behind `after`.

        `text` is looked for in subjects and accounts, and in what is known of users by whatever
        finds them in a list.

        Raises:
            NotFound: there is no such resource.
        """
        with self._administration.database.reading() as stores:
            existing_site(stores, resource)
            found = stores.users.page(UserSearch(text=text), limit=MOST_USERS).items if text else ()
            return stores.accounts.list(
                resource,
                after=after,
                limit=limit,
                text=text,
                subjects=[each.subject for each in found],
            )

    def map(self, resource: str, subject: str, account: str, act: Act) -> SubjectAccount | None:
        """Let an account stand for a subject; the mapping it replaces, if there was one.

        Raises:
            NotFound: there is no such resource.
            InvalidField: names the field and what is allowed.
            Conflict: the subject is a client's and the account stands for a user, or somebody else
                has just mapped the subject; nothing was changed.
        """
        check_subject(subject)
        check_account("account", account)
        with self._administration.database.reading() as stores:
            existing_site(stores, resource)
            _check_person(stores, resource, subject, account)
            seen = stores.accounts.get(resource, subject)
        if seen is not None and seen.account == account:
            return seen
        with self._administration.changing(
            changed(resource), takes_power=seen is not None
        ) as stores:
            existing_site(stores, resource)
            before = stores.accounts.get(resource, subject)
            if before != seen:
                # How long to wait after the commit depends on what there was before.
                raise Conflict("the mapping has just changed: repeat the command")
            _check_person(stores, resource, subject, account)
            stores.accounts.put([self._mapped(resource, subject, account)])
            details = {"before": None if before is None else before.account, "after": account}
            self._administration.record(
                stores, act, "account.mapped", subject, details, resource=resource
            )
        return before

    def unmap(self, resource: str, subject: str, act: Act) -> None:
        """Let no account stand for a subject any more.

        Raises:
            NotFound: there is no such resource, or the subject is not mapped there.
        """
        with self._administration.changing(changed(resource), takes_power=True) as stores:
            existing_site(stores, resource)
            before = stores.accounts.get(resource, subject)
            if before is None:
                raise NotFound("mapped subject", subject)
            stores.accounts.remove(resource, subject)
            self._administration.record(
                stores,
                act,
                "account.unmapped",
                subject,
                {"before": before.account, "after": None},
                resource=resource,
            )

    def preview(self, resource: str, rows: Iterable[ImportRow]) -> ImportPreview:
        """What an import would do, having checked the same.

        Raises:
            NotFound: there is no such resource.
            ImportRefused: names the lines that are wrong.
        """
        by_subject = checked(rows)
        with self._administration.database.reading() as stores:
            existing_site(stores, resource)
            return _difference(stores, resource, by_subject)

    def import_rows(
        self,
        resource: str,
        rows: Iterable[ImportRow],
        act: Act,
        *,
        progress: Callable[[int], None] = lambda _: None,
        agreed: str = "",
    ) -> ImportCounts:
        """Map many subjects, all or none; those that no row names stay as they are.

        `progress` is told how many more rows were looked at or stored. `agreed` is the digest of
        the preview that somebody has seen: then exactly that is written, or nothing.

        Raises:
            NotFound: there is no such resource.
            ImportRefused: names the lines that are wrong; nothing was changed.
            Conflict: somebody else has just changed mappings; nothing was changed.
        """
        by_subject = checked(rows)
        with self._administration.database.reading() as stores:
            existing_site(stores, resource)
            seen = _difference(stores, resource, by_subject).counts
        progress(seen.unchanged)
        if not seen.added and not seen.changed:
            return seen
        with self._administration.changing(
            changed(resource), takes_power=seen.changed > 0
        ) as stores:
            existing_site(stores, resource)
            difference = _difference(stores, resource, by_subject)
            if difference.counts != seen:
                raise Conflict("mappings have just changed: repeat the command")
            if agreed and difference.digest != agreed:
                raise Conflict("mappings have changed since you saw the preview: look again")
            pairs = iter((each.subject, each.after) for each in difference.changes)
            while page := [self._mapped(resource, *pair) for pair in islice(pairs, PAGE_ROWS)]:
                stores.accounts.put(page)
                progress(len(page))
            self._administration.record(
                stores,
                act,
                "account.imported",
                resource,
                {"added": seen.added, "changed": seen.changed, "unchanged": seen.unchanged},
                resource=resource,
            )
        return seen

    def _mapped(self, resource: str, subject: str, account: str) -> SubjectAccount:
        return SubjectAccount(resource, subject, account, self._administration.clock.now())

    def _page(self, resource: str, after: str) -> Sequence[SubjectAccount]:
        with self._administration.database.reading() as stores:
            existing_site(stores, resource)
            return stores.accounts.list(resource, after=after, limit=PAGE_ROWS)

    def _following(self, resource: str, page: Sequence[SubjectAccount]) -> Iterator[SubjectAccount]:
        while page:
            yield from page
            page = self._page(resource, page[-1].subject) if len(page) == PAGE_ROWS else ()


def _check_person(stores: Stores, resource: str, subject: str, account: str) -> None:
    """Decisions would refuse every call of such a client; better told here than there."""
    if subject.startswith(SUBJECT_PREFIX) and stores.accounts.stands_for_a_user(resource, account):
        raise Conflict(
            "the account stands for a user at this site, and a client never acts as a person: "
            "map the client to an account of its own"
        )


def _difference(stores: Stores, resource: str, rows: Mapping[str, ImportRow]) -> ImportPreview:
    """What is new or other in `rows` than what is stored.

    Raises:
        ImportRefused: an account would stand for a user and a client.
    """
    persons = AccountPersons(rows)
    to_write = {subject: row.account for subject, row in rows.items()}
    others: list[AccountChange] = []
    unchanged = 0
    after = ""
    while page := stores.accounts.list(resource, after=after, limit=PAGE_ROWS):
        for stored in page:
            persons.compare(stored)
            wanted = rows.get(stored.subject)
            if wanted is None:
                continue
            account = to_write.pop(stored.subject)
            if account == stored.account:
                unchanged += 1
            else:
                others.append(AccountChange(stored.subject, stored.account, account))
        after = page[-1].subject
    persons.check()
    counts = ImportCounts(len(to_write), len(others), unchanged)
    added = [AccountChange(subject, "", account) for subject, account in to_write.items()]
    return ImportPreview(counts, [*others, *added])
