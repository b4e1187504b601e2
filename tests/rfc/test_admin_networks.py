"""The console and the administration API, where only some networks may administer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.resources import ADMINISTRATION_PATH
from tests.web.admin_api.rest import Rest

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.conftest import MakeWorld
    from tests.people.world import PeopleWorld

PROXY: Final = "198.51.100.7"
OFFICE: Final = "192.0.2.200"
ELSEWHERE: Final = "203.0.113.66"
pytestmark = pytest.mark.rule("AD-08")


@pytest.fixture
def walled(make_world: MakeWorld) -> PeopleWorld:
    """A world that is administered from one network, with a proxy that is trusted."""
    return make_world(
        AUTHSERVER_ADMIN_NETWORKS="192.0.2.128/25", AUTHSERVER_SERVER_TRUSTED_PROXIES=PROXY
    )


def api(world: PeopleWorld, peer: str, headers: Mapping[str, str]) -> int:
    """What a good token gets."""
    token = Rest(world).token
    answer = world.lane.knock(
        "GET",
        f"{ADMINISTRATION_PATH}/clients",
        headers={"Authorization": f"Bearer {token}", **headers},
        peer=peer,
    )
    if answer.status == 403:
        assert answer.json["type"].endswith("#wrong-network")
    return answer.status


def console(world: PeopleWorld, peer: str, headers: Mapping[str, str]) -> int:
    """What an owner who is signed in gets."""
    owner = world.user("olive", is_administrator=True)
    browser = world.signed_in(owner)
    browser.peer = peer
    page = browser.get("/admin/clients", headers=headers)
    if page.status == 403:
        assert "from this network" in page.text
        assert owner.username not in page.text
    return page.status


@pytest.mark.parametrize("door", [api, console])
@pytest.mark.parametrize(
    ("peer", "forwarded", "status"),
    [
        (OFFICE, None, 200),
        (ELSEWHERE, None, 403),
        (ELSEWHERE, OFFICE, 403),
        (PROXY, OFFICE, 200),
        (PROXY, ELSEWHERE, 403),
        (PROXY, f"{OFFICE}, {ELSEWHERE}", 403),
        (PROXY, None, 403),
    ],
)
def test_only_the_named_networks_administer_and_nobody_talks_his_way_in(
    walled: PeopleWorld, door: object, peer: str, forwarded: str | None, status: int
) -> None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    assert door(walled, peer, headers) == status  # type: ignore[operator]  # one of the two above


def test_everything_else_is_open_to_other_networks(walled: PeopleWorld) -> None:
    browser = walled.signed_in(walled.ada)
    browser.peer = ELSEWHERE
    assert browser.get("/account").status == 200
