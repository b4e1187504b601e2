"""Whether anybody still has an imported secret: what a failed attempt has to cost."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.clients import Client, ClientAuthMethod, ClientStatus
from authserver.domain.stored_secrets import DigestKind, StoredSecret

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase

NOW: Final = 1_800_000_000.0
SECRET: Final = StoredSecret(
    secret_id="s1",
    kind=DigestKind.BCRYPT,
    digest=b"$2b$04$" + b"a" * 53,
    pepper_id="",
    hint="",
    created_at=NOW - 100,
    expires_at=None,
    last_used_at=None,
)
CLIENT: Final = Client(
    client_id="ci-reader",
    name="ci-reader",
    auth_method=ClientAuthMethod.SECRET_BASIC,
    grant_types=frozenset(),
    scopes=frozenset(),
    resources=frozenset(),
    access_token_seconds=600,
    status=ClientStatus.ENABLED,
    secrets=(SECRET,),
    jwks=(),
    contact="",
    created_at=NOW - 100,
)


@pytest.mark.parametrize(
    ("client", "expected"),
    [
        pytest.param(CLIENT, 1, id="a-live-one"),
        pytest.param(replace(CLIENT, status=ClientStatus.DISABLED), 1, id="of-a-disabled-one"),
        pytest.param(replace(CLIENT, status=ClientStatus.DELETED), 0, id="of-a-deleted-one"),
        pytest.param(replace(CLIENT, secrets=()), 0, id="none"),
        pytest.param(
            replace(CLIENT, secrets=(replace(SECRET, kind=DigestKind.KEYED),)), 0, id="keyed"
        ),
        pytest.param(
            replace(CLIENT, secrets=(replace(SECRET, expires_at=NOW),)), 0, id="just-expired"
        ),
        pytest.param(
            replace(CLIENT, secrets=(replace(SECRET, expires_at=NOW + 0.5),)), 1, id="expiring"
        ),
    ],
)
def test_only_live_imported_secrets_of_clients_that_exist_count(
    database: SqlDatabase, client: Client, expected: int
) -> None:
    with database.writing() as stores:
        stores.clients.add(client)
    with database.reading() as stores:
        assert stores.clients.any_imported(NOW) == bool(expected)
