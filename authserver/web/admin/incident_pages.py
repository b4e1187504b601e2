"""`/admin/incidents`: stop all API tokens that a condition means, after seeing which they are."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final
from urllib.parse import urlencode

from flask import request

from authserver.domain.api_tokens import ApiTokenStatus
from authserver.services.api_token_bulk import OtherTokens
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.forms import REFUSALS, WHOLE, Form
from authserver.web.admin.questions import reasoned
from authserver.web.admin.showing import show
from authserver.web.admin.token_lists import READ, WRITE, called, token_path
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l
from authserver.web.languages import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from flask import Response

    from authserver.domain.api_tokens import ApiToken
    from authserver.domain.ports import Clock
    from authserver.services.api_token_bulk import ApiTokenBulk, BulkPlan, BulkResult
    from authserver.services.long_lists import LongLists
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.languages import Text

INCIDENTS: Final = "/incidents"
SHOWN: Final = 50
LONGEST: Final = 2000
LONGEST_NUMBER: Final = 12
REVOKED, DISABLED = str(ApiTokenStatus.REVOKED), str(ApiTokenStatus.DISABLED)
ENABLED: Final = str(ApiTokenStatus.ENABLED)
BUTTONS: Final[Mapping[str, tuple[str, str]]] = {
    REVOKED: plural("Revoke %(num)s token for ever", "Revoke %(num)s tokens for ever"),
    DISABLED: plural("Disable %(num)s token", "Disable %(num)s tokens"),
    ENABLED: plural("Enable %(num)s token", "Enable %(num)s tokens"),
}
ACTS: Final[Sequence[tuple[str, Text, Text]]] = (
    (
        DISABLED,
        _l("Disable"),
        _l("They count nowhere until they are enabled. You can undo it with one click."),
    ),
    (REVOKED, _l("Revoke for ever"), _l("They never work again. Nobody can undo it.")),
    (ENABLED, _l("Enable"), _l("After an incident: what was disabled works again.")),
)
FIELDS: Final[Sequence[tuple[str, Text]]] = (
    ("owner=ada", _l("all of a user")),
    ("client=zapier", _l("all of a client")),
    ("resource=jira-main and scope=WRITE", _l("all for a site with a scope")),
    ("network in 203.0.113.0/24", _l("last used from a network")),
    ("created<2025-01-01 or last-used<2025-06-01", _l("old, or not used for long")),
    ("team=payments and purpose~export", _l("of a team, by what they are for")),
)


@dataclass(frozen=True, slots=True)
class TokenLine:
    """One of the tokens that are meant."""

    token: ApiToken
    label: str
    path: str
    owner: str
    state: str


@dataclass(frozen=True, slots=True)
class Since:
    """What is meant now that was not when somebody looked, and the other way round.

    The lists are the first of each; `is_counted` says whether it is known which they are.
    """

    added: Sequence[TokenLine]
    added_count: int
    ended: Sequence[TokenLine]
    ended_count: int
    other_count: int
    before: int
    is_counted: bool


@dataclass(frozen=True, slots=True)
class IncidentPages:
    """Asks which, shows them, asks why, does it, and says how to undo it."""

    bulk: ApiTokenBulk
    lists: LongLists
    clock: Clock

    def show(self, who: Administrator) -> Response:
        """GET /admin/incidents, with `where` and `to` once they are known."""
        del who
        if "where" not in request.args:
            return self._page(Form(start={"to": DISABLED}))
        form = Form(request.args)
        return self._page(form, self._plan(form))

    def act(self, who: Administrator) -> Response:
        """POST the same: only what was shown, and with a reason."""
        form = Form(request.form)
        plan = self._plan(form)
        if plan is None:
            return self._page(form)
        act = reasoned(who.act, form)
        if form.value("seen") != plan.digest:
            return self._other(form, plan)
        if form.errors:
            return self._page(form, plan)
        try:
            done = self.bulk.act(
                plan, act, reason=act.reason, where=form.value("where"), seen=plan.digest
            )
        except OtherTokens:
            # They came, or went, between the look above and the act.
            return self._other(form, self._plan(form) or plan)
        except REFUSALS as refusal:
            form.refused(refusal)
            return self._page(form, plan)
        return self._done(done)

    def _other(self, form: Form, plan: BulkPlan) -> Response:
        """The page for other tokens than were seen: nothing is done, and it says which they are."""
        form.wrong(WHOLE, _("Other tokens are meant by now than you saw. Look again."))
        marks = form.value("marks")
        found = self.bulk.difference(plan, marks, _number(form.value("at")))
        return self._page(
            form,
            plan,
            Since(
                self._lines(found.added),
                found.added_count,
                self._lines(found.ended),
                found.ended_count,
                found.other_count,
                before=_number(form.value("count")),
                is_counted=bool(marks) and bool(plan.marks or not plan.count),
            ),
        )

    def _plan(self, form: Form) -> BulkPlan | None:
        """What is meant; `None` where that cannot be said, which is noted."""
        where, to = form.value("where"), form.value("to")
        if to not in BUTTONS:
            form.wrong("to", _("Choose one of these."))
        if not where:
            form.wrong("where", _("Say which tokens you mean."))
        if form.errors:
            return None
        try:
            return self.bulk.plan(where[:LONGEST], ApiTokenStatus(to))
        except REFUSALS as refusal:
            form.refused(refusal)
            return None

    def _page(
        self, form: Form, plan: BulkPlan | None = None, since: Since | None = None
    ) -> Response:
        return show(
            "admin/incident.html",
            title=_("Incident"),
            status=200 if form.is_right else 400,
            form=form,
            acts=ACTS,
            examples=FIELDS,
            plan=plan,
            since=since,
            lines=[] if plan is None else self._lines(islice(self.bulk.listed(plan), SHOWN)),
            button=None if plan is None else BUTTONS[str(plan.to)],
        )

    def _lines(self, meant: Iterable[ApiToken]) -> Sequence[TokenLine]:
        now, tokens = self.clock.now(), list(meant)
        names = self.lists.called(each.owner for each in tokens)
        return [
            TokenLine(
                each,
                called(each),
                token_path(each.token_id),
                names[each.owner],
                each.status_at(now),
            )
            for each in tokens
        ]

    def _done(self, done: BulkResult) -> Response:
        undo = {"where": f'incident="{done.incident}"', "to": ENABLED}
        can_undo = str(done.to) == DISABLED and bool(done.tokens)
        return show(
            "admin/incident_done.html",
            title=_("Done"),
            crumbs=[(_("Incident"), INCIDENTS)],
            done=done,
            state=str(done.to),
            undo=f"{INCIDENTS}?{urlencode(undo)}" if can_undo else "",
            records=f"/audit?{urlencode({'object': f'incident:{done.incident}'})}",
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        menu = MenuEntry(Section.ACCESS, _l("Incident"))
        needs = frozenset({READ, WRITE})
        yield ConsolePage(INCIDENTS, "incidents", needs, self.show, self.act, menu=menu)


def _number(text: str) -> int:
    """A number that a page of ours wrote down; 0 for anything else."""
    return int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else 0
