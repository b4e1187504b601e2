"""A provider is disabled while its people's apps refresh: nothing of theirs is left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.identities import Identity, IdentityStatus
from authserver.domain.providers import (
    Provider,
    ProviderAuth,
    ProviderKind,
    ProviderStatus,
    SubjectRule,
)
from tests.races.families import CALLERS, INVALID_GRANT, Family, family

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.races.families import Deployment

NAME: Final = "acme"


@pytest.fixture(scope="module")
def racing(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Family]:
    with family(tmp_path_factory.mktemp("providers"), deployment, {}) as racing:
        container = racing.codes.container
        now = container.clock.now()
        provider = Provider(
            name=NAME,
            kind=ProviderKind.OIDC,
            display_name="Acme",
            status=ProviderStatus.ENABLED,
            issuer="https://login.example.org",
            discovery_url="https://login.example.org/.well-known/openid-configuration",
            client_id="ours",
            auth=ProviderAuth.NONE,
            secrets=(),
            subject_rule=SubjectRule.SUB,
            created_at=now,
        )
        with container.database.writing() as stores:
            stores.providers.add(provider)
            stores.identities.add(
                Identity(
                    provider=NAME,
                    subject_key="ada",
                    subject=racing.codes.subject,
                    shown="ada",
                    status=IdentityStatus.LINKED,
                    created_at=now,
                    last_sign_in_at=now,
                    last_checked_at=now,
                )
            )
        yield racing


def disable_at_once(racing: Family) -> bool:
    """Fifty refreshes while the provider is disabled; whether all of it is dead on return."""
    container = racing.codes.container
    first = racing.tokens()
    with ThreadPoolExecutor(1) as operator:
        disabled = operator.submit(container.providers.disable, NAME, container.operator)
        replies = racing.callers.at_once([racing.refreshing(first["refresh_token"])] * CALLERS)
        disabled.result(60)
    assert {reply.error for reply in replies if not reply.is_good} <= {INVALID_GRANT}
    given = [first, *(reply.body for reply in replies if reply.is_good)]
    is_dead = not any(racing.is_active(each["access_token"]) for each in given)
    container.providers.enable(NAME, container.operator)
    return is_dead and not any(racing.is_refreshable(each["refresh_token"]) for each in given[:3])


@pytest.mark.slow
@pytest.mark.rule("FE-12")
def test_of_a_grant_whose_provider_is_disabled_while_it_is_refreshed_nothing_is_left(
    racing: Family,
) -> None:
    assert all(disable_at_once(racing) for _ in range(5))


@pytest.mark.slow
@pytest.mark.rule("FE-12")
def test_of_a_disabled_provider_nothing_is_left_a_hundred_times(racing: Family) -> None:
    assert all(disable_at_once(racing) for _ in range(100))
