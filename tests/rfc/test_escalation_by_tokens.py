"""API tokens of whoever administers are made by owners, and by themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.api_tokens import ApiTokenStatus
from authserver.domain.errors import Forbidden
from authserver.domain.roles import PERMISSIONS, Area, to_write
from authserver.services.api_token_drafts import ApiTokenDraft, Delivery, Maker
from tests.rfc.administering import BOUND, FREE, give
from tests.rfc.escalating import Cast

if TYPE_CHECKING:
    from tests.rfc.installations import Installation


@pytest.mark.rule("AD-04")
def test_many_tokens_are_not_enabled_with_one_of_an_administrator(
    installation: Installation,
) -> None:
    cast = Cast(installation)
    bulk = cast.container.api_token_bulk
    stop = bulk.plan('purpose = "BI export"', ApiTokenStatus.DISABLED)
    assert len(bulk.act(stop, BOUND).tokens) == 2
    start = bulk.plan('purpose = "BI export"', ApiTokenStatus.ENABLED)
    before = cast.written()
    with pytest.raises(Forbidden):
        bulk.act(start, BOUND)
    assert cast.written() == before
    assert len(bulk.act(start, FREE).tokens) == 2


@pytest.mark.rule("AD-04")
def test_whoever_makes_tokens_for_others_needs_the_permission_for_tokens(
    installation: Installation,
) -> None:
    cast = Cast(installation)
    draft = ApiTokenDraft("ada", "export", ("READ",), ("jira",))
    maker = Maker("client:bot")
    tokens = cast.container.api_tokens
    without = replace(BOUND, powers=PERMISSIONS - {to_write(Area.TOKENS)})
    with pytest.raises(Exception, match="only administrators make API tokens"):
        tokens.create(draft, without, maker, delivery=Delivery.LINK)
    assert tokens.create(draft, BOUND, maker, delivery=Delivery.LINK).link


@pytest.mark.rule("AD-04")
def test_a_policy_lets_nobody_make_tokens_for_whoever_administers(
    installation: Installation,
) -> None:
    cast = Cast(installation)
    lets = '[tokens]\nreason = "the desk makes them"\nfor_others_groups = ["trusted"]\n'
    cast.container.policies.apply("default", lets, FREE)
    cast.container.groups.add("trusted", "ada", FREE)
    own = replace(FREE, powers=None)
    tokens, maker = cast.container.api_tokens, Maker(cast.ada.subject)
    draft = ApiTokenDraft("boss", "export", ("READ",), ("jira",))
    with pytest.raises(Forbidden):
        tokens.create(draft, own, maker, delivery=Delivery.LINK)
    give(installation, cast.boss)
    assert tokens.create(draft, own, maker, delivery=Delivery.LINK).link
