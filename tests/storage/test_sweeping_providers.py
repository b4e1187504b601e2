"""What providers leave behind: ended secrets, denials that are over, people who were unlinked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from authserver.domain.grants import GrantOrigin
from authserver.domain.tokens import FAR_AHEAD_SECONDS
from authserver.storage.rows.identities import identities
from authserver.storage.sweeping import HISTORY_SECONDS, Sweeper
from tests.doubles import FakeClock
from tests.storage.examples import NOW
from tests.storage.people_examples import grant
from tests.storage.provider_examples import denial, identity, provider, provider_secret

if TYPE_CHECKING:
    from authserver.storage.database import SqlDatabase


def swept(database: SqlDatabase, now: float) -> dict[str, int]:
    counts = Sweeper(database, FakeClock(now)).sweep()
    return {name: count for name, count in counts.items() if count}


def test_an_ended_secret_is_shown_for_a_while(database: SqlDatabase) -> None:
    with database.writing() as stores:
        secrets = (provider_secret("live"), provider_secret("ended", expires_at=NOW))
        stores.providers.add(provider(secrets=secrets))
    assert swept(database, NOW + HISTORY_SECONDS - 1) == {}
    assert swept(database, NOW + HISTORY_SECONDS) == {"provider_secrets": 1}
    with database.reading() as stores:
        assert stores.providers.get("okta") == provider(secrets=secrets[:1])


def test_a_denial_stays_longer_than_it_counts(database: SqlDatabase) -> None:
    """Forgotten at once, what it denies would count again under a clock that was set back."""
    with database.writing() as stores:
        stores.providers.add(provider())
        stores.providers.add_denial(denial(expires_at=NOW))
        stores.providers.add_denial(denial("for ever", expires_at=None))
    assert swept(database, NOW + FAR_AHEAD_SECONDS - 1) == {}
    assert swept(database, NOW + FAR_AHEAD_SECONDS) == {"provider_denials": 1}
    assert swept(database, NOW + 1000 * FAR_AHEAD_SECONDS) == {}


def test_an_unlinked_person_is_forgotten_and_the_others_stay(database: SqlDatabase) -> None:
    with database.writing() as stores:
        stores.providers.add(provider())
        for key in ("00u1", "00u2", "00u3"):
            stores.identities.add(identity(key))
        for key in ("00u1", "00u2"):
            stores.identities.unlink("okta", key, NOW)
        # Came again: nothing of the time before is held against it.
        stores.identities.add(identity("00u2", subject="user:bob"))
    assert swept(database, NOW + HISTORY_SECONDS - 1) == {}
    assert swept(database, NOW + HISTORY_SECONDS) == {"identities": 1}
    assert swept(database, NOW + 1000 * HISTORY_SECONDS) == {}
    with database.connection_for_reading() as connection:
        kept = connection.execute(select(func.count()).select_from(identities)).scalar_one()
    assert kept == 2


def test_an_exchanged_grant_goes_a_day_after_its_end_and_others_stay(
    database: SqlDatabase,
) -> None:
    """It makes no denial, and the record of the exchange stays."""
    with database.writing() as stores:
        stores.grants.add(grant("allowed", expires_at=NOW))
        stores.grants.add(grant("e1", origin=GrantOrigin.TOKEN_EXCHANGE, expires_at=NOW))
        stores.grants.add(grant("e2", origin=GrantOrigin.TOKEN_EXCHANGE, expires_at=NOW + 9))
    assert swept(database, NOW + FAR_AHEAD_SECONDS - 1) == {}
    assert swept(database, NOW + FAR_AHEAD_SECONDS) == {"exchanged grants": 1}
    with database.reading() as stores:
        kept = [each for each in ("allowed", "e1", "e2") if stores.grants.get(each)]
    assert kept == ["allowed", "e2"]
