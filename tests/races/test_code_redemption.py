"""However many redeem a code at once, one of them gets tokens, and the others take them back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.races.families import CALLERS, INVALID_GRANT, Family, family
from tests.races.weakened import NO_SPENDING, weakened
from tests.rfc.codes import OFFLINE

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from tests.races.families import Deployment


def redeem_at_once(racing: Family, scopes: Iterable[str] = OFFLINE) -> int:
    """Fifty redemptions of one code: how many got tokens. The others were refused properly."""
    code = racing.codes.code(racing.app, racing.codes.grant(racing.app, scopes))
    replies = racing.callers.at_once([racing.redeeming(code)] * CALLERS)
    losers = [reply.error for reply in replies if not reply.is_good]
    assert set(losers) <= {INVALID_GRANT}, set(losers)
    winners = [reply.body for reply in replies if reply.is_good]
    if losers:
        # Somebody presented the code again: what the winner got is over for everybody.
        for tokens in winners:
            assert not racing.is_active(tokens["access_token"])
            assert not racing.is_refreshable(tokens["refresh_token"])
    return len(winners)


@pytest.mark.rule("TK-07")
def test_one_of_fifty_redemptions_wins_and_its_tokens_are_taken_back(racing: Family) -> None:
    assert [redeem_at_once(racing) for _ in range(5)] == [1] * 5


@pytest.mark.slow
@pytest.mark.rule("TK-07")
def test_one_of_fifty_redemptions_wins_two_hundred_times(racing: Family) -> None:
    assert [redeem_at_once(racing) for _ in range(200)] == [1] * 200


@pytest.mark.slow
def test_without_spending_more_than_one_wins(deployment: Deployment, tmp_path: Path) -> None:
    extra = weakened(tmp_path / "weakened", NO_SPENDING)
    with family(tmp_path, deployment, extra) as racing:
        # A second refresh token would stumble over a rule of the database.
        assert redeem_at_once(racing, ("openid", "READ")) > 1, (
            "the test above cannot see what it is there for"
        )
