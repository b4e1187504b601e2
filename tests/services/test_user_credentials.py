"""Every credential of a user at once: at rest, and at work again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.api_tokens import LastUse
from authserver.domain.authority import ChangeKind
from authserver.domain.errors import NotFound
from authserver.services.user_credentials import UserCredentials
from tests.doubles import EPOCH
from tests.services.token_office import TokenOffice
from tests.services.world import ADMIN, details

if TYPE_CHECKING:
    from tests.services.world import World


@pytest.fixture
def office(world: World) -> TokenOffice:
    return TokenOffice(world)


@pytest.fixture
def credentials(office: TokenOffice) -> UserCredentials:
    return UserCredentials(office.world.administration)


@pytest.mark.feature(14)
def test_all_of_them_rest_and_are_counted(
    office: TokenOffice, credentials: UserCredentials
) -> None:
    own, service = office.own().token, office.service().token
    office.change(own, last_use=LastUse(EPOCH - 5, "203.0.113.9", "curl"))
    revoked = office.own().token
    office.power.revoke(revoked.token_id, ADMIN)
    before = office.world.clock.now()
    report = credentials.disable("ada", ADMIN)
    assert office.world.clock.now() - before >= 0.29
    assert {each.token_id for each in report.api_tokens} == {own.token_id, service.token_id}
    assert report.last_used_at == EPOCH - 5
    user = office.world.users.get("ada").user
    assert user.credentials_disabled_at == before
    assert user.is_enabled
    event = office.world.database.audit[-1]
    assert (event.action, event.object_id) == ("user.credentials_disabled", user.subject)
    assert set(details(event)["api_tokens"]) == {own.token_id, service.token_id}
    changes = [each.change for each in office.world.database.state.changes[-2:]]
    assert [each.kind for each in changes] == [ChangeKind.SUBJECT, ChangeKind.USER]
    assert changes[0].issued_until == before


def test_nothing_is_ended_so_that_all_of_it_works_again(
    office: TokenOffice, credentials: UserCredentials
) -> None:
    token = office.own().token
    credentials.disable(office.ada.subject, ADMIN)
    assert office.kept(token) == token
    report = credentials.enable("ada", ADMIN)
    assert [each.token_id for each in report.api_tokens] == [token.token_id]
    assert office.world.users.get("ada").user.credentials_disabled_at is None
    assert office.world.database.audit[-1].action == "user.credentials_enabled"
    count = len(office.world.database.audit)
    credentials.enable("ada", ADMIN)
    assert len(office.world.database.audit) == count


def test_saying_it_twice_keeps_since_when_and_denies_what_came_meanwhile(
    office: TokenOffice, credentials: UserCredentials
) -> None:
    credentials.disable("ada", ADMIN)
    since = office.world.users.get("ada").user.credentials_disabled_at
    office.world.clock.advance(60)
    credentials.disable("ada", ADMIN)
    assert office.world.users.get("ada").user.credentials_disabled_at == since
    assert office.world.database.state.changes[-2].change.issued_until > (since or 0)


def test_a_user_who_is_not_there_is_named(credentials: UserCredentials) -> None:
    for use in (credentials.report, lambda name: credentials.disable(name, ADMIN)):
        with pytest.raises(NotFound, match="no user named"):
            use("nobody")
