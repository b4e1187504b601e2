"""Adding users, and changing what is known of them, their groups and roles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.roles import ROLES_WRITE, Role
from authserver.services.user_rules import PersonalUpdate
from authserver.services.users import UserDraft, UserUpdate
from authserver.web.admin.cells import ROLE_WORDS
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.showing import show
from authserver.web.admin.user_lists import READ, USERS, WRITE, user_path
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Response

    from authserver.services.long_lists import LongLists
    from authserver.services.users import KnownUser, Users
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.visits import Visits

PERSONAL: Final = ("name", "given_name", "family_name", "email", "locale", "zoneinfo")
CONTROLS: Final = {
    "user": "username",
    "is_administrator": "given_roles",
    "add_roles": "given_roles",
    "remove_roles": "given_roles",
    "roles": "given_roles",
    "group": "groups",
    "add_groups": "groups",
    "remove_groups": "groups",
}


@dataclass(frozen=True, slots=True)
class UserEditing:
    """Forms about users."""

    visits: Visits
    users: Users
    lists: LongLists

    def new(self, who: Administrator) -> Response:
        """GET /admin/users/-/new."""
        return self._form(who, Form())

    def create(self, who: Administrator) -> Response:
        """POST the same: the one-time password is shown once."""
        form = Form(request.form)
        try:
            created = self.users.create(
                UserDraft(
                    username=form.value("username"),
                    roles=self._roles(who, form),
                    groups=form.values("groups"),
                    personal=_personal(form),
                ),
                who.act,
            )
        except REFUSALS as refusal:
            form.refused(refusal, CONTROLS)
            return self._form(who, form)
        path = user_path(created.known.user.subject)
        return show(
            "admin/secret.html",
            title=_("%(name)s is added") % {"name": created.known.user.username},
            crumbs=[(_("Users"), USERS)],
            sentence=_("The user has to choose another password at the first sign-in."),
            value=created.one_time_password,
            label=_("One-time password"),
            back=(_("Done, to the user"), path),
        )

    def edit(self, who: Administrator, subject: str) -> Response:
        """GET /admin/users/<subject>/edit."""
        known = self.users.get(subject)
        data = known.user.data
        start = {
            **{name: str(getattr(data, name)) for name in PERSONAL},
            "email_verified": "yes" if data.email_verified else "",
            "groups": list(known.groups),
            "given_roles": [str(each) for each in known.user.own_roles],
        }
        return self._form(who, Form(start=start), known)

    def change(self, who: Administrator, subject: str) -> Response:
        """POST the same."""
        known = self.users.get(subject)
        form = Form(request.form)
        groups, before = set(form.values("groups")), set(known.groups)
        add: list[str] = []
        remove: list[str] = []
        if who.may(ROLES_WRITE):
            roles, had = (
                set(form.values("given_roles")),
                {str(each) for each in known.user.own_roles},
            )
            add, remove = sorted(roles - had), sorted(had - roles)
        try:
            self.users.update(
                known.user.subject,
                UserUpdate(
                    personal=_personal(form),
                    add_roles=add,
                    remove_roles=remove,
                    add_groups=sorted(groups - before),
                    remove_groups=sorted(before - groups),
                ),
                who.act,
            )
        except REFUSALS as refusal:
            form.refused(refusal, CONTROLS)
            return self._form(who, form, known)
        return self.visits.redirect_to(f"/admin{user_path(known.user.subject)}?done=changed")

    def _form(self, who: Administrator, form: Form, known: KnownUser | None = None) -> Response:
        crumbs = [(_("Users"), USERS)]
        path = f"{USERS}/-/new"
        back = USERS
        if known is not None:
            back = user_path(known.user.subject)
            path = f"{back}/edit"
            crumbs.append((known.user.username, back))
        return show(
            "admin/user_form.html",
            title=_("Add a user") if known is None else _("Edit"),
            crumbs=crumbs,
            status=200 if form.is_right else 400,
            form=form,
            action=path,
            back=back,
            is_new=known is None,
            groups=[(each.name, each.name, each.description) for each in self.lists.group_heads()],
            roles=[(str(each), ROLE_WORDS[each], "") for each in Role]
            if who.may(ROLES_WRITE)
            else (),
        )

    def _roles(self, who: Administrator, form: Form) -> list[str]:
        return form.values("given_roles") if who.may(ROLES_WRITE) else []

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        needs = frozenset({READ, WRITE})
        yield ConsolePage(f"{USERS}/-/new", "user_new", needs, self.new, self.create)
        yield ConsolePage(f"{USERS}/<subject>/edit", "user_edit", needs, self.edit, self.change)


def _personal(form: Form) -> PersonalUpdate:
    stated = {name: form.value(name) for name in PERSONAL}
    verified = bool(stated["email"]) and form.is_ticked("email_verified")
    return PersonalUpdate(**stated, email_verified=verified)
