"""What policies say of making and holding API tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.api_tokens import (
    Presentation,
    SubjectType,
)
from authserver.domain.errors import Conflict, InvalidField
from authserver.services.api_token_drafts import Maker, TokenRefused
from tests.doubles import EPOCH
from tests.services.token_office import DAY, TokenOffice
from tests.services.world import ADMIN

if TYPE_CHECKING:
    from tests.services.world import World

TOKENS = '[tokens]\nreason = "because we say so"\n'


@pytest.fixture
def office(world: World) -> TokenOffice:
    return TokenOffice(world)


@pytest.mark.rule("AK-02")
@pytest.mark.feature(9)
def test_no_token_lives_longer_than_policy_says_nor_than_a_year(office: TokenOffice) -> None:
    office.apply(TOKENS + 'max_lifetime = "30d"\n')
    with pytest.raises(InvalidField) as refused:
        office.own(expires_in=31 * DAY)
    assert refused.value.allowed == "1m to 30d (default@1: because we say so)"
    assert office.own().token.expires_at == EPOCH + 30 * DAY
    office.apply(TOKENS + 'max_lifetime = "365d"\n')
    with pytest.raises(InvalidField, match="365d"):
        office.own(expires_in=366 * DAY)


@pytest.mark.rule("AK-05")
def test_a_subject_has_only_so_many_live_tokens(office: TokenOffice) -> None:
    office.apply(TOKENS + "max_count = 2\n")
    first = office.own().token
    office.own()
    with pytest.raises(Conflict, match="has 2 live API tokens, the most"):
        office.own()
    office.power.disable(first.token_id, ADMIN)
    with pytest.raises(Conflict):
        office.own()
    office.power.revoke(first.token_id, ADMIN)
    office.own()


@pytest.mark.feature(16)
def test_policy_says_who_makes_tokens(office: TokenOffice) -> None:
    office.apply(TOKENS + 'creators = "administrators"\n')
    with pytest.raises(TokenRefused, match="because we say so") as refused:
        office.own()
    assert refused.value.refusal.rule == "tokens.creators"
    office.for_ada()
    office.apply(TOKENS + 'creators = "groups"\ncreator_groups = ["makers"]\n')
    with pytest.raises(TokenRefused):
        office.own()
    office.join("makers", "ada")
    office.own()


@pytest.mark.feature(35)
def test_policy_says_who_holds_tokens_and_what_they_say(office: TokenOffice) -> None:
    office.apply(TOKENS + 'holders = ["staff"]\n', "jira-main")
    with pytest.raises(TokenRefused) as refused:
        office.for_ada()
    assert refused.value.refusal.document == "jira-main@1"
    office.join("staff", "ada")
    office.own()
    office.apply(TOKENS + "require_ticket = true\nrequire_team = true\n")
    with pytest.raises(InvalidField, match="ticket: required by default@1"):
        office.own()
    with pytest.raises(InvalidField, match="team: required by default@1"):
        office.own(ticket="OPS-1")
    office.own(ticket="OPS-1", team="data")


def test_policy_says_how_tokens_are_sent(office: TokenOffice) -> None:
    office.apply(TOKENS + 'presentations = ["bearer"]\n')
    assert office.own().token.presentations == {Presentation.BEARER}
    with pytest.raises(InvalidField, match="presentations: one or more of bearer"):
        office.own(presentations=["basic"])


@pytest.mark.feature(35)
def test_only_administrators_make_tokens_for_others_unless_policy_says_who(
    office: TokenOffice,
) -> None:
    bob = office.add_user("bob")
    maker = Maker(bob.subject)
    for draft in (
        office.draft(),
        office.draft(subject_type=SubjectType.SERVICE, client_id="ci-reader", user="bob"),
    ):
        with pytest.raises(TokenRefused, match="only administrators"):
            office.tokens.create(draft, ADMIN, maker)
    office.join("helpers", "bob")
    office.apply(TOKENS + 'for_others_groups = ["helpers"]\n')
    made = office.tokens.create(office.draft(), ADMIN, maker)
    assert made.value == ""
