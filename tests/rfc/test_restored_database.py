"""A worker that ran on while its database was put back to what a backup holds."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from authserver.domain.authority import Change, ChangeKind
from tests.databases import opened
from tests.rfc.tokens import claims_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.instances import Caller, Site
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane


def copy(source: Path, target: Path) -> None:
    """SQLite's online backup: whoever has the target open reads the copy from now on."""
    with closing(sqlite3.connect(source)) as origin, closing(sqlite3.connect(target)) as copied:
        origin.backup(copied)


def revoke_in(database: Path, token: str) -> int:
    """A revocation by somebody else; its number."""
    claims = claims_of(token)
    change = Change(ChangeKind.TOKEN, claims["jti"], claims["exp"] + 60.0)
    with opened(f"sqlite:///{database}") as other, other.writing() as stores:
        return stores.authority.advance([change])


@pytest.mark.rule("RV-03")
def test_a_number_that_was_given_out_twice_hides_no_revocation(
    installation: Installation, lane: Lane, jira: Site, reader: Caller, tmp_path: Path
) -> None:
    database, backup = installation.folder / "var" / "authserver.db", tmp_path / "backup.db"
    first, second = lane.token(reader), lane.token(reader)
    copy(database, backup)
    assert lane.revoke(reader, first).status == 200
    installation.poll()
    assert not lane.is_active(jira, first)
    assert revoke_in(backup, second) == installation.container.view.seq
    copy(backup, database)
    installation.poll()
    assert not lane.is_active(jira, second)
    # As the guide says: what was revoked after the backup is alive again.
    assert lane.is_active(jira, first)
