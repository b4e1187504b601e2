"""Nobody gets rid of a limit of scopes by leaving the provider that sets it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.group_rules import GroupEffect
from authserver.services.scope_ceilings import ceiling_of
from tests.federation.fake_people import FakePerson
from tests.federation.grouping import GRACE, Club
from tests.federation.test_connections import PAGE, connect, linked
from tests.federation.world import ACT

if TYPE_CHECKING:
    from tests.federation.world import FederatedWorld

DEVELOPER = FakePerson(groups=("devs",))


@pytest.fixture
def club(federated: FederatedWorld) -> Club:
    """At acme groups limit scopes; at the other provider anybody may have an account."""
    club = Club(federated)
    club.provider()
    club.rule("devs", GroupEffect.SCOPES, "READ")
    federated.provider("other", fake={"issuer": "https://other.example.net"})
    return club


def ceiling(club: Club, username: str) -> frozenset[str] | None:
    subject = club.federated.user(username).subject
    with club.federated.container.database.reading() as stores:
        return ceiling_of(stores, subject)


@pytest.mark.rule("FE-10")
def test_who_comes_from_a_provider_keeps_its_limit_beside_another_account(club: Club) -> None:
    federated = club.federated
    browser = federated.people.browser()
    federated.sign_in(browser, person=DEVELOPER)
    connect(federated, browser, "other")
    # Also when a form is sent that is not there.
    (meant,) = [each for each in federated.identities(GRACE) if each.provider == "acme"]
    said = {"provider": "acme", "identity_id": meant.identity_id}
    form = {**browser.get(PAGE).forms["disconnect-form-other"].fields, **said}
    assert "disconnect-form-acme" not in browser.page.forms
    page = browser.post("/account/identities/disconnect", form)
    assert page.texts["kept"]
    assert sorted(linked(federated, GRACE)) == ["acme", "other"]
    assert ceiling(club, GRACE) == frozenset({"READ"})
    # What was added may go, and an administrator may end all of it.
    browser.click("disconnect-other")
    federated.container.identities.unlink("acme", DEVELOPER.sub, ACT)
    assert linked(federated, GRACE) == []


def test_who_connected_such_an_account_may_take_it_back(club: Club) -> None:
    federated = club.federated
    federated.people.clock.advance(60)
    browser = federated.people.signed_in()
    connect(federated, browser, "acme", DEVELOPER)
    assert ceiling(club, "ada") == frozenset({"READ"})
    browser.get(PAGE)
    browser.click("disconnect-acme")
    assert linked(federated) == []
    assert ceiling(club, "ada") is None
