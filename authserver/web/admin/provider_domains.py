"""`/admin/provider-domains`: whose people sign in at which identity provider."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.email_domains import check_domain
from authserver.domain.errors import InvalidField, NotFound
from authserver.domain.providers import DomainRouting
from authserver.web.admin.cells import Kind
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.list_pages import show_list
from authserver.web.admin.lists import Column, Filter, Listing, ListPage, ListQuery, RowAct
from authserver.web.admin.provider_lists import READ, WRITE, provider_path
from authserver.web.admin.questions import Question, ask, reasoned
from authserver.web.admin.short_lists import page_of
from authserver.web.admin.showing import show, what_happened
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from werkzeug.wrappers import Response

    from authserver.domain.providers import ProviderDomain
    from authserver.services.provider_domains import ProviderDomains
    from authserver.services.providers import Providers
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.cursors import Cursors
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

DOMAINS: Final = "/provider-domains"
ROUTINGS: Final[Mapping[DomainRouting, Text]] = {
    DomainRouting.SUGGEST: _l("may sign in there"),
    DomainRouting.FORCE: _l("must sign in there"),
}
DONE: Final[Mapping[str, Text]] = {
    "set": _l("People of the domain are sent there from now on."),
    "removed": _l("People of the domain are sent nowhere any more."),
}

LISTING: Final[Listing[ProviderDomain]] = Listing(
    name="domains",
    path=DOMAINS,
    columns=(
        Column("domain", _l("Domain"), lambda d: d.domain, Kind.CODE, is_sortable=True),
        Column("routing", _l("Its people"), lambda d: str(ROUTINGS[d.routing]), is_sortable=True),
        Column(
            "provider",
            _l("Provider"),
            lambda d: d.provider,
            Kind.CODE,
            is_sortable=True,
            link=lambda d: provider_path(d.provider),
        ),
        Column("created_at", _l("Since"), lambda d: d.created_at, Kind.MOMENT, is_sortable=True),
    ),
    key=lambda domain: domain.domain,
    filters=(
        Filter("provider", _l("Provider"), hint=_l("name")),
        Filter("routing", _l("Its people"), [(str(each), word) for each, word in ROUTINGS.items()]),
    ),
    acts=(
        RowAct("change", _l("Change"), lambda d: f"{DOMAINS}/-/set?domain={d.domain}", WRITE),
        RowAct(
            "remove",
            _l("Remove"),
            lambda d: f"{DOMAINS}/{d.domain}/remove",
            WRITE,
            is_dangerous=True,
        ),
    ),
    search_hint=_l("domain or provider"),
)


@dataclass(frozen=True, slots=True)
class ProviderDomainPages:
    """Shows, sets and removes domains."""

    visits: Visits
    domains: ProviderDomains
    providers: Providers
    cursors: Cursors

    def list(self, who: Administrator) -> Response:
        """GET /admin/provider-domains."""
        del who
        return show_list(
            LISTING,
            self.cursors,
            self._page,
            title=_("E-mail domains"),
            lead=_(
                "Where people sign in by their address, whether anybody with such an address "
                "exists here or not."
            ),
            empty=_("No domain leads to a provider: people choose among the buttons."),
            new=(_("Add a domain"), f"{DOMAINS}/-/set", WRITE),
            done=what_happened(DONE),
        )

    def ask_set(self, who: Administrator) -> Response:
        """GET /admin/provider-domains/-/set, of a new domain or of ?domain=…."""
        del who
        known = self._known(request.args.get("domain", ""))
        start = {"routing": DomainRouting.SUGGEST.value}
        if known is not None:
            start = {
                "domain": known.domain,
                "provider": known.provider,
                "routing": str(known.routing),
            }
        return self._form(Form(start=start), known)

    def set(self, who: Administrator) -> Response:
        """POST the same."""
        form = Form(request.form)
        domain, changed = form.value("domain"), form.value("changed")
        if not changed and self._known(domain) is not None:
            form.wrong("domain", _("This domain leads somewhere already: change it in the list."))
        elif not form.value("provider"):
            form.wrong("provider", _("Choose one of these."))
        else:
            try:
                self.domains.set(form.value("provider"), domain, form.value("routing"), who.act)
            except REFUSALS as refusal:
                form.refused(refusal)
        if not form.is_right:
            return self._form(form, self._known(changed))
        return self.visits.redirect_to(f"/admin{DOMAINS}?done=set")

    def ask_remove(self, who: Administrator, domain: str) -> Response:
        """GET /admin/provider-domains/<domain>/remove."""
        del who
        return ask(self._removal(domain), Form())

    def remove(self, who: Administrator, domain: str) -> Response:
        """POST the same."""
        question, form = self._removal(domain), Form(request.form)
        act = reasoned(who.act, form)
        if form.is_right:
            try:
                self.domains.remove(domain, act)
            except REFUSALS as refusal:
                form.refused(refusal)
        if not form.is_right:
            return ask(question, form)
        return self.visits.redirect_to(f"/admin{DOMAINS}?done=removed")

    def _known(self, domain: str) -> ProviderDomain | None:
        try:
            wanted = check_domain("domain", domain)
        except InvalidField:
            return None
        return next((each for each in self.domains.list() if each.domain == wanted), None)

    def _form(self, form: Form, known: ProviderDomain | None) -> Response:
        providers = [look.provider for look in self.providers.list()]
        return show(
            "admin/provider_domain.html",
            title=_("Add a domain")
            if known is None
            else _("Change %(name)s") % {"name": known.domain},
            crumbs=[(_("E-mail domains"), DOMAINS)],
            status=200 if form.is_right else 400,
            form=form,
            known=known,
            providers=[
                (each.name, f"{each.display_name} ({each.name})")
                for each in providers
                if each.accepts_login
            ],
            routings=[
                (
                    DomainRouting.SUGGEST.value,
                    _("They may sign in there"),
                    _("Its button comes first; a password of this server works, too."),
                ),
                (
                    DomainRouting.FORCE.value,
                    _("They must sign in there"),
                    _("No other way is open to them, not even a password of this server."),
                ),
            ],
        )

    def _removal(self, domain: str) -> Question:
        known = self._known(domain)
        if known is None:
            raise NotFound("domain", domain)
        question = Question(
            _("Send people of %(name)s nowhere any more?") % {"name": known.domain},
            _("They sign in like everybody else: by any button, or with a password they have."),
            _("Remove"),
            f"{DOMAINS}/{known.domain}/remove",
            DOMAINS,
            [(_("E-mail domains"), DOMAINS)],
            facts=[
                (_("Domain"), known.domain, Kind.CODE),
                (_("Its people"), str(ROUTINGS[known.routing]), Kind.TEXT),
                (_("Provider"), known.provider, Kind.CODE),
                (_("Since"), known.created_at, Kind.MOMENT),
            ],
        )
        return replace(question, is_dangerous=True, asks_reason=True)

    def _page(self, query: ListQuery) -> ListPage[ProviderDomain]:
        return page_of(
            self.domains.list(),
            LISTING,
            query,
            searched=lambda each: (each.domain, each.provider),
            filters={
                "provider": lambda each, value: each.provider == value,
                "routing": lambda each, value: each.routing == value,
            },
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        menu, both = MenuEntry(Section.PEOPLE, _l("E-mail domains")), frozenset({READ, WRITE})
        yield ConsolePage(DOMAINS, "provider_domains", frozenset({READ}), self.list, menu=menu)
        yield ConsolePage(f"{DOMAINS}/-/set", "provider_domain_set", both, self.ask_set, self.set)
        yield ConsolePage(
            f"{DOMAINS}/<domain>/remove",
            "provider_domain_remove",
            both,
            self.ask_remove,
            self.remove,
        )
