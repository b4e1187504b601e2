"""What stands around one site, one client, one group and one provider of a big installation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from sqlalchemy import text

from authserver.storage.rows.clients import client_permissions, client_secrets
from authserver.storage.rows.groups import group_members
from authserver.storage.rows.identities import identities
from authserver.storage.rows.mail import mails
from tests.scale.bulk import CLIENTS, DAY, MADE, make, octets
from tests.storage.examples import NOW

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from authserver.storage.database import SqlDatabase

PEOPLE: Final = 20_000
MAILS: Final = 50_000


@dataclass(frozen=True, slots=True)
class Popular:
    """Whatever has most of the rest: a site's and a group's names, a provider's, ids of clients
    and of users.
    """

    site: str
    group: str
    provider: str
    client_id: str
    username: str
    subject: str


def crowd(database: SqlDatabase, popular: Popular) -> None:
    """Put them around it, after `bulk.fill`."""
    with database.connection_for_writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SET statement_timeout = 0")
        _around_the_site(connection, popular)
        _around_the_group(connection, popular)
        _mails(connection)
        _give(connection, popular)
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        # PostgreSQL tidies up by itself where much has changed, some minutes later.
        is_sqlite = connection.dialect.name == "sqlite"
        connection.exec_driver_sql("ANALYZE" if is_sqlite else "VACUUM ANALYZE")
    # Open connections would go on with what was known before.
    database.engine.dispose()


def _around_the_site(connection: Connection, popular: Popular) -> None:
    for kind, value in (
        ("resource", popular.site),
        ("grant_type", "client_credentials"),
        ("scope", "READ"),
    ):
        said = {"issuer_id": "1", "client_id": "'c' || n", "kind": f"'{kind}'"}
        make(connection, client_permissions, CLIENTS, {**said, "value": f"'{value}'"})
    secret = {
        "issuer_id": "1",
        "client_id": "'c' || n",
        "secret_id": "'cs' || n",
        "kind": "'keyed'",
        "digest": octets(connection, "'s' || n"),
        "created_at": MADE,
        "last_used_at": f"CASE n % 3 WHEN 0 THEN NULL ELSE {NOW!r} - (n % 100) * {DAY} END",
        "expires_at": f"CASE n % 4 WHEN 0 THEN NULL ELSE {NOW!r} + (n % 400) * {DAY} END",
    }
    make(connection, client_secrets, CLIENTS, secret)


def _around_the_group(connection: Connection, popular: Popular) -> None:
    member = {"group_name": f"'{popular.group}'", "subject": "'user:' || n"}
    make(connection, group_members, PEOPLE, member)
    known = {
        "provider_name": f"'{popular.provider}'",
        "subject_key": "'k' || n",
        "subject": "'user:' || n",
        "shown": "'person ' || n",
        "status": "'linked'",
        "created_at": MADE,
        "last_checked_at": MADE,
        "is_administrator": "0" if connection.dialect.name == "sqlite" else "false",
    }
    make(connection, identities, PEOPLE, known)


def _mails(connection: Connection) -> None:
    sent = {
        "mail_id": "'m' || n",
        "key": "'k' || n",
        "kind": "CASE n % 2 WHEN 0 THEN 'token-made' ELSE 'token-expires' END",
        "recipient": "'p' || (n % 20000) || '@example.org'",
        "status": "CASE n % 100 WHEN 0 THEN 'given-up' WHEN 1 THEN 'waiting' ELSE 'sent' END",
        "sealed": octets(connection, "''"),
        "created_at": MADE,
        "next_try_at": MADE,
        "sent_at": MADE,
    }
    make(connection, mails, MAILS, sent)


def _give(connection: Connection, popular: Popular) -> None:
    """A tenth of the records are of one client; one user has as much as people have."""
    for statement in (
        "UPDATE audit_records SET client_id = :client, actor = :client WHERE id % 10 = 3",
        "UPDATE caller_counts SET client_id = :client WHERE client_id LIKE 'c1__'",
        "UPDATE caller_counts SET subject = :subject WHERE key LIKE 'k9___'",
        "UPDATE grants SET client_id = :client WHERE client_id LIKE 'c1__'",
        "UPDATE grants SET resource_name = :site",
        "UPDATE grants SET subject = :subject WHERE grant_id LIKE 'g199__'",
        "UPDATE sessions SET subject = :subject WHERE session_id LIKE 's1999_'",
        "UPDATE api_tokens SET owner = :subject, subject = :subject WHERE token_id LIKE 't9999_'",
        "UPDATE api_tokens SET resources = ' ' || :site || ' '",
        "UPDATE search_words SET word = :site WHERE kind = 'api_token.resource' AND word = 'main'",
    ):
        names = {
            "client": popular.client_id,
            "subject": popular.subject,
            "site": popular.site,
        }
        used = {name: value for name, value in names.items() if f":{name}" in statement}
        connection.execute(text(statement), used)
