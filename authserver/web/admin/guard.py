"""Who may see a page of the console, and who may change something by it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import g, request

from authserver.domain.audit import Actor, ActorKind
from authserver.domain.roles import permissions_of
from authserver.domain.sessions import FRESH_SECONDS
from authserver.services.administration import Act
from authserver.web.admin.console_pages import Administrator
from authserver.web.admin.showing import Shown, show
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l
from authserver.web.login import AGAIN
from authserver.web.page_refusals import PageRefusal
from authserver.web.return_targets import is_return_target
from authserver.web.visits import CSRF_FIELD

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from authserver.services.console_access import ConsoleAccess
    from authserver.services.sessions import SignedIn
    from authserver.web.admin.console_pages import ConsolePage
    from authserver.web.admin.menu import Menu
    from authserver.web.sent_forms import Claim, SentForms
    from authserver.web.visits import Visits

CONSOLE: Final = "/admin"
VIA: Final = "console"
"""How records call the way of what is done here."""
PROVED: Final = f"{CONSOLE}/proved"
"""Where a sign-in leads that was asked for while a form waited."""
SECRETS: Final = frozenset({"secret", "password", "client_secret", CSRF_FIELD})
"""Fields that no page repeats."""


class Guard:
    """Stands before every page of the console."""

    def __init__(
        self,
        visits: Visits,
        access: ConsoleAccess,
        menu: Callable[[], Menu],
        sent_forms: SentForms,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._visits = visits
        self._sent_forms = sent_forms
        self._access = access
        self._menu = menu

    def guarded(self, page: ConsolePage) -> Callable[..., Any]:
        """The view of a page, for those alone who may see it."""

        def view(**path: str) -> Any:
            who = self._admitted(page)
            if request.method != "POST":
                return (page.show or _nothing)(who, **path)
            visit = self._visits.current()
            visit.check_csrf(page.name)
            if not _is_fresh(who, visit.call.at):
                return self._prove_first(page)
            return self._sent_forms.once(
                page.name,
                who.user.subject,
                lambda claim: (page.submit or _nothing)(_claiming(who, claim), **path),
            )

        return view

    def _admitted(self, page: ConsolePage) -> Administrator:
        """Who asks.

        Raises:
            HTTPException: the way to the sign-in page.
            PageRefusal: they may not see it.
        """
        is_form = request.method == "POST"
        if not self._access.admits(self._visits.current().call):
            raise _not_from_this_network()
        signed_in = self._signed_in()
        visit = self._visits.current()
        roles = self._access.roles(signed_in.user)
        powers = permissions_of(roles)
        if not roles:
            raise _not_administering()
        missing = page.needs - powers
        if missing:
            raise _not_in_these_roles(missing)
        act = Act(
            Actor(ActorKind.ADMINISTRATOR, signed_in.user.subject),
            visit.call.request_id,
            visit.call.peer,
            powers,
            via=VIA,
        )
        who = Administrator(signed_in.user, signed_in.session, roles, powers, act)
        g.authserver_console = Shown(page, who, self._menu(), must_prove=signed_in.must_prove)
        needs_proof = page.submit is not None and not _is_fresh(who, visit.call.at)
        if not is_form and (signed_in.must_prove or needs_proof):
            # Before anything is typed, rather than after.
            raise self._visits.sent_to(_sign_in_again(_here()))
        return who

    def _signed_in(self) -> SignedIn:
        if request.method == "POST" and self._visits.current().signed_in is None:
            # The token of its form says the same in words that help.
            self._visits.current().check_csrf("console")
        return self._visits.signed_in_or_login(_here())

    def _prove_first(self, page: ConsolePage) -> Any:
        """A page that keeps what was typed while its sender signs in again beside it."""
        sent = request.form.items(multi=True)
        kept = [(name, value) for name, value in sent if name not in SECRETS]
        return show(
            "admin/prove.html",
            title=_("Sign in again to go on"),
            status=403,
            sign_in=_sign_in_again(PROVED),
            action=request.path,
            form_name=page.name,
            kept=kept,
            lost=any(name in request.form for name in SECRETS - {CSRF_FIELD}),
        )


def _claiming(who: Administrator, claim: Claim | None) -> Administrator:
    return who if claim is None else replace(who, act=replace(who.act, beside=claim))


def _is_fresh(who: Administrator, at: float) -> bool:
    shown: Shown = g.authserver_console
    return not shown.must_prove and at - who.session.auth_time <= FRESH_SECONDS


def _here() -> str:
    """The page that was asked for, without its query where that leads nowhere safe."""
    whole = request.full_path.rstrip("?") if request.method != "POST" else request.path
    return whole if is_return_target(whole) else request.path


def _sign_in_again(target: str) -> str:
    return f"/login?{urlencode({'next': target, AGAIN: 'yes'})}"


def _nothing(*_: object, **__: object) -> Any:
    raise PageRefusal(405, _l("Method Not Allowed"), _l("This page cannot be used in that way."))


def _not_from_this_network() -> PageRefusal:
    return PageRefusal(
        403,
        _l("Not from this network"),
        _l("This server is administered from certain networks only, and you are in none of them."),
        _l("Go on from one of those, perhaps by your company's VPN."),
    )


def _not_administering() -> PageRefusal:
    return PageRefusal(
        403,
        _l("This is for those who administer"),
        _l("Your account has no role in the administration of this server."),
        _l("Your own tokens, apps and sessions are on the page of your account."),
    )


def _not_in_these_roles(missing: frozenset[str]) -> PageRefusal:
    return PageRefusal(
        403,
        _l("Your roles do not allow this"),
        _("This page takes the permission %(names)s.") % {"names": ", ".join(sorted(missing))},
        _l("An owner of this server can give you another role."),
    )
