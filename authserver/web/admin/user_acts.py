"""What is done to a user: stopped, let go on, signed out, given a password, always asked first."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.errors import NotFound
from authserver.domain.roles import Area, to_read, to_write
from authserver.web.admin.cells import Kind
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.questions import Question, ask, reasoned
from authserver.web.admin.showing import show
from authserver.web.admin.user_lists import READ, USERS, WRITE, user_path
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.identities import Identity
    from authserver.domain.users import User
    from authserver.services.administration import Act
    from authserver.services.identities import Identities
    from authserver.services.sessions import Sessions
    from authserver.services.user_credentials import UserCredentials
    from authserver.services.user_stops import StoppedUser, UserStops
    from authserver.services.users import Users
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

SUPPORT: Final = frozenset({READ, to_read(Area.SUPPORT), to_write(Area.SUPPORT)})
PEOPLE: Final = frozenset({READ, WRITE})


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that can be done to a user."""

    name: str
    needs: frozenset[str]
    question: Text
    sentence: Text
    button: Text
    is_dangerous: bool = True


DEEDS: Final = (
    Deed(
        "stop",
        SUPPORT,
        _l("Stop everything of %(name)s?"),
        _l(
            "Whatever speaks for this user stops at once, in one step: no token, app or session "
            "counts any more. The user can still sign in and see what happened; disable the user "
            "to prevent that."
        ),
        _l("Stop everything"),
    ),
    Deed(
        "go-on",
        SUPPORT,
        _l("Let everything of %(name)s go on?"),
        _l(
            "API tokens work again, unless they ended meanwhile. Sessions that ended stay ended, "
            "and so do apps: the user allows them again."
        ),
        _l("Let it go on"),
        is_dangerous=False,
    ),
    Deed(
        "end-sessions",
        SUPPORT,
        _l("End all sessions of %(name)s?"),
        _l("The user has to sign in again. Apps that are bound to the sessions lose their tokens."),
        _l("End the sessions"),
    ),
    Deed(
        "reset-password",
        SUPPORT,
        _l("Give %(name)s a new one-time password?"),
        _l(
            "You see it once, and the user has to choose another one at the next sign-in. All "
            "sessions, authorizations and tokens end now."
        ),
        _l("Make a one-time password"),
    ),
    Deed(
        "disable",
        PEOPLE,
        _l("Disable %(name)s?"),
        _l("All sessions, authorizations of apps and tokens end now, and stay ended."),
        _l("Disable"),
    ),
    Deed(
        "enable",
        PEOPLE,
        _l("Enable %(name)s?"),
        _l("The user can sign in again. What ended stays ended."),
        _l("Enable"),
        is_dangerous=False,
    ),
    Deed(
        "delete",
        PEOPLE,
        _l("Delete %(name)s for ever?"),
        _l("Sessions and tokens die, and what is known of the person is removed."),
        _l("Delete for ever"),
    ),
)


@dataclass(frozen=True, slots=True)
class UserActs:
    """Asks whether, and does it."""

    visits: Visits
    users: Users
    stops: UserStops
    credentials: UserCredentials
    sessions: Sessions
    identities: Identities

    def asking(self, deed: Deed) -> Callable[..., Response]:
        """GET /admin/users/<subject>/<deed>."""

        def view(who: Administrator, subject: str) -> Response:
            del who
            return self._asked(deed, self.users.get(subject).user, Form())

        return view

    def doing(self, deed: Deed) -> Callable[..., Response]:
        """POST the same."""

        def view(who: Administrator, subject: str) -> Response:
            user = self.users.get(subject).user
            form = Form(request.form)
            act = reasoned(who.act, form)
            secret = ""
            if form.is_right:
                try:
                    secret = self._do(deed.name, user, act)
                except REFUSALS as refusal:
                    form.refused(refusal)
            if not form.is_right:
                return self._asked(deed, user, form)
            if secret:
                return _shown_once(user, secret)
            if deed.name == "delete":
                return self.visits.redirect_to(f"/admin{USERS}?done=deleted")
            return self.visits.redirect_to(f"/admin{user_path(user.subject)}?done={deed.name}")

        return view

    def ask_unlink(self, who: Administrator, subject: str) -> Response:
        """GET /admin/users/<subject>/unlink?provider=…&identity_id=…: one of the identities."""
        del who
        user, form = self.users.get(subject).user, Form(request.args)
        return self._unlinking(user, self._identity(user, form), form)

    def unlink(self, who: Administrator, subject: str) -> Response:
        """POST the same."""
        user, form = self.users.get(subject).user, Form(request.form)
        act = reasoned(who.act, form)
        meant = self._identity(user, form)
        if form.is_right:
            try:
                self.identities.unlink(meant.provider, meant.subject_key, act)
            except REFUSALS as refusal:
                form.refused(refusal)
        if not form.is_right:
            return self._unlinking(user, meant, form)
        return self.visits.redirect_to(f"/admin{user_path(user.subject)}?done=unlink")

    def _identity(self, user: User, form: Form) -> Identity:
        """The one that is meant. Raises NotFound."""
        provider, identity_id = form.value("provider"), form.value("identity_id")
        for each in self.identities.of(user.subject):
            if (each.provider, each.identity_id) == (provider, identity_id):
                return each
        raise NotFound("identity", provider)

    def _do(self, name: str, user: User, act: Act) -> str:
        """Do it; a secret that has to be shown, empty for none."""
        subject = user.subject
        if name == "stop":
            self.stops.stop(subject, act)
        elif name == "go-on":
            self.credentials.enable(subject, act)
        elif name == "end-sessions":
            self.sessions.end_all(subject, act=act)
        elif name == "reset-password":
            return self.users.reset_password(subject, act)
        elif name == "disable":
            self.users.disable(subject, act)
        elif name == "enable":
            self.users.enable(subject, act)
        else:
            self.users.delete(subject, act)
        return ""

    def _asked(self, deed: Deed, user: User, form: Form) -> Response:
        facts: Sequence[tuple[Text, str, str]] = ()
        if deed.name in {"stop", "go-on"}:
            facts = _facts(self.stops.preview(user.subject), is_stop=deed.name == "stop")
        path = user_path(user.subject)
        return ask(
            Question(
                str(deed.question) % {"name": user.username},
                deed.sentence,
                deed.button,
                f"{path}/{deed.name}",
                path,
                [(_("Users"), USERS), (user.username, path)],
                facts=facts,
                is_dangerous=deed.is_dangerous,
                asks_reason=True,
                is_done_once=deed.name == "reset-password",
            ),
            form,
        )

    def _unlinking(self, user: User, meant: Identity, form: Form) -> Response:
        path = user_path(user.subject)
        return ask(
            Question(
                _("Unlink this identity?"),
                _("Who signs in with it does not come to this user any more."),
                _("Unlink"),
                f"{path}/unlink",
                path,
                [(_("Users"), USERS), (user.username, path)],
                kept=[("provider", meant.provider), ("identity_id", meant.identity_id)],
                facts=[
                    (_("Provider"), meant.provider, "code"),
                    (_("Called there"), meant.shown, "text"),
                ],
                is_dangerous=True,
                asks_reason=True,
            ),
            form,
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        one = f"{USERS}/<subject>"
        for deed in DEEDS:
            name = f"user_{deed.name}"
            yield ConsolePage(
                f"{one}/{deed.name}", name, deed.needs, self.asking(deed), self.doing(deed)
            )
        yield ConsolePage(f"{one}/unlink", "user_unlink", PEOPLE, self.ask_unlink, self.unlink)


def _facts(found: StoppedUser, *, is_stop: bool) -> Sequence[tuple[Text, str, str]]:
    """How much of it there is, and what becomes of it."""
    tokens = {"num": found.api_tokens}
    if not is_stop:
        return [(_("API tokens"), _("%(num)s, which work again") % tokens, Kind.TEXT)]
    grants, sessions = {"num": found.grants}, {"num": found.sessions}
    return [
        (
            _("API tokens"),
            _("%(num)s: they rest, and you can let them go on again") % tokens,
            Kind.TEXT,
        ),
        (
            _("Allowed apps"),
            _("%(num)s: they end for ever, and the user has to allow them again") % grants,
            Kind.TEXT,
        ),
        (
            _("Sessions"),
            _("%(num)s: they end for ever, and the user has to sign in again") % sessions,
            Kind.TEXT,
        ),
    ]


def _shown_once(user: User, secret: str) -> Response:
    path = user_path(user.subject)
    return show(
        "admin/secret.html",
        title=_("One-time password of %(name)s") % {"name": user.username},
        crumbs=[(_("Users"), USERS), (user.username, path)],
        sentence=_("The user has a new one-time password."),
        value=secret,
        label=_("One-time password"),
        back=(_("Done, to the user"), path),
    )
