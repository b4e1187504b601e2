"""`/admin/decisions`: why a call was answered as it was, by the number in its answer."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from flask import request

from authserver.domain.audit import Outcome
from authserver.domain.audit_records import PAGE_MAX
from authserver.domain.errors import NotFound
from authserver.services.audit_searches import SearchTerms
from authserver.web.admin.audit_lists import AUDIT, DECISIONS, READ, decision_path, record_facts
from authserver.web.admin.console_pages import ConsolePage, MenuEntry, Section
from authserver.web.admin.forms import WHOLE, Form
from authserver.web.admin.showing import show
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable

    from werkzeug.wrappers import Response

    from authserver.services.audit import AuditService
    from authserver.services.policy_explanations import PolicyExplanations
    from authserver.web.admin.console_pages import Administrator
    from authserver.web.visits import Visits

NUMBER: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}")
"""What a number of a request or a decision may look like."""
LATEST: Final = 20


@dataclass(frozen=True, slots=True)
class DecisionPages:
    """Looks decisions up."""

    visits: Visits
    audit: AuditService
    explanations: PolicyExplanations

    def search(self, who: Administrator) -> Response:
        """GET /admin/decisions: the way to one, and the latest refusals."""
        del who
        wanted = request.args.get("id", "").strip()
        form = Form(request.args if wanted else None)
        if NUMBER.fullmatch(wanted):
            return self.visits.redirect_to(f"/admin{DECISIONS}/{wanted}")
        if wanted:
            form.wrong("id", _("A number is letters, digits and . _ : - only."))
        return self._searched(form)

    def show(self, who: Administrator, number: str) -> Response:
        """GET /admin/decisions/<number>: the whole trace, and all that is on record with it."""
        del who
        # What was answered a moment ago may still stand in this node's journal alone.
        self.audit.catch_up()
        try:
            found = self.explanations.of_decision(number)
        except NotFound:
            found = None
        records = self.audit.search(SearchTerms(request_id=number), limit=PAGE_MAX).records
        if found is None and not records:
            form = Form(start={"id": number[:200]})
            form.wrong(
                WHOLE,
                _(
                    "Nothing is on record under this number. It is the X-Decision-Id or "
                    "X-Request-ID of an answer; a call that never reached a gateway has none."
                ),
            )
            return self._searched(form, status=404)
        return show(
            "admin/decision.html",
            title=_("Decision") if found is not None else _("Request"),
            crumbs=[(_("Why did a call fail?"), DECISIONS)],
            number=number,
            found=found,
            records=[(each.action, record_facts(each)) for each in reversed(records)],
        )

    def _searched(self, form: Form, status: int = 0) -> Response:
        terms = SearchTerms(action="call", outcome=Outcome.REFUSED)
        return show(
            "admin/decisions.html",
            title=_("Why did a call fail?"),
            status=status or (200 if form.is_right else 400),
            form=form,
            refused=[
                (each, decision_path(each))
                for each in self.audit.search(terms, limit=LATEST).records
            ],
            all_of_them=f"{AUDIT}?action=call&outcome=refused",
        )

    def pages(self) -> Iterable[ConsolePage]:
        """The rows of the table of pages."""
        menu, needs = MenuEntry(Section.RECORDS, _l("Why did a call fail?")), frozenset({READ})
        yield ConsolePage(DECISIONS, "decisions", needs, self.search, menu=menu)
        yield ConsolePage(f"{DECISIONS}/<number>", "decision", needs, self.show)
