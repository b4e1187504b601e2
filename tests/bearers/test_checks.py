"""Whoever comes with fresh tokens is not taken for somebody who left."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.external_tokens import ExternalProblem as Why
from tests.federation.bearing import SUBJECT, subject_key_of

if TYPE_CHECKING:
    from authserver.domain.identities import Identity
    from tests.federation.bearing import Bearing

DAY = 86_400


def identity_of(world: Bearing) -> Identity:
    with world.installation.container.database.reading() as stores:
        key = subject_key_of(world.provider.kind, world.person)
        found = stores.identities.find("theirs", key)
    assert found is not None
    return found


def writes(world: Bearing) -> int:
    """How many changes the authority has seen."""
    world.installation.poll()
    return world.installation.container.view.seq


def test_a_token_of_a_later_day_is_a_check_and_one_of_the_same_day_is_none(okta: Bearing) -> None:
    linked = identity_of(okta).last_checked_at
    before = writes(okta)
    assert okta.judge(okta.token()).is_accepted
    assert (identity_of(okta).last_checked_at, writes(okta)) == (linked, before)
    okta.installation.clock.advance(DAY + 1)
    now = int(okta.installation.clock.now())
    tokens = [okta.token(jti=f"AT.{number}") for number in range(3)]
    other = okta.installation.start_worker()
    for token in tokens:
        assert okta.judge(token).is_accepted
        assert okta.judge(token, other).is_accepted
    assert identity_of(okta).last_checked_at == now
    assert writes(okta) == before + 1


def test_an_old_token_proves_nothing_of_today(okta: Bearing) -> None:
    linked = identity_of(okta).last_checked_at
    issued = int(okta.installation.clock.now())
    old = okta.token(iat=issued, exp=issued + DAY)
    okta.installation.clock.advance(DAY - 60)
    assert okta.judge(old).is_accepted
    assert identity_of(okta).last_checked_at == linked


def test_nobody_is_kept_awake_by_a_token_that_is_refused(okta: Bearing) -> None:
    linked = identity_of(okta).last_checked_at
    okta.installation.clock.advance(DAY + 1)
    assert okta.judge(okta.token(aud="elsewhere")).problem is Why.AUDIENCE_NOT_ACCEPTED
    assert okta.judge(okta.token(scp=[])).problem is Why.NO_MAPPED_SCOPE
    container = okta.installation.container
    container.users.disable(SUBJECT, container.operator)
    assert okta.judge(okta.token()).problem is Why.USER_STOPPED
    assert identity_of(okta).last_checked_at == linked


def test_where_nobody_has_to_be_checked_nobody_sleeps(okta: Bearing) -> None:
    key, now = "00usleeper", okta.installation.clock.now()
    okta.link(key, "user:rip", asleep_since=now)
    token = okta.token(uid=key)
    assert okta.judge(token).problem is Why.USER_STOPPED
    okta.configure(living_seconds=0)
    assert okta.judge(token).is_accepted
