"""Where the overview of the console leads."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.roles import Role
from tests.web.admin.calling import decided

if TYPE_CHECKING:
    from tests.web.admin.conftest import Desk


def test_who_calls_most_is_led_to_by_user_and_by_app(desk: Desk) -> None:
    token = desk.world.tokens(desk.world.web_app)["access_token"]
    decided(desk.world, token, path="/rest/api/2/no-such-thing")
    desk.world.container.audit.catch_up()
    links = desk.get("").links
    assert any(each.endswith("/admin/clients/web-app") for each in links)
    assert any(each.endswith(f"/admin/users/{desk.world.ada.subject}") for each in links)


def test_where_nothing_has_passed_the_next_steps_are_named_to_those_who_may(desk: Desk) -> None:
    assert "steps" in desk.get("").texts
    auditor = desk.world.user("auditor", roles=frozenset({Role.AUDITOR}))
    page = desk.world.signed_in(auditor).get("/admin")
    assert "no-calls" in page.texts
    assert "steps" not in page.texts
