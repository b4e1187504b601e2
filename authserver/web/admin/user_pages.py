"""`/admin/users/<subject>`: all that is known of one user, and all that speaks for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.api_tokens import ApiTokenFilter
from authserver.domain.roles import Area, to_read
from authserver.domain.searches import ApiTokenSort, GrantSearch, GrantSort
from authserver.services.audit_searches import SearchTerms
from authserver.services.long_lists import Piece
from authserver.web.admin.audit_lists import decision_path
from authserver.web.admin.cells import ROLE_WORDS, Kind
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.showing import show, what_happened
from authserver.web.admin.token_lists import called, token_path
from authserver.web.admin.user_lists import READ, USERS, state_of, user_path
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l
from authserver.web.sign_in_words import sign_in_of
from authserver.web.user_agents import browser_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from flask import Response

    from authserver.domain.ports import Clock
    from authserver.services.audit import AuditService
    from authserver.services.identities import Identities
    from authserver.services.long_lists import LongLists
    from authserver.services.sessions import Sessions
    from authserver.services.users import KnownUser, Users
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.languages import Text

MOST: Final = 10
DONE: Final[Mapping[str, Text]] = {
    "changed": _l("The user is changed."),
    "disable": _l("The user is disabled. All sessions, authorizations and tokens have ended."),
    "enable": _l("The user can sign in again. What ended stays ended."),
    "stop": _l("Nothing speaks for this user any more: no token, no app."),
    "go-on": _l("What was not ended meanwhile speaks for this user again."),
    "end-sessions": _l("All sessions have ended, with what was bound to them."),
    "unlink": _l("The identity is unlinked."),
}


@dataclass(frozen=True, slots=True)
class UserPages:
    """Shows one user."""

    users: Users
    identities: Identities
    sessions: Sessions
    lists: LongLists
    audit: AuditService
    clock: Clock

    def show(self, who: Administrator, subject: str) -> Response:
        """GET /admin/users/<subject>; a user name leads there, too."""
        known = self.users.get(subject)
        user, now = known.user, self.clock.now()
        sees_tokens = who.may(to_read(Area.TOKENS))
        sees_support = who.may(to_read(Area.SUPPORT))
        live = ApiTokenFilter(owner=user.subject, live_at=now)
        newest = Piece(None, MOST, descending=True, counts=True)
        tokens = self.lists.api_tokens(live, ApiTokenSort.CREATED, newest)
        wanted = GrantSearch(subject=user.subject, live_at=now)
        grants = self.lists.grants(wanted, GrantSort.CREATED, newest)
        terms = SearchTerms(object_name=f"user:{user.subject}")
        records = (
            self.audit.search(terms, limit=MOST).records if who.may(to_read(Area.AUDIT)) else ()
        )
        return show(
            "admin/user.html",
            title=user.data.name or user.username,
            crumbs=[(_("Users"), USERS)],
            user=user,
            state=state_of(user),
            path=user_path(user.subject),
            facts=_facts(known),
            identities=self.identities.of(user.subject),
            sessions=[
                (each, sign_in_of(each), browser_in_words(each.user_agent))
                for each in (self.sessions.list(user.subject)[:MOST] if sees_support else ())
            ],
            tokens=[
                (called(each), token_path(each.token_id), each.status_at(now), each)
                for each in (tokens.items if sees_tokens else ())
            ],
            token_count=tokens.total,
            grants=grants.items if sees_support else (),
            grant_count=grants.total,
            records=[(each, decision_path(each)) for each in records],
            done=what_happened(DONE),
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        yield ConsolePage(f"{USERS}/<subject>", "user", frozenset({READ}), self.show)


def _facts(known: KnownUser) -> Sequence[tuple[str, str | float | list[str] | None, str]]:
    user = known.user
    address = user.data.email
    if address:
        checked = _("checked") if user.data.email_verified else _("not checked")
        address = f"{address} ({checked})"
    return [
        (_("User name"), user.username, Kind.CODE),
        (_("State"), state_of(user), Kind.STATE),
        (_("Name"), user.data.name, Kind.TEXT),
        (_("E-mail address"), address, Kind.TEXT),
        (_("Roles"), ", ".join(str(ROLE_WORDS[each]) for each in sorted(known.roles)), Kind.TEXT),
        (_("Administers by groups at"), list(known.administers_by), Kind.NAMES),
        (_("Groups"), list(known.groups), Kind.NAMES),
        (_("Language"), user.data.locale, Kind.TEXT),
        (_("Time zone"), user.data.zoneinfo, Kind.TEXT),
        (_("Has a password"), _("yes") if user.password_hash else _("no"), Kind.TEXT),
        (
            _("Must choose a password"),
            _("yes") if user.must_change_password else "",
            Kind.TEXT,
        ),
        (_("Added"), user.created_at, Kind.MOMENT),
        (_("Subject (sub)"), user.subject, Kind.CODE),
    ]
