"""Decisions and records in the console."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.services.audit_searches import SearchTerms
from tests.web.admin.calling import decided

if TYPE_CHECKING:
    from tests.web.admin.conftest import Desk


@pytest.mark.feature(59)
def test_a_refused_call_is_explained_by_its_number_from_any_page(desk: Desk) -> None:
    token = desk.world.tokens(desk.world.web_app)["access_token"]
    number = decided(desk.world, token, path="/rest/api/2/no-such-thing")
    assert 'id="decision-id"' in desk.get("/clients").text
    page = desk.get(f"/decisions?id={number}")
    assert page.path == f"/admin/decisions/{number}"
    assert "unknown" in page.texts["verdict"].lower()
    assert page.texts["change"]
    assert "refused" in page.texts["steps"]
    assert "GET /rest/api/2/no-such-thing" in page.text
    assert number in desk.get("/decisions").text


def test_a_number_that_nobody_gave_leads_nowhere_and_says_where_numbers_stand(desk: Desk) -> None:
    page = desk.get("/decisions?id=nobody-here")
    assert page.status == 404
    assert "X-Decision-Id" in page.texts["nothing-found"]
    assert desk.get("/decisions?id=%3Cscript%3E").status == 400


def test_a_request_without_a_decision_shows_what_is_on_record(desk: Desk) -> None:
    desk.world.container.clients.disable("spa", desk.world.container.operator)
    desk.get("/clients/native/disable")
    desk.browser.submit("client_disable", {"reason": "gone"})
    found = desk.world.container.audit.search(SearchTerms(action="client.disabled")).records[0]
    page = desk.get(f"/decisions/{found.request_id}")
    assert "client.disabled" in page.text
    assert "gone" in page.text


def test_records_are_found_by_what_is_asked_and_saved_as_a_file(desk: Desk) -> None:
    for client_id in ("spa", "native"):
        desk.world.container.clients.disable(client_id, desk.world.container.operator)
    page = desk.get("/audit?action=client.disabled&since=1h&outcome=success")
    assert page.texts["audit"].count("client.disabled") == 2
    page = desk.get("/audit?action=client.disabled&object=client:native")
    assert "spa" not in page.texts["audit"]
    file = desk.get("/audit?action=client.disabled&format=csv")
    assert file.text.count("\n") == 3
    assert "client:spa" in file.text
    assert desk.get("/audit?since=yesterday").status == 400
    assert desk.get("/audit?object=none").status == 200
