"""`/admin/tokens/-/new`: a token for somebody, who gets its secret by a link of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.api_tokens import Presentation, SubjectType
from authserver.domain.durations import written_seconds
from authserver.domain.roles import Area, to_read
from authserver.services.api_token_drafts import ApiTokenDraft, Delivery, Maker, TokenRefused
from authserver.services.clients import OVERLAP_SECONDS
from authserver.web.admin.cells import Kind
from authserver.web.admin.client_forms import SEARCH
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.questions import Question, ask
from authserver.web.admin.showing import show
from authserver.web.admin.token_lists import READ, TOKENS, WRITE, called, token_path
from authserver.web.languages import gettext as _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.resources import ProtectedResource
    from authserver.services.api_token_administration import ApiTokens
    from authserver.services.api_token_drafts import MadeApiToken
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.admin.scope_choice import ScopeChoice
    from authserver.web.visits import Visits

NEW: Final = f"{TOKENS}/-/new"
DETAILS: Final = f"{NEW}/details"
CONTROLS: Final = {"client": "client_id", "owner": "user", "overlap": "overlap"}
USUAL_SECONDS: Final = 90 * 86_400
STOPS: Final = (*REFUSALS, TokenRefused)


@dataclass(frozen=True, slots=True)
class TokenCreation:
    """Asks in two steps, makes tokens, gives them new secrets and new links."""

    visits: Visits
    tokens: ApiTokens
    sites: Callable[[], Sequence[ProtectedResource]]
    scopes: ScopeChoice
    mail_is_on: bool

    def choose(self, who: Administrator) -> Response:
        """GET /admin/tokens/-/new: for whom, and where?"""
        del who
        names = [each.name for each in self._sites()]
        start = {
            "user": request.args.get("user", ""),
            "kind": request.args.get("kind", SubjectType.USER),
            "client_id": request.args.get("client_id", ""),
            "resources": request.args.getlist("resources") or (names if len(names) == 1 else []),
        }
        return self._choose(Form(start=start))

    def details(self, who: Administrator) -> Response:
        """GET /admin/tokens/-/new/details: the rest."""
        del who
        form = Form(request.args)
        self._check_choice(form)
        if not form.is_right:
            return self._choose(form)
        chosen = {name: form.value(name) for name in ("user", "kind", "client_id")} | {
            "resources": form.values("resources")
        }
        start = {
            **chosen,
            "expires_in": written_seconds(USUAL_SECONDS),
            "delivery": str(Delivery.MAIL if self.mail_is_on else Delivery.LINK),
        }
        return self._details(Form(start=start))

    def create(self, who: Administrator) -> Response:
        """POST the same: look for scopes, or make the token."""
        form = Form(request.form)
        self._check_choice(form)
        if not form.is_right:
            return self._choose(form)
        if request.form.get("step") == "find":
            return self._details(form, status=200)
        expires_in = form.seconds("expires_in")
        if not form.values("scopes"):
            form.wrong("scopes", _("Choose at least one: without a scope it may do nothing."))
        if form.errors:
            return self._details(form)
        try:
            made = self.tokens.create(
                _draft(form, expires_in), who.act, _maker(who), delivery=_delivery(form)
            )
        except STOPS as refusal:
            form.refused(refusal, CONTROLS)
            return self._details(form)
        return self._made(made, _("The token is made."))

    def ask_rotation(self, who: Administrator, token_id: str) -> Response:
        """GET /admin/tokens/<token_id>/rotate."""
        del who
        start = {
            "overlap": written_seconds(OVERLAP_SECONDS),
            "delivery": str(Delivery.MAIL if self.mail_is_on else Delivery.LINK),
        }
        return self._rotation(self.tokens.get(token_id), Form(start=start))

    def rotate(self, who: Administrator, token_id: str) -> Response:
        """POST the same."""
        token = self.tokens.get(token_id)
        form = Form(request.form)
        overlap, expires_in = form.seconds("overlap"), form.seconds("expires_in")
        if not form.is_right:
            return self._rotation(token, form)
        try:
            made = self.tokens.rotate(
                token_id,
                who.act,
                _maker(who),
                overlap_seconds=overlap or 0,
                expires_in=expires_in,
                delivery=_delivery(form),
            )
        except STOPS as refusal:
            form.refused(refusal, CONTROLS)
            return self._rotation(token, form)
        return self._made(made, _("A new token is in the place of the old one."))

    def ask_offer(self, who: Administrator, token_id: str) -> Response:
        """GET /admin/tokens/<token_id>/offer."""
        del who
        start = {"delivery": str(Delivery.MAIL if self.mail_is_on else Delivery.LINK)}
        return self._offer(self.tokens.get(token_id), Form(start=start))

    def offer(self, who: Administrator, token_id: str) -> Response:
        """POST the same."""
        form = Form(request.form)
        try:
            made = self.tokens.offer_again(token_id, who.act, _delivery(form))
        except REFUSALS as refusal:
            form.refused(refusal, CONTROLS)
            return self._offer(self.tokens.get(token_id), form)
        return self._made(made, _("There is another link. The ones before have ended."))

    def _made(self, made: MadeApiToken, sentence: str) -> Response:
        token = made.token
        return show(
            "admin/token_made.html",
            title=called(token),
            crumbs=[(_("API tokens"), TOKENS)],
            sentence=sentence,
            made=made,
            facts=[
                (_("Token id"), token.token_id, Kind.CODE),
                (_("Ends"), token.expires_at, Kind.MOMENT),
                (_("The old one ends"), made.old_ends_at, Kind.MOMENT),
            ],
            path=token_path(token.token_id),
        )

    def _check_choice(self, form: Form) -> None:
        if not form.value("user"):
            form.wrong("user", _("Say whom it belongs to."))
        if form.value("kind") not in set(SubjectType):
            form.wrong("kind", _("Choose one of these."))
        if form.value("kind") == SubjectType.SERVICE and not form.value("client_id"):
            form.wrong("client_id", _("Say which client it speaks for."))
        if not form.values("resources"):
            form.wrong("resources", _("Choose at least one site."))

    def _choose(self, form: Form) -> Response:
        return show(
            "admin/token_new.html",
            title=_("Make a token"),
            crumbs=[(_("API tokens"), TOKENS)],
            status=200 if form.is_right else 400,
            form=form,
            kinds=[
                (
                    str(SubjectType.USER),
                    _("For a person"),
                    _("It speaks for that user, who gets the secret by a link; nobody else does."),
                ),
                (
                    str(SubjectType.SERVICE),
                    _("For a service"),
                    _("It speaks for a client and for no person. You see the secret, once."),
                ),
            ],
            sites=[(each.name, each.name, each.url) for each in self._sites()],
        )

    def _details(self, form: Form, status: int = 0) -> Response:
        chosen = form.values("resources")
        sites = [each for each in self._sites() if each.name in chosen]
        return show(
            "admin/token_details.html",
            title=_("Make a token for %(name)s") % {"name": form.value("user")},
            crumbs=[(_("API tokens"), TOKENS), (_("Make a token"), NEW)],
            status=status or (200 if form.is_right else 400),
            form=form,
            sites=[each.name for each in sites],
            scopes=self.scopes.groups(sites, form.values("scopes"), form.value(SEARCH)),
            presentations=[(str(each), str(each), "") for each in Presentation],
            deliveries=self._deliveries(),
            is_user=form.value("kind") == SubjectType.USER,
        )

    def _rotation(self, token: ApiToken, form: Form) -> Response:
        path = token_path(token.token_id)
        return ask(
            Question(
                _("A new secret for %(name)s") % {"name": called(token)},
                _("A new token, with all else as it was, takes the place of this one."),
                _("Rotate"),
                f"{path}/rotate",
                path,
                [(_("API tokens"), TOKENS), (called(token), path)],
                is_done_once=True,
            ),
            form,
            template="admin/token_rotate.html",
        )

    def _offer(self, token: ApiToken, form: Form) -> Response:
        path = token_path(token.token_id)
        return ask(
            Question(
                _("Another link for the owner?"),
                _("It is good for 24 hours, once, and opens for the owner alone."),
                _("Make the link"),
                f"{path}/offer",
                path,
                [(_("API tokens"), TOKENS), (called(token), path)],
                is_done_once=True,
            ),
            form,
            template="admin/token_offer.html",
        )

    def _deliveries(self) -> Sequence[tuple[str, str, str]]:
        return deliveries(mail_is_on=self.mail_is_on)

    def _sites(self) -> Sequence[ProtectedResource]:
        return [each for each in self.sites() if each.is_site]

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        needs = frozenset({READ, WRITE})
        places = needs | {to_read(Area.RESOURCES), to_read(Area.PEOPLE)}
        one = f"{TOKENS}/<token_id>"
        yield ConsolePage(NEW, "token_new", places, self.choose)
        yield ConsolePage(DETAILS, "token_details", places, self.details, self.create)
        yield ConsolePage(f"{one}/rotate", "token_rotate", needs, self.ask_rotation, self.rotate)
        yield ConsolePage(f"{one}/offer", "token_offer", needs, self.ask_offer, self.offer)


def deliveries(*, mail_is_on: bool) -> Sequence[tuple[str, str, str]]:
    """Ways of the secret to the owner: value, label and hint."""
    by_mail = (str(Delivery.MAIL), _("By mail"), _("The owner gets a link."))
    by_hand = (
        str(Delivery.LINK),
        _("I pass the link on"),
        _("It is shown to you once, and opens for nobody but the owner."),
    )
    return [by_mail, by_hand] if mail_is_on else [by_hand]


def _maker(who: Administrator) -> Maker:
    return Maker(who.user.subject)


def _delivery(form: Form) -> Delivery:
    return Delivery.LINK if form.value("delivery") == Delivery.LINK else Delivery.MAIL


def _draft(form: Form, expires_in: int | None) -> ApiTokenDraft:
    return ApiTokenDraft(
        user=form.value("user"),
        purpose=form.value("purpose"),
        scopes=form.values("scopes"),
        resources=form.values("resources"),
        subject_type=SubjectType(form.value("kind")),
        client_id=form.value("client_id"),
        name=form.value("name"),
        team=form.value("team"),
        ticket=form.value("ticket"),
        operations=form.lines("operations") or None,
        projects=form.value("projects").split() or None,
        networks=form.lines("networks") or None,
        presentations=form.values("presentations") or None,
        expires_in=expires_in,
    )
