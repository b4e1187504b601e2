"""`/admin/resources/<name>/accounts`: which account of a site stands for whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from authserver.services.user_lookup import SUBJECT_PREFIX
from authserver.web.admin.cells import Kind
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.list_pages import show_list
from authserver.web.admin.lists import Column, Listing, ListPage, ListQuery, RowAct
from authserver.web.admin.showing import what_happened
from authserver.web.admin.site_pages import READ, RESOURCES, WRITE, site_crumbs, site_path
from authserver.web.admin.user_lists import user_path
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Response

    from authserver.domain.hand_over import SubjectAccount
    from authserver.domain.resources import ProtectedResource
    from authserver.services.hand_overs import HandOvers
    from authserver.services.long_lists import LongLists
    from authserver.services.resources import Resources
    from authserver.services.subject_accounts import SubjectAccounts
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text

ACCOUNTS: Final = f"{RESOURCES}/<name>/accounts"
CLIENT: Final = "client:"
DONE: Final[Mapping[str, Text]] = {
    "mapped": _l("The account is mapped. It counts everywhere already."),
    "unmapped": _l("The account is mapped no more. It counts everywhere already."),
    "imported": _l("The accounts are imported. They count everywhere already."),
}


@dataclass(frozen=True, slots=True)
class AccountRow:
    """One mapping, with what people call its subject."""

    mapped: SubjectAccount
    called: str


def accounts_path(site: ProtectedResource) -> str:
    """Where the accounts of a site are, below /admin."""
    return f"{site_path(site)}/accounts"


def account_crumbs(site: ProtectedResource) -> list[tuple[str, str]]:
    """The way to a page below them."""
    return [*site_crumbs(site), (_("Accounts"), accounts_path(site))]


LISTING: Final[Listing[AccountRow]] = Listing(
    name="accounts",
    path=RESOURCES,
    columns=(
        Column("called", _l("Who"), lambda r: r.called, link=lambda r: _page_of(r.mapped.subject)),
        Column("subject", _l("Subject (sub)"), lambda r: r.mapped.subject, Kind.CODE),
        Column("account", _l("Account there"), lambda r: r.mapped.account, Kind.CODE),
        Column("changed_at", _l("Since"), lambda r: r.mapped.changed_at, Kind.MOMENT),
    ),
    key=lambda row: row.mapped.subject,
    acts=(
        RowAct(
            "change",
            _l("Change"),
            lambda r: _path(r.mapped, "map", account=r.mapped.account),
            WRITE,
        ),
        RowAct("unmap", _l("Remove"), lambda r: _path(r.mapped, "unmap"), WRITE, is_dangerous=True),
    ),
    search_hint=_l("user, client, subject or account"),
)


@dataclass(frozen=True, slots=True)
class AccountLists:
    """Shows them, page by page."""

    resources: Resources
    hand_overs: HandOvers
    accounts: SubjectAccounts
    lists: LongLists
    cursors: Cursors

    def show(self, who: Administrator, name: str) -> Response:
        """GET /admin/resources/<name>/accounts."""
        del who
        site = self.resources.get(name)
        hand_over = self.hand_overs.get(name)
        listing = replace(LISTING, path=accounts_path(site))

        def page(query: ListQuery) -> ListPage[AccountRow]:
            return self._page(name, query)

        return show_list(
            listing,
            self.cursors,
            page,
            title=_("Accounts at %(name)s") % {"name": site.name},
            template="admin/accounts.html",
            crumbs=site_crumbs(site),
            lead=_(
                "Which account of the site stands for whom: a call arrives there as that account."
            ),
            path=accounts_path(site),
            site_path=site_path(site),
            hand_over=hand_over,
            done=what_happened(DONE),
        )

    def _page(self, name: str, query: ListQuery) -> ListPage[AccountRow]:
        after = str(query.after[0]) if query.after else ""
        found = self.accounts.page(name, after=after, limit=query.limit + 1, text=query.search)
        shown = found[: query.limit]
        names = self.lists.usernames(
            each.subject for each in shown if each.subject.startswith(SUBJECT_PREFIX)
        )
        rows = [AccountRow(each, _called(each.subject, names)) for each in shown]
        following = (shown[-1].subject,) if len(found) > query.limit else None
        return ListPage(rows, following)

    def pages(self) -> Iterable[ConsolePage]:
        """The row of the table of pages."""
        yield ConsolePage(ACCOUNTS, "accounts", frozenset({READ}), self.show)


def _called(subject: str, names: Mapping[str, str]) -> str:
    return names.get(subject, subject.removeprefix(CLIENT))


def _page_of(subject: str) -> str:
    if subject.startswith(CLIENT):
        return f"/clients/{subject.removeprefix(CLIENT)}"
    return user_path(subject) if subject.startswith(SUBJECT_PREFIX) else ""


def _path(mapped: SubjectAccount, act: str, **more: str) -> str:
    query = urlencode({"subject": mapped.subject, **more})
    return f"{RESOURCES}/{mapped.resource}/accounts/{act}?{query}"
