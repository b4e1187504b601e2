"""`/admin/providers/<name>/denials`: what of a provider's counts no more here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import request

from authserver.domain.errors import NotFound
from authserver.domain.external_tokens import DenialKind
from authserver.services.external_denials import FOR_EVER
from authserver.web.admin.cells import Kind
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.list_pages import show_list
from authserver.web.admin.lists import Column, Filter, Listing, ListPage, ListQuery, RowAct
from authserver.web.admin.provider_lists import READ, WRITE, crumbs_to, provider_path
from authserver.web.admin.questions import REASON, Question, ask, reasoned
from authserver.web.admin.short_lists import page_of
from authserver.web.admin.showing import show, what_happened
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l
from authserver.web.moments import moment_in_words

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from werkzeug.wrappers import Response

    from authserver.domain.external_tokens import ExternalDenial
    from authserver.domain.ports import Clock
    from authserver.domain.providers import Provider
    from authserver.services.external_denials import ExternalDenials
    from authserver.services.providers import Providers
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

KINDS: Final[Mapping[DenialKind, Text]] = {
    DenialKind.TOKEN: _l("a token or session"),
    DenialKind.SUBJECT: _l("a person"),
    DenialKind.CLIENT: _l("a client there"),
}
CONTROLS: Final = {**{str(kind): "value" for kind in DenialKind}, "until": "until"}
DONE: Final[Mapping[str, Text]] = {
    "denied": _l("Denied: no server accepts it any more."),
    "allowed": _l("It is not denied any more."),
}


def denials_path(name: str) -> str:
    """Where the denials of a provider are, below /admin."""
    return f"{provider_path(name)}/denials"


def _issued_until(denial: ExternalDenial) -> float | None:
    return None if denial.issued_until >= FOR_EVER else denial.issued_until


def reach(denial: ExternalDenial) -> str:
    """Which tokens a denial is about, in words."""
    until = _issued_until(denial)
    if until is None:
        return _("all, for ever")
    return _("those issued until %(when)s") % {"when": moment_in_words(until)}


def listing_of(name: str) -> Listing[ExternalDenial]:
    """The list of what is denied of one provider's."""
    return Listing(
        name="denials",
        path=denials_path(name),
        columns=(
            Column("value", _l("What"), lambda d: d.value, Kind.CODE, is_sortable=True),
            Column("kind", _l("Kind"), lambda d: str(KINDS[d.kind]), is_sortable=True),
            Column("reach", _l("Reaches"), reach),
            Column("reason", _l("Reason"), lambda d: d.reason),
            Column(
                *("issued_until", _l("Tokens issued until"), _issued_until, Kind.MOMENT),
                only_in_file=True,
            ),
            Column(
                *("expires_at", _l("Kept until"), lambda d: d.expires_at, Kind.MOMENT),
                only_in_file=True,
            ),
            Column(
                "created_at", _l("Since"), lambda d: d.created_at, Kind.MOMENT, is_sortable=True
            ),
        ),
        key=lambda denial: f"{denial.kind}:{denial.value}",
        filters=(Filter("kind", _l("Kind"), [(str(kind), word) for kind, word in KINDS.items()]),),
        acts=(RowAct("allow", _l("Allow again"), lambda d: _allow_path(name, d), WRITE),),
        search_hint=_l("id or reason"),
    )


def _allow_path(name: str, denial: ExternalDenial) -> str:
    asked = urlencode({"kind": str(denial.kind), "value": denial.value})
    return f"{denials_path(name)}/-/allow?{asked}"


@dataclass(frozen=True, slots=True)
class ProviderDenialPages:
    """Shows what is denied, denies and allows."""

    visits: Visits
    providers: Providers
    denials: ExternalDenials
    clock: Clock
    cursors: Cursors

    def list(self, who: Administrator, name: str) -> Response:
        """GET /admin/providers/<name>/denials."""
        del who
        provider, listing = self.providers.get(name), listing_of(name)

        def page(query: ListQuery) -> ListPage[ExternalDenial]:
            return page_of(
                self.denials.list(name),
                listing,
                query,
                searched=lambda denial: (denial.value, denial.reason),
                filters={"kind": lambda denial, value: denial.kind == value},
            )

        return show_list(
            listing,
            self.cursors,
            page,
            title=_("What is denied"),
            crumbs=crumbs_to(provider),
            lead=_(
                "Tokens of this provider that count nowhere here, though they still run. Sessions "
                "at this server are another matter: end them under Sessions."
            ),
            empty=_("Nothing of this provider is denied."),
            new=(_("Deny something"), f"{denials_path(name)}/-/new", WRITE),
            done=what_happened(DONE),
        )

    def new(self, who: Administrator, name: str) -> Response:
        """GET /admin/providers/<name>/denials/-/new."""
        del who
        start = {"kind": DenialKind.SUBJECT.value, "value": request.args.get("value", "")}
        return _denying(self.providers.get(name), Form(start=start))

    def deny(self, who: Administrator, name: str) -> Response:
        """POST the same."""
        provider, form = self.providers.get(name), Form(request.form)
        kind, until = form.value("kind"), form.seconds("until")
        if kind not in set(DenialKind):
            form.wrong("kind", _("Choose one of these."))
        act = reasoned(who.act, form)
        if form.is_right:
            try:
                self.denials.deny(
                    name,
                    DenialKind(kind),
                    form.value("value"),
                    act,
                    until=None if until is None else self.clock.now() + until,
                    reason=form.value(REASON),
                )
            except REFUSALS as refusal:
                form.refused(refusal, CONTROLS)
        if not form.is_right:
            return _denying(provider, form)
        return self.visits.redirect_to(f"/admin{denials_path(name)}?done=denied")

    def ask_allow(self, who: Administrator, name: str) -> Response:
        """GET /admin/providers/<name>/denials/-/allow?kind=…&value=…."""
        del who
        return self._allowing(name, Form())

    def allow(self, who: Administrator, name: str) -> Response:
        """POST the same."""
        denial, form = self._asked(name), Form(request.form)
        try:
            self.denials.allow(name, denial.kind, denial.value, who.act)
        except REFUSALS as refusal:
            form.refused(refusal)
            return self._allowing(name, form)
        return self.visits.redirect_to(f"/admin{denials_path(name)}?done=allowed")

    def _asked(self, name: str) -> ExternalDenial:
        """The one that is meant. Raises NotFound."""
        kind, value = request.values.get("kind", ""), request.values.get("value", "")
        for each in self.denials.list(name):
            if (each.kind, each.value) == (kind, value):
                return each
        raise NotFound("denial", value)

    def _allowing(self, name: str, form: Form) -> Response:
        provider, denial = self.providers.get(name), self._asked(name)
        path = denials_path(name)
        return ask(
            Question(
                _("Allow this again?"),
                _("Tokens that it stopped count again, as long as they run and all else is right."),
                _("Allow again"),
                f"{path}/-/allow",
                path,
                [*crumbs_to(provider), (_("What is denied"), path)],
                kept=[("kind", str(denial.kind)), ("value", denial.value)],
                facts=[
                    (_("What"), denial.value, Kind.CODE),
                    (_("Kind"), str(KINDS[denial.kind]), Kind.TEXT),
                    (_("Reaches"), reach(denial), Kind.TEXT),
                    (_("Since"), denial.created_at, Kind.MOMENT),
                    (_("Reason"), denial.reason, Kind.TEXT),
                ],
            ),
            form,
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        path, both = denials_path("<name>"), frozenset({READ, WRITE})
        yield ConsolePage(path, "provider_denials", frozenset({READ}), self.list)
        yield ConsolePage(f"{path}/-/new", "provider_deny", both, self.new, self.deny)
        yield ConsolePage(f"{path}/-/allow", "provider_allow", both, self.ask_allow, self.allow)


def _denying(provider: Provider, form: Form) -> Response:
    path = denials_path(provider.name)
    return show(
        "admin/provider_deny.html",
        title=_("Deny something"),
        crumbs=[*crumbs_to(provider), (_("What is denied"), path)],
        status=200 if form.is_right else 400,
        form=form,
        path=path,
        kinds=[
            (
                DenialKind.SUBJECT.value,
                _("A person"),
                _("By the subject key, as it stands on the page of the user, under identities."),
            ),
            (
                DenialKind.CLIENT.value,
                _("A client there"),
                _("By its client id at the provider: everything that it got."),
            ),
            (
                DenialKind.TOKEN.value,
                _("One token, or a session"),
                _("By its id: jti, at Entra ID uti; at Cognito origin_jti for a whole session."),
            ),
        ],
    )
