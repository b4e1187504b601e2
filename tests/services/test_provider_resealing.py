"""A new key-encryption key, and our secrets at identity providers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authserver.domain.errors import Conflict
from authserver.domain.providers import (
    DIRECTORY_SECRET_PURPOSE,
    SECRET_PURPOSE,
    GroupsRule,
    Provider,
    ProviderStatus,
)
from authserver.services.resealing import Resealed, Resealing
from tests.services.collaborators import ListedKeyFiles
from tests.services.readable_resealing import readable_resealing
from tests.services.world import ADMIN, World, details
from tests.storage.provider_examples import provider as okta
from tests.storage.provider_examples import provider_secret


@pytest.fixture
def key_files() -> ListedKeyFiles:
    return ListedKeyFiles()


@pytest.fixture
def resealing(world: World, key_files: ListedKeyFiles) -> Resealing:
    """Where no signing key is in the way."""
    return readable_resealing(world, key_files)


@pytest.fixture
def provider(world: World, resealing: Resealing) -> Provider:
    """One with a live secret, one that has ended, and one for its directory; another is removed."""

    def sealed_as(value: bytes, purpose: str, context: str) -> bytes:
        return world.sealer.seal(value, purpose=purpose, context=context)

    secrets = tuple(
        provider_secret(
            name, sealed=sealed_as(b"client", SECRET_PURPOSE, f"okta/{name}"), expires_at=end
        )
        for name, end in (("live", None), ("ended", world.clock.now()))
    )
    directory = sealed_as(b"directory", DIRECTORY_SECRET_PURPOSE, "okta")
    stored = okta(secrets=secrets, groups=GroupsRule(directory_secret=directory))
    with world.database.writing() as stores:
        stores.providers.add(stored)
        stores.providers.add(replace(stored, name="gone", status=ProviderStatus.REMOVED))
    return stored


def test_the_secrets_of_providers_are_sealed_anew_with_the_keys(
    world: World, resealing: Resealing, provider: Provider
) -> None:
    resealing.add_key_file(ADMIN)
    resealed = resealing.reseal(ADMIN).provider_secrets
    assert [(each.provider, each.secret_id) for each in resealed] == [
        ("okta", "live"),
        ("okta", ""),
    ]
    after = world.database.state.providers["okta"]
    live, ended = after.secrets
    opened = world.sealer.open
    assert opened(live.sealed, purpose=SECRET_PURPOSE, context="okta/live") == b"client"
    directory = after.groups.directory_secret
    assert opened(directory, purpose=DIRECTORY_SECRET_PURPOSE, context="okta") == b"directory"
    assert {world.sealer.key_id(each) for each in (live.sealed, directory)} == {"2"}
    assert ended == provider.secrets[1]
    assert resealing.key_files_in_use() == ["kek-2.key"]
    assert resealing.reseal(ADMIN) == Resealed([], [], [])


def test_a_file_that_only_a_providers_secret_needs_is_in_use(
    world: World, resealing: Resealing, key_files: ListedKeyFiles, provider: Provider
) -> None:
    resealing.add_key_file(ADMIN)
    assert resealing.key_files_in_use() == ["kek-1.key"]
    key_files.names.remove("kek-1.key")
    before = world.database.state
    with pytest.raises(Conflict, match=r"kek-1\.key is missing"):
        resealing.reseal(ADMIN)
    assert world.database.state is before


def test_a_providers_secret_that_changes_meanwhile_is_not_brought_back(
    world: World, resealing: Resealing, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    resealing.add_key_file(ADMIN)
    before = world.database.state
    monkeypatch.setattr(
        "tests.memory_providers.MemoryProviders.replace_sealed", lambda *_, **__: False
    )
    with pytest.raises(Conflict, match="secret of provider okta has just changed: repeat"):
        resealing.reseal(ADMIN)
    assert world.database.state is before


def test_sealing_a_providers_secret_anew_is_on_record_and_no_news(
    world: World, resealing: Resealing, provider: Provider
) -> None:
    resealing.add_key_file(ADMIN)
    seq = world.database.state.seq
    resealing.reseal(ADMIN)
    assert world.database.state.seq == seq
    told = [(each.action, each.object_id, details(each)) for each in world.database.audit[-2:]]
    change = {"before": {"key_file": "kek-1.key"}, "after": {"key_file": "kek-2.key"}}
    assert told == [
        ("provider.secret_resealed", "okta", {"secret": "live", **change}),
        ("provider.secret_resealed", "okta", {"secret": "directory", **change}),
    ]
