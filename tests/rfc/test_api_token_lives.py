"""Uses and ends of API tokens, seen from outside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.authority import Change, ChangeKind
from tests.people.cast import ADA
from tests.rfc.api_tokens import DAY, put_token
from tests.rfc.granted import Granter, add_person
from tests.rfc.lanes import (
    TOKEN,
)

if TYPE_CHECKING:
    from tests.instances import Site
    from tests.people.cast import Person
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

USERINFO: Final = "/oauth2/userinfo"


@pytest.fixture
def ada(installation: Installation) -> Person:
    return add_person(installation, "ada", ADA)


@pytest.fixture
def value(installation: Installation, ada: Person, jira: Site) -> str:
    """The secret of ada's token t1."""
    return put_token(installation, ada, jira)


@pytest.mark.rule("AK-07")
def test_the_last_use_is_known_and_costs_no_write_by_itself(
    installation: Installation, lane: Lane, jira: Site, value: str
) -> None:
    container = installation.container
    for _ in range(3):
        lane.introspect(jira, value)
        installation.clock.advance(1)
    with container.database.reading() as stores:
        token = stores.api_tokens.get("t1")
        assert token is not None
        assert token.last_use is None
    container.uses.flush(container.database)
    with container.database.reading() as stores:
        token = stores.api_tokens.get("t1")
        assert token is not None
        assert token.last_use is not None
        assert token.last_use.at == installation.clock.now() - 1
        assert token.last_use.agent == "shown by jira"


def test_a_token_ends_at_its_time_for_every_worker(
    installation: Installation, jira: Site, ada: Person
) -> None:
    """Feature row 8: good at 59 seconds, dead at 61, with nothing else running."""
    other = installation.start_worker()
    lanes = (installation.lane, other.lane)
    value = put_token(installation, ada, jira, expires_at=installation.clock.now() + 60)
    installation.clock.advance(59)
    assert all(each.is_active(jira, value) for each in lanes)
    installation.clock.advance(2)
    assert not any(each.is_active(jira, value) for each in lanes)


@pytest.mark.rule("AK-03")
def test_resting_credentials_end_everything_that_speaks_for_the_user_and_can_be_undone(
    installation: Installation, lane: Lane, jira: Site, ada: Person
) -> None:
    """Feature row 14, but for the command."""
    container = installation.container
    granter = Granter(installation, ada)
    app = granter.app(jira)
    granted = granter.allow(app, scopes=frozenset({"openid", "offline_access", "READ"}), site=jira)
    value = put_token(installation, ada, jira)

    def refreshed() -> str:
        form = {"grant_type": "refresh_token", "refresh_token": granted.refresh_token}
        return str(lane.post(TOKEN, form, app.authorization).json.get("error", ""))

    def rest(at: float | None) -> None:
        with container.database.writing() as stores:
            user = stores.users.get(ada.subject)
            assert user is not None
            stores.users.save(replace(user, credentials_disabled_at=at))
            until = container.clock.now() + DAY
            stores.authority.advance([Change(ChangeKind.USER, ada.subject, until)])
        installation.poll()

    assert lane.is_active(jira, value)
    assert lane.is_active(jira, granted.access_token)
    rest(container.clock.now())
    assert not lane.is_active(jira, value)
    # Even before anybody has denied it.
    assert not lane.is_active(jira, granted.access_token)
    told = lane.knock("GET", USERINFO, headers={"Authorization": f"Bearer {granted.access_token}"})
    assert told.error == (401, "invalid_token")
    assert refreshed() == "invalid_grant"
    rest(None)
    assert lane.is_active(jira, value)
    assert refreshed() == ""
