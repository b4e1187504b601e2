"""API tokens in the console: made for others, found, tried, stopped."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from authserver.domain.api_tokens import ApiTokenFilter, ApiTokenStatus

if TYPE_CHECKING:
    from tests.people.pages import Page
    from tests.web.admin.conftest import Desk


def make(desk: Desk, user: str = "ada", purpose: str = "Weekly export") -> Page:
    """Make a token in both steps; the page at the end."""
    desk.get(f"/tokens/-/new?user={user}")
    desk.browser.submit("choose")
    wanted = {"purpose": purpose, "scopes": "READ", "expires_in": "30d"}
    return desk.browser.submit("token_details", wanted, button="make")


def states(desk: Desk) -> list[ApiTokenStatus]:
    """What all tokens are."""
    return [each.status for each in desk.world.container.api_tokens.page(ApiTokenFilter())]


def own_token(desk: Desk) -> tuple[str, str]:
    """The secret and id of a token that the owner made for herself."""
    page = make(desk, "olive")
    (token,) = desk.world.container.api_tokens.page(ApiTokenFilter(owner=desk.owner.subject))
    return page.texts["secret"], token.token_id


def test_a_token_for_somebody_is_handed_over_by_a_link_and_its_maker_sees_no_secret(
    desk: Desk,
) -> None:
    page = make(desk)
    assert page.status == 200, page.text
    assert "asv_pat_" not in page.text
    path = page.texts["link"].removeprefix(desk.browser.origin)
    ada = desk.world.signed_in(desk.world.ada)
    ada.get(path)
    assert "asv_pat_" in ada.submit("pick-up-form").text
    assert ada.get(path).status == 410
    page = desk.get("/tokens?owner=ada&status=live&ends=90d&q=week")
    assert "Weekly export" in page.texts["tokens"]
    assert "Weekly export" in desk.get("/tokens?scope=READ&format=csv").text
    assert "nothing" in desk.get("/tokens?owner=olive").texts


def test_mistakes_stand_beside_their_fields_and_make_nothing(desk: Desk) -> None:
    desk.get("/tokens/-/new")
    assert desk.browser.submit("choose", {"user": ""}).status == 400
    page = make(desk, "nobody")
    assert page.status == 400
    desk.get("/tokens/-/new?user=ada")
    desk.browser.submit("choose")
    page = desk.browser.submit("token_details", {"expires_in": "soon"}, button="make")
    assert page.status == 400
    assert {"expires_in-error", "scopes-error"} <= page.texts.keys()
    assert states(desk) == []


@pytest.mark.feature(64)
def test_a_token_is_tried_without_its_secret_in_any_address(desk: Desk) -> None:
    secret, token_id = own_token(desk)
    desk.get("/tokens/-/try")
    page = desk.browser.submit(
        "token_pasted", {"secret": secret, "call": "GET /rest/api/2/issue/AB-1"}
    )
    assert page.path == f"/admin/tokens/{token_id}/try"
    assert secret not in page.text + page.url
    assert "Allowed" in page.texts["verdict"]
    page = desk.get(f"/tokens/{token_id}/try?call=DELETE+/rest/api/2/issue/AB-1")
    assert "Refused" in page.texts["verdict"]
    assert desk.get(f"/tokens/{token_id}/try?call=nonsense").status == 400
    desk.get("/tokens/-/try")
    page = desk.browser.submit("token_pasted", {"secret": "asv_pat_guess"})
    assert page.status == 400
    assert "asv_pat_guess" not in page.text


@pytest.mark.parametrize("verb", ["disable", "revoke"])
def test_a_token_is_stopped_with_a_reason(desk: Desk, verb: str) -> None:
    _, token_id = own_token(desk)
    desk.get(f"/tokens/{token_id}/{verb}")
    assert desk.browser.submit(f"token_{verb}", {"reason": ""}).status == 400
    assert states(desk) == [ApiTokenStatus.ENABLED]
    page = desk.browser.submit(f"token_{verb}", {"reason": "it leaked"})
    assert page.path == f"/admin/tokens/{token_id}"
    assert "it leaked" in page.texts["facts-title"] + page.text
    assert states(desk) == [ApiTokenStatus(f"{verb.removesuffix('e')}ed")]
    if verb == "disable":
        desk.get(f"/tokens/{token_id}/enable")
        desk.browser.submit("token_enable", {"reason": "found again"})
        assert states(desk) == [ApiTokenStatus.ENABLED]


def test_those_that_are_ticked_are_stopped_together(desk: Desk) -> None:
    for number in range(3):
        make(desk, purpose=f"Job {number}")
    ids = re.findall(r'name="id" value="([^"]+)"', desk.get("/tokens?q=job").text)
    page = desk.get("/tokens/-/bulk?action=revoke&" + "&".join(f"id={each}" for each in ids[:2]))
    assert "2 are meant" in page.texts["how-many"]
    page = desk.browser.submit("tokens_bulk", {"reason": "not needed"})
    assert "revoked" in page.texts["done"]
    assert sorted(states(desk)) == ["pending", "revoked", "revoked"]
    assert desk.get("/tokens/-/bulk?action=melt&id=x").status == 400


def test_a_rotated_token_says_what_came_before_it(desk: Desk) -> None:
    _, token_id = own_token(desk)
    desk.get(f"/tokens/{token_id}/rotate")
    page = desk.browser.submit("token_rotate", {"overlap": "1h"})
    assert page.status == 200, page.text
    assert "asv_pat_" in page.texts["secret"]
    page = desk.get(f"/tokens/{token_id}")
    assert page.texts["lineage"].count("enabled") == 2
    assert desk.browser.get(page.path + "/rotate").status == 200
    assert desk.browser.submit("token_rotate").status == 400
