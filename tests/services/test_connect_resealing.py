"""A new key-encryption key seals the secrets of Connect apps anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.connect_keys import CONNECT_PURPOSE
from authserver.domain.errors import (
    Conflict,
)
from authserver.services.connect_key_rules import SigningMaterial
from authserver.services.connect_resealing import sealed_in
from tests.connect.signing import APP, OTHER_SECRET, SECRET
from tests.connect.sites import CLIENT, ConnectSite
from tests.memory_connect_keys import MemoryConnectKeys
from tests.services.collaborators import ListedKeyFiles
from tests.services.readable_resealing import readable_resealing
from tests.services.world import ADMIN, World, details

if TYPE_CHECKING:
    from authserver.domain.connect_keys import ConnectKey

OTHER = SigningMaterial(secret=OTHER_SECRET)


@pytest.fixture
def site(world: World) -> ConnectSite:
    site = ConnectSite(world)
    world.database.audit.clear()
    return site


def opened(site: ConnectSite, sealed: bytes, key: ConnectKey) -> str:
    return site.world.sealer.open(sealed, purpose=CONNECT_PURPOSE, context=key.context).decode()


def records(site: ConnectSite) -> list[tuple[str, str, str, str, Any]]:
    return [
        (each.action, each.object_id, each.client_id, each.resource, details(each))
        for each in site.world.database.audit
    ]


def test_a_new_key_file_seals_secrets_anew(site: ConnectSite) -> None:
    world = site.world
    world.add_keys()
    site.keys.rotate("jira-main", APP, OTHER, ADMIN, overlap_seconds=600)
    resealing = readable_resealing(world, ListedKeyFiles())
    resealing.add_key_file(ADMIN)
    assert resealing.key_files_in_use() == ["kek-1.key"]
    world.database.audit.clear()
    (after,) = resealing.reseal(ADMIN).connect_keys
    assert resealing.key_files_in_use() == ["kek-2.key"]
    assert site.keys.get("jira-main", APP) == after
    assert opened(site, after.sealed, after) == OTHER_SECRET
    assert opened(site, after.sealed_before, after) == SECRET
    moved = {"before": {"key_files": ["kek-1.key"]}, "after": {"key_files": ["kek-2.key"]}}
    assert records(site)[-1] == (
        *("connect_key.secret_resealed", APP, CLIENT, "jira-main"),
        moved,
    )
    assert resealing.reseal(ADMIN).connect_keys == []


def test_a_secret_that_has_ended_is_not_sealed_anew(site: ConnectSite) -> None:
    world = site.world
    site.keys.rotate("jira-main", APP, OTHER, ADMIN, overlap_seconds=600)
    world.clock.advance(600)
    resealing = readable_resealing(world, ListedKeyFiles())
    resealing.add_key_file(ADMIN)
    (after,) = resealing.reseal(ADMIN).connect_keys
    assert after.sealed_before == b""
    assert sealed_in(after, world.clock.now()) == [after.sealed]
    assert resealing.key_files_in_use() == ["kek-2.key"]


def test_resealing_gives_way_to_a_rotation_at_the_same_moment(
    site: ConnectSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    resealing = readable_resealing(site.world, ListedKeyFiles())
    resealing.add_key_file(ADMIN)
    monkeypatch.setattr(MemoryConnectKeys, "replace_sealed", lambda *_: False)
    before = site.world.database.state
    with pytest.raises(Conflict, match="repeat the command"):
        resealing.reseal(ADMIN)
    assert site.world.database.state is before
