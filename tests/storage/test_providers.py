"""Identity providers and their secrets; the double in memory keeps the same rules."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.providers import GroupsRule, ProviderAuth, ProviderKind, ProviderStatus
from tests.storage.examples import NOW
from tests.storage.people_examples import HOSTILE
from tests.storage.provider_examples import FULL, provider, provider_secret

if TYPE_CHECKING:
    from authserver.domain.ports import Database


@pytest.mark.parametrize("changes", [{}, FULL])
def test_a_provider_comes_back_as_it_was_added(
    any_database: Database, changes: dict[str, Any]
) -> None:
    added = provider(secrets=(provider_secret(),), **changes)
    with any_database.writing() as stores:
        stores.providers.add(added)
        assert stores.providers.get("okta") == added
    with any_database.reading() as stores:
        assert stores.providers.get("okta") == added
        assert stores.providers.list() == [added]


@pytest.mark.parametrize("hostile", HOSTILE)
def test_a_hostile_name_is_no_provider(any_database: Database, hostile: str) -> None:
    with any_database.writing() as stores:
        stores.providers.add(provider())
        assert stores.providers.get(hostile) is None
        assert stores.providers.by_issuer(hostile) == []


def test_a_name_is_taken_for_ever(any_database: Database) -> None:
    with any_database.writing() as stores:
        stores.providers.add(provider())
        stores.providers.save(provider(status=ProviderStatus.REMOVED))
        with pytest.raises(AlreadyExists, match="provider 'okta'"):
            stores.providers.add(provider())
        assert stores.providers.get("okta") == provider(status=ProviderStatus.REMOVED)


def test_providers_are_listed_by_name_without_removed_ones(any_database: Database) -> None:
    listed = [provider("Zeta"), provider("alpha", status=ProviderStatus.DISABLED), provider("beta")]
    with any_database.writing() as stores:
        for each in reversed(listed):
            stores.providers.add(each)
        stores.providers.add(provider("gone", status=ProviderStatus.REMOVED))
        assert stores.providers.list() == listed


def test_an_issuer_finds_every_provider_that_has_exactly_it(any_database: Database) -> None:
    shared = "https://login.example.org"
    with any_database.writing() as stores:
        for name in ("second", "first", "gone"):
            stores.providers.add(provider(name, issuer=shared))
        stores.providers.add(provider("other", issuer=f"{shared}/"))
        stores.providers.save(provider("gone", issuer=shared, status=ProviderStatus.REMOVED))
        assert [each.name for each in stores.providers.by_issuer(shared)] == ["first", "second"]
        assert stores.providers.by_issuer(shared.upper()) == []


def test_saving_replaces_all_but_creation_and_secrets(any_database: Database) -> None:
    with any_database.writing() as stores:
        stores.providers.add(provider(secrets=(provider_secret(),), **FULL))
        stores.providers.add(provider("other"))
        changed = provider(
            kind=ProviderKind.OIDC, display_name="X", auth=ProviderAuth.NONE, created_at=NOW + 1
        )
        stores.providers.save(changed)
        assert stores.providers.get("okta") == replace(
            changed, created_at=NOW, secrets=(provider_secret(),)
        )
        assert stores.providers.get("other") == provider("other")


def test_nobody_saves_what_is_not_there(any_database: Database) -> None:
    with any_database.writing() as stores:
        with pytest.raises(NotFound):
            stores.providers.save(provider())
        with pytest.raises(NotFound):
            stores.providers.add_secret("okta", provider_secret())
        assert stores.providers.expire_secrets("okta", keep="", at=NOW) == 0


def test_secrets_are_kept_oldest_first(any_database: Database) -> None:
    older = provider_secret("z", created_at=NOW - 2000)
    with any_database.writing() as stores:
        stores.providers.add(provider(secrets=(provider_secret(),)))
        stores.providers.add(provider("other", secrets=(provider_secret(),)))
        stores.providers.add_secret("okta", older)
        assert stores.providers.get("okta") == provider(secrets=(older, provider_secret()))
        assert stores.providers.get("other") == provider("other", secrets=(provider_secret(),))


def test_expiring_reaches_other_live_secrets_of_this_provider(any_database: Database) -> None:
    kept = provider_secret("kept")
    sooner = provider_secret("sooner", expires_at=NOW)
    later = provider_secret("later", expires_at=NOW + 9)
    with any_database.writing() as stores:
        stores.providers.add(provider(secrets=(kept, later, provider_secret("open"), sooner)))
        stores.providers.add(provider("other", secrets=(later,)))
        assert stores.providers.expire_secrets("okta", keep="kept", at=NOW + 5) == 2
        found = stores.providers.get("okta")
        assert found is not None
        assert {each.secret_id: each.expires_at for each in found.secrets} == {
            "kept": None,
            "later": NOW + 5,
            "open": NOW + 5,
            "sooner": NOW,
        }
        assert stores.providers.get("other") == provider("other", secrets=(later,))


def test_a_secret_moves_to_another_seal_only_from_the_one_it_has(any_database: Database) -> None:
    before = provider_secret()
    with any_database.writing() as stores:
        stores.providers.add(provider(secrets=(before,)))
        stores.providers.add(provider("other", secrets=(before,)))
        replace_sealed = stores.providers.replace_sealed
        assert not replace_sealed("okta", "s1", before=b"else", after=b"new")
        assert not replace_sealed("okta", "s2", before=before.sealed, after=b"new")
        assert not replace_sealed("nobody", "s1", before=before.sealed, after=b"new")
        assert replace_sealed("okta", "s1", before=before.sealed, after=b"new")
        assert stores.providers.get("okta") == provider(secrets=(replace(before, sealed=b"new"),))
        assert stores.providers.get("other") == provider("other", secrets=(before,))


def test_the_secret_of_the_directory_moves_in_the_same_way(any_database: Database) -> None:
    with any_database.writing() as stores:
        stores.providers.add(provider(groups=GroupsRule(directory_secret=b"old")))
        replace_sealed = stores.providers.replace_sealed
        assert not replace_sealed("okta", "", before=b"else", after=b"new")
        assert replace_sealed("okta", "", before=b"old", after=b"new")
        assert stores.providers.get("okta") == provider(groups=GroupsRule(directory_secret=b"new"))
