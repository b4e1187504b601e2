"""API tokens that nobody uses, and those whose time is over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.api_tokens import ApiTokenStatus, LastUse
from authserver.domain.mail import MailKind
from authserver.services.api_token_disuse import ApiTokenDisuse, DisuseCounts
from authserver.services.api_token_drafts import Delivery, Maker
from authserver.services.api_token_ends import ApiTokenEnds
from tests.doubles import EPOCH
from tests.services.token_office import DAY, TokenOffice
from tests.services.world import ADMIN, details

if TYPE_CHECKING:
    from authserver.domain.api_tokens import ApiToken
    from tests.services.world import World

YEAR: Final = 365 * DAY
STALE: Final = '[tokens]\nreason = "tidy"\nstale_after = "90d"\ndelete_after = "30d"\n'


@pytest.fixture
def office(world: World) -> TokenOffice:
    return TokenOffice(world)


@pytest.fixture
def disuse(office: TokenOffice) -> ApiTokenDisuse:
    return ApiTokenDisuse(administration=office.world.administration, notices=office.notices)


def at(office: TokenOffice, days: float) -> None:
    office.world.clock.set_now(EPOCH + days * DAY)


def status(office: TokenOffice, token: ApiToken) -> str:
    return str(office.kept(token).status)


def act(disuse: ApiTokenDisuse) -> DisuseCounts:
    return disuse.act_by_policy(lambda: True)


@pytest.mark.feature(11)
def test_an_unused_token_is_told_of_then_disabled_then_revoked(
    office: TokenOffice, disuse: ApiTokenDisuse
) -> None:
    office.apply(STALE)
    token = office.own(expires_in=YEAR).token
    at(office, 82.9)
    assert act(disuse) == DisuseCounts()
    at(office, 83)
    assert act(disuse) == DisuseCounts(told=1)
    (mail,) = office.stores().mails.list()
    assert (mail.kind, mail.to) == (MailKind.TOKEN_STALE, "ada@example.com")
    at(office, 89.9)
    assert act(disuse) == DisuseCounts()
    at(office, 90)
    assert act(disuse) == DisuseCounts(disabled=1)
    assert status(office, token) == "disabled"
    assert office.kept(token).reason == "unused for 90d, as policy says"
    event = office.world.database.audit[-1]
    assert event.action == "token.disabled"
    assert str(event.actor.kind) == "system"
    at(office, 119)
    assert act(disuse) == DisuseCounts()
    at(office, 121)
    assert act(disuse) == DisuseCounts(revoked=1)
    assert status(office, token) == "revoked"
    assert act(disuse) == DisuseCounts()


def test_a_use_and_an_administrator_give_a_token_more_time(
    office: TokenOffice, disuse: ApiTokenDisuse
) -> None:
    office.apply(STALE)
    used, enabled = (office.own(expires_in=YEAR).token for _ in range(2))
    office.change(used, last_use=LastUse(EPOCH + 50 * DAY))
    at(office, 91)
    assert act(disuse).disabled == 1
    assert (status(office, used), status(office, enabled)) == ("enabled", "disabled")
    office.power.enable(enabled.token_id, ADMIN)
    at(office, 150)
    assert act(disuse).disabled == 1
    assert (status(office, used), status(office, enabled)) == ("disabled", "enabled")


@pytest.mark.feature(11)
def test_a_new_rule_disables_nothing_without_notice(
    office: TokenOffice, disuse: ApiTokenDisuse
) -> None:
    token = office.own(expires_in=YEAR).token
    at(office, 200)
    office.apply('[tokens]\nreason = "old"\n')
    office.apply(STALE)
    assert act(disuse) == DisuseCounts(told=1)
    # Saying it again, or more strictly elsewhere, begins nothing anew.
    at(office, 206.9)
    office.apply(STALE + "max_count = 5\n")
    assert act(disuse) == DisuseCounts()
    at(office, 207.1)
    assert act(disuse) == DisuseCounts(disabled=1)
    assert status(office, token) == "disabled"


def test_the_strictest_document_counts(office: TokenOffice, disuse: ApiTokenDisuse) -> None:
    office.world.add_resource("wiki", kind="confluence-dc")
    office.apply(STALE)
    office.apply('[tokens]\nreason = "strict"\nstale_after = "10d"\n', "wiki")
    both = office.own(expires_in=YEAR, resources=["jira-main", "wiki"]).token
    one = office.own(expires_in=YEAR).token
    at(office, 11)
    assert act(disuse).disabled == 1
    assert (status(office, both), status(office, one)) == ("disabled", "enabled")


def test_without_a_rule_nothing_happens(office: TokenOffice, disuse: ApiTokenDisuse) -> None:
    token = office.own(expires_in=YEAR).token
    at(office, 300)
    assert act(disuse) == DisuseCounts()
    assert [each.token_id for each in disuse.unused(90 * DAY)] == [token.token_id]
    assert list(disuse.unused(301 * DAY)) == []


def test_what_an_administrator_disabled_is_never_revoked_for_disuse(
    office: TokenOffice, disuse: ApiTokenDisuse
) -> None:
    office.apply(STALE)
    token = office.own(expires_in=YEAR).token
    office.power.disable(token.token_id, ADMIN, reason="on leave")
    at(office, 300)
    assert act(disuse) == DisuseCounts()
    assert status(office, token) == "disabled"


def test_the_rest_waits_while_somebody_else_has_the_lease(
    office: TokenOffice, disuse: ApiTokenDisuse
) -> None:
    office.apply(STALE)
    office.own(expires_in=YEAR)
    at(office, 91)
    assert disuse.act_by_policy(lambda: False) == DisuseCounts()


@pytest.mark.feature(5)
def test_an_end_is_put_on_record_once(office: TokenOffice) -> None:
    ends = ApiTokenEnds(office.world.administration)
    expired = office.own(expires_in=60.0).token
    waiting = office.for_ada(Delivery.LINK, expires_in=60.0).token
    old = office.own().token
    maker = Maker(office.ada.subject)
    new = office.tokens.rotate(old.token_id, office.act, maker, overlap_seconds=60.0).token
    assert ends.note(lambda: True) == 0
    office.world.clock.advance(61)
    office.world.database.audit.clear()
    assert ends.note(lambda: False) == 0
    assert ends.note(lambda: True) == 3
    assert ends.note(lambda: True) == 0
    told = {event.token_id: event.action for event in office.world.database.audit}
    assert told == {
        expired.token_id: "token.expired",
        waiting.token_id: "token.expired",
        old.token_id: "token.retired",
    }
    retired = next(e for e in office.world.database.audit if e.action == "token.retired")
    assert details(retired)["lineage_id"] == new.lineage_id
    assert details(retired)["successor_id"] == new.token_id
    assert office.kept(expired).status is ApiTokenStatus.EXPIRED
    assert office.kept(new).status is ApiTokenStatus.ENABLED


def test_unused_tokens_are_listed_page_by_page(office: TokenOffice, disuse: ApiTokenDisuse) -> None:
    tokens = [office.own(expires_in=YEAR).token for _ in range(5)]
    at(office, 100)
    used = min(tokens, key=lambda each: each.token_id)
    office.change(used, last_use=LastUse(EPOCH + 50 * DAY))
    found, place, pages = [], None, 0
    while pages == 0 or place is not None:
        page = disuse.page(90 * DAY, place, 2)
        found += [each.token_id for each in page.items]
        place, pages = page.next_place, pages + 1
    assert found == sorted(each.token_id for each in tokens if each is not used)
    assert pages == 3
