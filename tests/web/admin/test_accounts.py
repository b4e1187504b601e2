"""Accounts of a site in the console: mapped, found, removed, imported."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.services.audit_searches import SearchTerms
from tests.web.admin.test_site_acts import SITE, reasons

if TYPE_CHECKING:
    from tests.web.admin.conftest import Desk

ACCOUNTS = f"{SITE}/accounts"


def mapped(desk: Desk) -> dict[str, str]:
    """Accounts by subject."""
    found = desk.world.container.subject_accounts.list("jira-main")
    return {each.subject: each.account for each in found}


def test_accounts_are_mapped_found_and_removed(desk: Desk) -> None:
    ada = desk.world.ada.subject
    page = desk.get(ACCOUNTS)
    assert {"nothing", "unused"} <= set(page.texts)
    desk.get(f"{ACCOUNTS}/map")
    typed = {"kind": "user", "subject": "nobody <b>", "account": "ada.l"}
    page = desk.browser.submit("account_map", typed)
    assert page.status == 400
    assert "subject-error" in page.texts
    assert 'value="nobody &lt;b&gt;"' in page.text
    page = desk.browser.submit("account_map", {"subject": "ada"})
    assert "mapped" in page.texts["done"]
    desk.get(f"{ACCOUNTS}/map")
    desk.browser.submit("account_map", {"kind": "client", "subject": "spa", "account": "svc-spa"})
    assert mapped(desk) == {ada: "ada.l", "client:spa": "svc-spa"}
    for search, sees in (("ada", True), ("ADA.L", True), ("svc", False), ("a%b", False)):
        page = desk.get(f"{ACCOUNTS}?q={search}")
        assert (ada in page.text) is sees, search
    assert "svc-spa" in desk.get(f"{ACCOUNTS}?format=csv").text
    desk.get(f"{ACCOUNTS}/unmap?subject={ada}")
    assert desk.browser.submit("account_unmap", {"reason": ""}).status == 400
    page = desk.browser.submit("account_unmap", {"reason": "left"})
    assert mapped(desk) == {"client:spa": "svc-spa"}
    assert reasons(desk, "account.unmapped") == ["left"]
    assert len(reasons(desk, "account.mapped")) == 2


def test_pasted_accounts_are_imported_as_they_were_seen_or_not_at_all(desk: Desk) -> None:
    accounts = desk.world.container.subject_accounts
    operator = desk.world.container.operator
    accounts.map("jira-main", "client:spa", "svc-old", operator)
    desk.get(f"{ACCOUNTS}/import")
    for wrong, told in (("a,b\n", "rows-error"), ("client_id,account\nspa\n", "problems")):
        page = desk.browser.submit("account_import", {"rows": wrong}, button="look")
        assert page.status == 400
        assert told in page.texts
    rows = "client_id,account\nspa,svc-new\nweb-app,svc-web\n"
    page = desk.browser.submit("account_import", {"rows": rows}, button="look")
    assert page.status == 200
    assert "svc-old" in page.texts["changes"]
    assert mapped(desk) == {"client:spa": "svc-old"}
    accounts.map("jira-main", "client:spa", "svc-other", operator)
    page = desk.browser.submit("account_import", button="import")
    assert page.status == 400
    assert "Look again" in page.texts["rows-error"]
    assert "svc-other" in page.texts["changes"]
    assert mapped(desk) == {"client:spa": "svc-other"}
    page = desk.browser.submit("account_import", button="import")
    assert "imported" in page.texts["done"]
    assert mapped(desk) == {"client:spa": "svc-new", "client:web-app": "svc-web"}
    (record,) = desk.world.container.audit.search(SearchTerms(action="account.imported")).records
    assert (record.details["added"], record.details["changed"]) == (1, 1)
    desk.get(f"{ACCOUNTS}/import")
    page = desk.browser.submit("account_import", {"rows": rows}, button="look")
    assert "none" in page.texts
