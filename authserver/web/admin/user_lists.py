"""`/admin/users`: everybody who can sign in here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.roles import Area, Role, to_read, to_write
from authserver.domain.searches import UserSearch, UserSort
from authserver.domain.users import User, UserStatus
from authserver.web.admin.cells import ROLE_WORDS, WORDS, Kind
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.list_pages import show_list
from authserver.web.admin.lists import Column, Filter, Listing, ListPage, ListQuery
from authserver.web.admin.showing import what_happened
from authserver.web.admin.stored_lists import list_page, piece_of
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flask import Response

    from authserver.services.long_lists import LongLists
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text

USERS: Final = "/users"
READ: Final = to_read(Area.PEOPLE)
WRITE: Final = to_write(Area.PEOPLE)
DONE: Final[Mapping[str, Text]] = {
    "deleted": _l("The user is deleted, and with it all sessions, tokens and grants."),
}


def user_path(subject: str) -> str:
    """Where one user is, below /admin."""
    return f"{USERS}/{subject}"


def state_of(user: User) -> str:
    """What a user is; somebody whose credentials rest is stopped, too."""
    is_stopped = user.is_enabled and user.credentials_disabled_at is not None
    return "stopped" if is_stopped else str(user.status)


LISTING: Final[Listing[User]] = Listing(
    name="users",
    path=USERS,
    columns=(
        Column(
            "username",
            _l("User name"),
            lambda u: u.username,
            Kind.CODE,
            is_sortable=True,
            link=lambda u: user_path(u.subject),
        ),
        Column("name", _l("Name"), lambda u: u.data.name),
        Column("email", _l("E-mail address"), lambda u: u.data.email),
        Column("status", _l("State"), state_of, Kind.STATE),
        Column(
            "roles",
            _l("Roles"),
            lambda u: ", ".join(str(ROLE_WORDS[each]) for each in sorted(u.own_roles)),
        ),
        Column("created_at", _l("Added"), lambda u: u.created_at, Kind.MOMENT, is_sortable=True),
    ),
    key=lambda user: user.subject,
    filters=(
        Filter(
            "status",
            _l("State"),
            [(str(each), WORDS[each]) for each in (UserStatus.ENABLED, UserStatus.DISABLED)],
        ),
        Filter("role", _l("Role"), [(str(each), ROLE_WORDS[each]) for each in Role]),
        Filter("group", _l("Group")),
    ),
    search_hint=_l("user name, name or e-mail address"),
)


@dataclass(frozen=True, slots=True)
class UserLists:
    """Shows users as a list, and as a file."""

    lists: LongLists
    cursors: Cursors

    def show(self, who: Administrator) -> Response:
        """GET /admin/users."""
        del who
        return show_list(
            LISTING,
            self.cursors,
            self._page,
            title=_("Users"),
            lead=_("Everybody who signs in here, by a password or at an identity provider."),
            empty=_("There is no user yet."),
            new=(_("Add a user"), f"{USERS}/-/new", WRITE),
            done=what_happened(DONE),
        )

    def _page(self, query: ListQuery) -> ListPage[User]:
        said = query.filters.get
        status, role = said("status"), said("role")
        wanted = UserSearch(
            text=query.search,
            status=UserStatus(status) if status else None,
            role=Role(role) if role else None,
            group=said("group"),
        )
        page = self.lists.users(wanted, UserSort(query.sort), piece_of(query))
        return list_page(page, page.items)

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        menu = MenuEntry(Section.PEOPLE, _l("Users"))
        yield ConsolePage(USERS, "users", frozenset({READ}), self.show, menu=menu)
