"""Accounts of two sites, mapped and imported."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.authority import ChangeKind
from authserver.services.account_rows import ImportRow
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from tests.services.world import World

CI: Final = "client:ci-reader"


def with_two_sites(world: World) -> World:
    world.add_resource()
    world.add_resource("wiki")
    world.database.audit.clear()
    return world


def map_ci(world: World, account: str = "ci-bot") -> None:
    world.subject_accounts.map("jira-main", CI, account, ADMIN)


def rows(*pairs: tuple[str, str]) -> list[ImportRow]:
    return [ImportRow(line, *pair) for line, pair in enumerate(pairs, start=2)]


def mapped(world: World, resource: str = "jira-main") -> dict[str, str]:
    return {each.subject: each.account for each in world.subject_accounts.list(resource)}


def told(world: World) -> list[str]:
    return [
        each.change.value
        for each in world.database.state.changes
        if each.change.kind is ChangeKind.HAND_OVER
    ]
