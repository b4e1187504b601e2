"""`/admin/groups`: local groups, who is in them, and by what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.errors import NotFound
from authserver.web.admin.cells import Kind
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.list_pages import show_list
from authserver.web.admin.lists import Column, Listing, ListPage, ListQuery
from authserver.web.admin.questions import Question, ask, reasoned
from authserver.web.admin.short_lists import page_of
from authserver.web.admin.showing import show, what_happened
from authserver.web.admin.user_lists import READ, WRITE
from authserver.web.core_words import refusal_words
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from werkzeug.wrappers import Response

    from authserver.domain.groups import GroupHead
    from authserver.services.groups import Groups
    from authserver.services.long_lists import LongLists
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

GROUPS: Final = "/groups"
MOST_MEMBERS: Final = 200
DONE: Final[Mapping[str, Text]] = {
    "deleted": _l("The group is deleted. Its members are users all the same."),
    "created": _l("The group is there. Put somebody into it."),
    "added": _l("The user is in the group now."),
    "removed": _l("The user is not in the group any more."),
}


@dataclass(frozen=True, slots=True)
class GroupRow:
    """One group, and how many members it has, those that providers put in included."""

    group: GroupHead
    members: int


LISTING: Final[Listing[GroupRow]] = Listing(
    name="groups",
    path=GROUPS,
    columns=(
        Column(
            "name",
            _l("Name"),
            lambda r: r.group.name,
            Kind.CODE,
            is_sortable=True,
            link=lambda r: f"{GROUPS}/{r.group.name}",
        ),
        Column("description", _l("What for"), lambda r: r.group.description),
        Column("members", _l("Members"), lambda r: r.members, Kind.NUMBER),
    ),
    key=lambda row: row.group.name,
    search_hint=_l("name or what it is for"),
)


@dataclass(frozen=True, slots=True)
class GroupPages:
    """Shows and changes groups."""

    visits: Visits
    groups: Groups
    lists: LongLists
    cursors: Cursors

    def list(self, who: Administrator) -> Response:
        """GET /admin/groups."""
        del who
        return show_list(
            LISTING,
            self.cursors,
            self._page,
            title=_("Groups"),
            lead=_("Apps learn them by the scope groups, and policies ask for them."),
            empty=_("There is no group yet."),
            new=(_("Add a group"), f"{GROUPS}/-/new", WRITE),
            done=what_happened(DONE),
        )

    def show(self, who: Administrator, name: str) -> Response:
        """GET /admin/groups/<name>."""
        del who
        return self._shown(self._known(name), Form())

    def change(self, who: Administrator, name: str) -> Response:
        """POST /admin/groups/<name>/members: put somebody in, or take them out."""
        known = self._known(name)
        form = Form(request.form)
        remove = form.value("remove")
        try:
            if remove:
                self.groups.remove(name, remove, who.act)
            else:
                self.groups.add(name, form.value("user"), who.act)
        except REFUSALS as refusal:
            form.wrong("user", refusal_words(refusal))
            return self._shown(known, form)
        done = "removed" if remove else "added"
        return self.visits.redirect_to(f"/admin{GROUPS}/{name}?done={done}")

    def new(self, who: Administrator) -> Response:
        """GET /admin/groups/-/new."""
        del who
        return self._new(Form())

    def create(self, who: Administrator) -> Response:
        """POST the same."""
        form = Form(request.form)
        try:
            made = self.groups.create(form.value("name"), form.value("description"), who.act)
        except REFUSALS as refusal:
            form.refused(refusal, {"group": "name"})
            return self._new(form)
        return self.visits.redirect_to(f"/admin{GROUPS}/{made.name}?done=created")

    def ask_delete(self, who: Administrator, name: str) -> Response:
        """GET /admin/groups/<name>/delete."""
        del who
        return self._deleting(self._known(name), Form())

    def delete(self, who: Administrator, name: str) -> Response:
        """POST the same."""
        known, form = self._known(name), Form(request.form)
        act = reasoned(who.act, form)
        if form.is_right:
            try:
                self.groups.delete(name, act)
            except REFUSALS as refusal:
                form.refused(refusal)
        if not form.is_right:
            return self._deleting(known, form)
        return self.visits.redirect_to(f"/admin{GROUPS}?done=deleted")

    def _known(self, name: str) -> GroupHead:
        for each in self.lists.group_heads():
            if each.name == name:
                return each
        raise NotFound("group", name)

    def _count(self, known: GroupHead) -> int:
        return self.lists.member_counts([known.name]).get(known.name, 0)

    def _shown(self, known: GroupHead, form: Form) -> Response:
        members = self.lists.first_members(known.name, MOST_MEMBERS)
        return show(
            "admin/group.html",
            title=known.name,
            crumbs=[(_("Groups"), GROUPS)],
            status=200 if form.is_right else 400,
            form=form,
            group=known,
            path=f"{GROUPS}/{known.name}",
            members=sorted(members.items(), key=lambda member: member[1]),
            more=max(0, self._count(known) - MOST_MEMBERS),
            done=what_happened(DONE),
        )

    def _new(self, form: Form) -> Response:
        return show(
            "admin/group_new.html",
            title=_("Add a group"),
            crumbs=[(_("Groups"), GROUPS)],
            status=200 if form.is_right else 400,
            form=form,
        )

    def _deleting(self, known: GroupHead, form: Form) -> Response:
        path = f"{GROUPS}/{known.name}"
        return ask(
            Question(
                _("Delete the group %(name)s?") % {"name": known.name},
                _("Its members stay users. What policies allow the group is lost to them."),
                _("Delete"),
                f"{path}/delete",
                path,
                [(_("Groups"), GROUPS), (known.name, path)],
                facts=[(_("Members"), self._count(known), Kind.NUMBER)],
                is_dangerous=True,
                asks_reason=True,
            ),
            form,
        )

    def _page(self, query: ListQuery) -> ListPage[GroupRow]:
        page = page_of(
            [GroupRow(each, 0) for each in self.lists.group_heads()],
            LISTING,
            query,
            searched=lambda row: (row.group.name, row.group.description),
        )
        counts = self.lists.member_counts(row.group.name for row in page.items)
        rows = [GroupRow(row.group, counts.get(row.group.name, 0)) for row in page.items]
        return ListPage(rows, page.after, page.total)

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        menu, needs = MenuEntry(Section.PEOPLE, _l("Groups")), frozenset({READ})
        both = needs | {WRITE}
        one = f"{GROUPS}/<name>"
        yield ConsolePage(GROUPS, "groups", needs, self.list, menu=menu)
        yield ConsolePage(f"{GROUPS}/-/new", "group_new", both, self.new, self.create)
        yield ConsolePage(one, "group", needs, self.show)
        yield ConsolePage(f"{one}/members", "group_members", both, self.show, self.change)
        yield ConsolePage(f"{one}/delete", "group_delete", both, self.ask_delete, self.delete)
