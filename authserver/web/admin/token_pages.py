"""`/admin/tokens/<token_id>`: all that is known of one API token, and what a call with it gets."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import request

from authserver.domain.api_tokens import OVER, SubjectType
from authserver.domain.errors import InvalidField
from authserver.domain.roles import Area, to_read
from authserver.domain.written_calls import WRITTEN, read_call
from authserver.services.audit_searches import SearchTerms
from authserver.services.explained_calls import AskedCall
from authserver.web.admin.audit_lists import decision_path
from authserver.web.admin.cells import Kind
from authserver.web.admin.console_pages import ConsolePage
from authserver.web.admin.forms import REFUSALS, Form
from authserver.web.admin.showing import show, what_happened
from authserver.web.admin.token_lists import READ, TOKENS, WRITE, called, token_path
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from werkzeug.wrappers import Response

    from authserver.domain.access_details import AccessDetail
    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import Clock
    from authserver.services.api_token_administration import ApiTokens
    from authserver.services.audit import AuditService
    from authserver.services.explained_calls import Explanation
    from authserver.services.long_lists import LongLists
    from authserver.services.pasted_tokens import PastedTokens
    from authserver.services.policy_explanations import PolicyExplanations
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.languages import Text
    from authserver.web.visits import Visits

MOST_RECORDS: Final = 10
DONE: Final[Mapping[str, Text]] = {
    "disabled": _l("The token is disabled: it counts nowhere until it is enabled again."),
    "enabled": _l("The token is enabled."),
    "revoked": _l("The token is revoked. It never works again."),
    "offered": _l("Its owner gets another link by mail. The ones before have ended."),
}
Fact = tuple[str, str | float | list[str] | None, str]


@dataclass(frozen=True, slots=True)
class TokenPages:
    """Shows one token, and tries it."""

    visits: Visits
    tokens: ApiTokens
    pasted: PastedTokens
    lists: LongLists
    explanations: PolicyExplanations
    audit: AuditService
    clock: Clock

    def show(self, who: Administrator, token_id: str) -> Response:
        """GET /admin/tokens/<token_id>."""
        token = self.tokens.get(token_id)
        now = self.clock.now()
        names = self.lists.usernames([token.owner])
        status = token.status_at(now)
        may_see = who.may(to_read(Area.AUDIT))
        terms = SearchTerms(object_name=token_id)
        records = self.audit.search(terms, limit=MOST_RECORDS).records if may_see else ()
        return show(
            "admin/token.html",
            title=called(token),
            crumbs=[(_("API tokens"), TOKENS)],
            token=token,
            state=status,
            is_over=status in OVER,
            is_latest=not token.successor_id,
            path=token_path(token_id),
            owner=names.get(token.owner, ""),
            facts=_facts(token, names.get(token.owner, token.owner), status),
            limits=_limits(token),
            lineage=[(each, each.status_at(now)) for each in self.tokens.lineage(token)],
            records=[(each, decision_path(each)) for each in records],
            done=what_happened(DONE),
        )

    def try_it(self, who: Administrator, token_id: str) -> Response:
        """GET /admin/tokens/<token_id>/try: what a call with it would get; nothing is sent."""
        del who
        token = self.tokens.get(token_id)
        form = Form(request.args if "call" in request.args else None)
        found = self._tried(token, form) if "call" in request.args else None
        return show(
            "admin/token_try.html",
            title=_("Try a call"),
            crumbs=[(_("API tokens"), TOKENS), (called(token), token_path(token_id))],
            status=200 if form.is_right else 400,
            form=form,
            path=token_path(token_id),
            token=token,
            sites=[("", _("the only one")), *((each, each) for each in sorted(token.resources))],
            found=found,
        )

    def ask_pasted(self, who: Administrator) -> Response:
        """GET /admin/tokens/-/try: which token?"""
        del who
        return self._pasted(Form())

    def read_pasted(self, who: Administrator) -> Response:
        """POST the same: a secret goes no further than here."""
        del who
        form = Form(request.form)
        try:
            token_id = self.pasted.token_id(form.value("secret"))
        except InvalidField as refusal:
            form.refused(refusal)
            return self._pasted(form)
        call = form.value("call")
        asked = f"?{urlencode({'call': call})}" if call else ""
        return self.visits.redirect_to(f"/admin{token_path(token_id)}/try{asked}")

    def _pasted(self, form: Form) -> Response:
        return show(
            "admin/token_pasted.html",
            title=_("Test a token"),
            crumbs=[(_("API tokens"), TOKENS)],
            status=200 if form.is_right else 400,
            form=form,
        )

    def _tried(self, token: ApiToken, form: Form) -> Explanation | None:
        written = read_call(form.value("call"))
        if written is None:
            form.wrong("call", _("Write %(how)s.") % {"how": WRITTEN})
            return None
        asked = AskedCall(written, form.value("resource"), form.value("address"))
        try:
            return self.explanations.of_call(token.token_id, asked)
        except REFUSALS as refusal:
            form.refused(refusal)
            return None

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        one, needs = f"{TOKENS}/<token_id>", frozenset({READ})
        yield ConsolePage(one, "token", needs, self.show)
        reads = needs | {to_read(Area.AUDIT)}
        yield ConsolePage(f"{one}/try", "token_try", reads, self.try_it)
        both = reads | {WRITE}
        yield ConsolePage(
            f"{TOKENS}/-/try", "token_pasted", both, self.ask_pasted, self.read_pasted
        )


def _facts(token: ApiToken, owner: str, status: str) -> Sequence[Fact]:
    is_user = token.subject_type is SubjectType.USER
    use = token.last_use
    return [
        (_("State"), status, Kind.STATE),
        (_("Reason"), token.reason, Kind.TEXT),
        (_("Purpose"), token.purpose, Kind.TEXT),
        (_("Belongs to"), owner, Kind.TEXT),
        (_("Speaks for"), owner if is_user else token.client_id, Kind.TEXT),
        (_("Application"), token.client_id if is_user else "", Kind.CODE),
        (_("Team"), token.team, Kind.TEXT),
        (_("Ticket"), token.ticket, Kind.TEXT),
        (_("Ends"), token.expires_at, Kind.MOMENT),
        (_("Last used"), use.at if use else None, Kind.MOMENT),
        (_("From"), use.network if use else "", Kind.CODE),
        (_("By"), use.agent if use else "", Kind.TEXT),
        (_("Made"), token.created_at, Kind.MOMENT),
        (_("Made by"), token.created_by, Kind.CODE),
        (_("Seen in the open"), token.exposed_at, Kind.MOMENT),
        (_("Secret ends with"), token.secret.hint if token.secret else "", Kind.CODE),
        (_("Token id"), token.token_id, Kind.CODE),
    ]


def _limits(token: ApiToken) -> Sequence[Fact]:
    facts: list[Fact] = [
        (_("Sites"), sorted(token.resources), Kind.NAMES),
        (_("Scopes"), sorted(token.scopes), Kind.NAMES),
    ]
    for detail in token.details or ():
        facts += _of_detail(detail)
    networks = _("everywhere") if token.networks is None else ", ".join(token.networks)
    facts += [
        (_("Only from"), networks or _("nowhere"), Kind.TEXT),
        (_("Sent as"), [str(each) for each in sorted(token.presentations)], Kind.NAMES),
    ]
    return facts


def _of_detail(detail: AccessDetail) -> Iterable[Fact]:
    if detail.operations is not None:
        said = ", ".join(detail.operations) or _("none")
        yield (_("Operations at %(site)s") % {"site": detail.location}, said, Kind.TEXT)
    if detail.projects is not None:
        said = ", ".join(detail.projects) or _("none")
        yield (_("Projects at %(site)s") % {"site": detail.location}, said, Kind.TEXT)
