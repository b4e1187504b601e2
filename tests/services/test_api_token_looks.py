"""Looking at all API tokens for what somebody should mend."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.api_token_looks import ApiTokenLook
from authserver.services.api_token_drafts import Maker
from authserver.services.api_token_looks import look_at
from tests.services.token_office import DAY, TokenOffice
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from tests.services.world import World


@pytest.fixture
def office(world: World) -> TokenOffice:
    return TokenOffice(world)


def look(office: TokenOffice) -> ApiTokenLook:
    with office.world.database.reading() as stores:
        return look_at(stores, office.world.clock.now())


def test_what_ends_soon_was_exposed_or_belongs_to_nobody_is_found(office: TokenOffice) -> None:
    assert look(office) == ApiTokenLook()
    exposed = office.change(office.own().token, exposed_at=1.0)
    ending = office.own(expires_in=6 * DAY).token
    rotated = office.own(expires_in=6 * DAY).token
    maker = Maker(office.ada.subject)
    office.tokens.rotate(
        rotated.token_id, office.act, maker, overlap_seconds=DAY, expires_in=30 * DAY
    )
    stopped = office.change(office.own(expires_in=6 * DAY).token, exposed_at=1.0)
    office.power.disable(stopped.token_id, ADMIN)
    office.power.revoke(office.own().token.token_id, ADMIN)
    found = look(office)
    assert found == ApiTokenLook(5, exposed=(exposed.token_id,), ending=(ending.token_id,))
    office.world.users.disable("ada", ADMIN)
    assert len(look(office).ownerless) == 5
