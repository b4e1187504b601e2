"""`/audit/records` and `/decisions`: what happened, and why. Nobody writes here (AU-06)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authserver.domain.audit_records import Cursor
from authserver.domain.errors import InvalidField, NotFound
from authserver.domain.pages import Page, Place
from authserver.domain.roles import Area, to_read
from authserver.domain.written_calls import WRITTEN, read_call
from authserver.services.audit_searches import SearchTerms
from authserver.services.explained_calls import AskedCall
from authserver.web.admin_api.endpoints import Answered, Endpoint
from authserver.web.admin_api.models.explanations import (
    CallQuery,
    ExplanationShown,
    explanation_shown,
)
from authserver.web.admin_api.models.records import (
    RecordPage,
    RecordQuery,
    RecordShown,
    record_shown,
)
from authserver.web.admin_api.pages import page_of

if TYPE_CHECKING:
    from authserver.domain.audit_records import AuditRecord
    from authserver.web.admin_api.endpoints import Asked
    from authserver.web.admin_api.models.members import NoQuery, NothingSaid

READ: Final = to_read(Area.AUDIT)
RECORDS: Final = "/audit/records"
_ID: Final = re.compile(r"[1-9][0-9]{0,17}")
_OWN_NAMES: Final = {"object": "object_name"}


def list_records(asked: Asked[NothingSaid, RecordQuery]) -> Answered:
    """One page of them."""
    query, audit = asked.query, asked.services.audit
    stated = query.model_fields_set - {"limit", "cursor"}
    terms = SearchTerms(**{_OWN_NAMES.get(each, each): getattr(query, each) for each in stated})

    def fetch(after: Place | None, limit: int) -> Page[AuditRecord]:
        if after is None:
            # What was answered a moment ago may still stand in this node's journal alone.
            audit.catch_up()
            cursor = ""
        else:
            at, record_id = after.fitting(float, float)
            cursor = str(Cursor(float(at), int(record_id)))
        found = audit.search(terms, limit=limit, cursor=cursor)
        rest = found.next_cursor
        place = None if rest is None else Place((rest.at, float(rest.record_id)))
        return Page(found.records, place)

    items, following = page_of(asked, fetch)
    shown = [record_shown(each) for each in items]
    return Answered(RecordPage(items=shown, next_cursor=following))


def show_record(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """One of them."""
    number = asked.path["record_id"]
    if _ID.fullmatch(number) is None:
        raise NotFound("record", number)
    return Answered(record_shown(asked.services.audit.record(int(number))))


def show_decision(asked: Asked[NothingSaid, NoQuery]) -> Answered:
    """Why a call was decided as it was."""
    asked.services.audit.catch_up()
    found = asked.services.policy_explanations.of_decision(asked.path["decision_id"])
    return Answered(explanation_shown(found))


def explain_call(asked: Asked[NothingSaid, CallQuery]) -> Answered:
    """What a call would get now."""
    query = asked.query
    written = read_call(query.call)
    if written is None:
        raise InvalidField("call", WRITTEN)
    wanted = AskedCall(written, query.resource or "", query.address or "")
    found = asked.services.policy_explanations.of_call(query.token_id, wanted)
    return Answered(explanation_shown(found))


ENDPOINTS: Final = (
    Endpoint(
        *("GET", RECORDS, "listRecords", "Search the record of acts", READ, list_records),
        query=RecordQuery,
        answer=RecordPage,
    ),
    Endpoint(
        *("GET", f"{RECORDS}/{{record_id}}", "showRecord", "Show a record", READ, show_record),
        answer=RecordShown,
    ),
    Endpoint(
        *("GET", "/decisions/{decision_id}", "showDecision", "Explain a decision", READ),
        show_decision,
        about="By the `X-Decision-Id` of its answer: every step under the policy of that moment, "
        "the rule, and the smallest change.",
        answer=ExplanationShown,
    ),
    Endpoint(
        *("GET", "/explanations", "explainCall", "Explain a call that nobody makes", READ),
        explain_call,
        about="What an API token would get for it now. Nothing is recorded or counted.",
        query=CallQuery,
        answer=ExplanationShown,
        refusals=frozenset({404}),
    ),
)
