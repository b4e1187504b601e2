"""Calls with foreign tokens write nothing, but once a day."""

from __future__ import annotations

from dataclasses import replace

from authserver.domain.identities import Identity, IdentityStatus
from authserver.domain.providers import ProviderKind
from authserver.services.external_checks import CHECKED_SECONDS, ExternalChecks
from authserver.services.provider_view import Principal
from tests.federation.bearing import user_of
from tests.memory_database import MemoryDatabase
from tests.services.foreign_claims import NOW, provider_of, read


def test_no_transaction_is_opened_before_a_day_has_passed() -> None:
    database = MemoryDatabase()
    user = user_of("user:grace", 0.0)
    checked_at = NOW - CHECKED_SECONDS
    identity = Identity(
        *("theirs", "sub-1", user.subject, "Grace", IdentityStatus.LINKED),
        created_at=0.0,
        last_sign_in_at=None,
        last_checked_at=checked_at,
    )
    with database.writing() as stores:
        stores.providers.add(provider_of(ProviderKind.OIDC))
        stores.users.add(user)
        stores.identities.add(identity)
    principal = Principal(identity, user, frozenset())
    checks, token = ExternalChecks(database=database), read(ProviderKind.OIDC)
    database.calls.clear()
    checks.note(principal, replace(token, issued_at=NOW - 1), NOW)
    # A token from the future proves no more than that it is now.
    checks.note(principal, replace(token, issued_at=NOW + 50), NOW - 1)
    assert database.calls["writing"] == 0
    checks.note(principal, token, NOW)
    assert database.calls["writing"] == 1
    (stored,) = database.state.identities.values()
    assert stored.last_checked_at == NOW
    # Whoever still remembers the earlier check finds out, and writes nothing.
    seq = database.state.seq
    checks.note(principal, token, NOW)
    assert database.state.seq == seq
