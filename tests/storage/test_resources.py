"""Protected resources and their credentials."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import insert

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.domain.resources import (
    CredentialPurpose,
    ResourceCredential,
    ResourceKind,
    ResourceStatus,
)
from authserver.storage.rows.resources import resource_credentials
from authserver.storage.stored_secrets import secret_values
from tests.storage.examples import NOW, resource, secret
from tests.storage.racing import race

if TYPE_CHECKING:
    from authserver.domain.resources import ProtectedResource
    from authserver.storage.database import SqlDatabase

INTROSPECTION = CredentialPurpose.INTROSPECTION


def kept(database: SqlDatabase, name: str = "jira-main") -> ProtectedResource:
    with database.reading() as stores:
        found = stores.resources.get(name)
    assert found is not None
    return found


def test_a_resource_comes_back_as_it_was_added(database: SqlDatabase) -> None:
    added = resource(
        credentials=(
            ResourceCredential(INTROSPECTION, secret("r1", created_at=NOW)),
            ResourceCredential(INTROSPECTION, secret("r2", created_at=NOW + 1, expires_at=NOW + 9)),
        )
    )
    with database.writing() as stores:
        stores.resources.add(added)
    assert kept(database) == added


@pytest.mark.parametrize("hostile", ["a\x00b", "\ud800", ""])
def test_a_hostile_name_is_not_found(database: SqlDatabase, hostile: str) -> None:
    with database.reading() as stores:
        assert stores.resources.get(hostile) is None


def test_names_and_identifiers_are_given_out_once(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.resources.add(resource())
        stores.resources.save(resource(status=ResourceStatus.DELETED))
        with pytest.raises(AlreadyExists, match="resource 'jira-main' already"):
            stores.resources.add(resource(identifier="https://other.example.org"))
        with pytest.raises(AlreadyExists, match=r"resource 'https://jira-main\.example\.org'"):
            stores.resources.add(resource("other", identifier="https://jira-main.example.org"))


def test_an_identifier_is_not_taken_over_by_saving(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.resources.add(resource("one"))
        stores.resources.add(resource("two"))
        with pytest.raises(AlreadyExists):
            stores.resources.save(resource("two", identifier="https://one.example.org"))
    assert kept(database, "two") == resource("two")


def test_saving_replaces_everything_but_the_credentials(database: SqlDatabase) -> None:
    credentials = (ResourceCredential(INTROSPECTION, secret("r1")),)
    changed = resource(
        kind=ResourceKind.CONFLUENCE_CLOUD,
        identifier="https://wiki.example.org",
        url="https://wiki.example.org",
        context_path="",
        signing_algorithm="RS256",
        status=ResourceStatus.DISABLED,
    )
    with database.writing() as stores:
        stores.resources.add(resource(credentials=credentials))
        stores.resources.save(changed)
    assert kept(database) == replace(changed, credentials=credentials)


def test_what_is_not_there_is_not_changed(database: SqlDatabase) -> None:
    with database.writing() as stores:
        with pytest.raises(NotFound, match="no resource named 'nowhere'"):
            stores.resources.save(resource("nowhere"))
        with pytest.raises(NotFound):
            stores.resources.add_credential("nowhere", INTROSPECTION, secret("r1"))
        assert not stores.resources.list()


def test_deleted_resources_are_not_listed_but_still_found(database: SqlDatabase) -> None:
    with database.writing() as stores:
        for name in ("zeta", "alpha", "gone"):
            stores.resources.add(resource(name))
            stores.resources.add_credential(name, INTROSPECTION, secret(f"{name}-1"))
        stores.resources.save(resource("gone", status=ResourceStatus.DELETED))
    with database.reading() as stores:
        listed = stores.resources.list()
    assert [each.name for each in listed] == ["alpha", "zeta"]
    assert listed[0].credentials == (ResourceCredential(INTROSPECTION, secret("alpha-1")),)
    assert kept(database, "gone").status is ResourceStatus.DELETED


def test_only_the_other_credentials_of_the_resource_end(database: SqlDatabase) -> None:
    with database.writing() as stores:
        for name, credentials in (("jira-main", ("i1", "i2")), ("wiki", ("i3",))):
            stores.resources.add(resource(name))
            for each in credentials:
                stores.resources.add_credential(name, INTROSPECTION, secret(each))
        ended = stores.resources.expire_credentials(
            "jira-main", INTROSPECTION, keep="i2", at=NOW + 60
        )
    assert ended == 1
    ends = {
        each.secret.secret_id: each.secret.expires_at
        for name in ("jira-main", "wiki")
        for each in kept(database, name).credentials
    }
    assert ends == {"i1": NOW + 60, "i2": None, "i3": None}


def test_a_purpose_nobody_knows_is_a_mistake(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.resources.add(resource())
        with pytest.raises(ValueError, match="everything"):
            stores.resources.add_credential("jira-main", "everything", secret("r1"))


def test_a_credential_for_a_purpose_of_an_older_version_is_not_seen(database: SqlDatabase) -> None:
    """A process of that version may still make one after the upgrade of the schema."""
    with database.writing() as stores:
        stores.resources.add(resource())
    old = secret_values(secret("g1")) | {"issuer_id": 1, "resource_name": "jira-main"}
    with database.connection_for_writing() as connection:
        connection.execute(insert(resource_credentials).values(purpose="gateway", **old))
    assert kept(database) == resource()
    with database.reading() as stores:
        assert stores.resources.list() == [resource()]


def test_the_last_use_never_moves_back(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.resources.add(resource())
        stores.resources.add_credential("jira-main", INTROSPECTION, secret("i1"))
        stores.resources.note_use({"i1": NOW})
        stores.resources.note_use({"i1": NOW - 1})
    assert kept(database).credentials[0].secret.last_used_at == NOW


def test_read_change_and_save_at_the_same_time_loses_nothing(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.resources.add(resource(context_path=""))

    def lengthen(number: int) -> None:
        with database.writing() as stores:
            found = stores.resources.get("jira-main")
            assert found is not None
            stores.resources.save(replace(found, context_path=found.context_path + "/x"))

    race(6, lengthen)
    assert kept(database).context_path == "/x" * 6
