"""A provider's profile in its column: complete, strict, and readable across releases."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

import pytest
from sqlalchemy import text

from authserver.domain.errors import StorageUnavailable
from authserver.domain.providers import (
    BearerRule,
    EmailTrust,
    GroupSource,
    GroupsRule,
    LogoutRule,
    Provider,
    UserCreation,
)
from authserver.storage.provider_profiles import profile_text, with_profile
from tests.storage.provider_examples import FULL, provider

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase

DEFAULTS: Final[dict[str, Any]] = {
    "tenants": frozenset(),
    "algorithms": frozenset({"RS256"}),
    "scopes": ("openid", "profile", "email"),
    "uses_userinfo": True,
    "sends_issuer": False,
    "accepts_login": True,
    "email_trust": EmailTrust.NEVER,
    "groups": GroupsRule(GroupSource.CLAIM, "groups", 0, "", b""),
    "acrs": {},
    "logout": LogoutRule.NONE,
    "endpoint_hosts": frozenset(),
    "creation": UserCreation.OFF,
    "creation_groups": frozenset(),
    "creation_domains": frozenset(),
    "is_linkable": True,
    "living_seconds": 30 * 86_400,
    "bearer": BearerRule(
        is_on=False,
        audiences=frozenset(),
        clients={},
        scopes={},
        longest_seconds=86_400,
        creates_users=False,
        for_exchange=False,
    ),
}
NAMES: Final = tuple(DEFAULTS)
COLUMNS: Final = {
    *("name", "kind", "display_name", "status", "issuer", "discovery_url", "client_id"),
    *("auth", "secrets", "subject_rule", "created_at"),
}


def read(stored: str, directory_secret: bytes = b"") -> Provider:
    return with_profile(provider(), stored, directory_secret=directory_secret)


def test_an_empty_object_always_means_the_same() -> None:
    assert read("{}") == provider(**DEFAULTS) == provider()
    assert profile_text(provider()) == "{}"


def test_nothing_of_a_provider_is_lost() -> None:
    assert {each.name for each in fields(Provider)} == COLUMNS | set(NAMES)
    plain = provider()
    assert {name: getattr(plain, name) for name in NAMES} == DEFAULTS
    # The example below tells the members apart.
    assert set(FULL) == set(NAMES)
    assert all(FULL[name] != DEFAULTS[name] for name in NAMES)
    for rule in ("groups", "bearer"):
        values, plain_values = FULL[rule], DEFAULTS[rule]
        for each in fields(values):
            assert getattr(values, each.name) != getattr(plain_values, each.name), each.name


@pytest.mark.parametrize("name", NAMES)
def test_each_member_comes_back_alone(name: str) -> None:
    changed = provider(**{name: FULL[name]})
    stored = profile_text(changed)
    assert read(stored, changed.groups.directory_secret) == changed
    # Only what differs is written, so that an older release reads on.
    assert stored.startswith('{"' + name + '":')


def test_the_sealed_secret_of_the_directory_is_not_in_the_profile() -> None:
    assert profile_text(provider(groups=GroupsRule(directory_secret=b"sealed"))) == "{}"
    assert "sealed" not in profile_text(provider(**FULL))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", ["1.5", '[{"a":1}]', '{"a":1}'])
def test_a_member_of_another_kind_is_refused(name: str, value: str) -> None:
    with pytest.raises(StorageUnavailable, match=f"profile of provider 'okta'.*{name}"):
        read(f'{{"{name}":{value}}}')


@pytest.mark.parametrize(
    ("stored", "why"),
    [
        ('{"demands_mfa":true}', "unknown members demands_mfa"),
        ('{"bearer":{"only_from":"10.0.0.0/8"}}', "bearer: unknown members only_from"),
        ('{"groups":{"filter":"x"}}', "groups: unknown members filter"),
        ('{"creation":"sometimes"}', "creation has an unknown value"),
        ("[]", "no object"),
    ],
)
def test_a_profile_of_a_newer_release_is_not_guessed_at(
    database: SqlDatabase, stored: str, why: str
) -> None:
    with database.writing() as stores:
        stores.providers.add(provider())
        stores.providers.add(provider("other"))
    with database.connection_for_writing() as connection:
        connection.execute(
            text("UPDATE providers SET profile = :stored WHERE name = 'okta'"), {"stored": stored}
        )
    with database.reading() as stores:
        with pytest.raises(StorageUnavailable, match=why):
            stores.providers.get("okta")
        assert stores.providers.get("other") == provider("other")
