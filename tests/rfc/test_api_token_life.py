"""What becomes of API tokens, seen by the site that asks about them (rows of the promises)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pytest

from authserver.domain.api_tokens import ApiTokenStatus, SubjectType
from authserver.domain.audit import Actor, ActorKind
from authserver.services.administration import Act
from authserver.services.api_token_drafts import ApiTokenDraft, Delivery, Maker
from authserver.services.clients import ClientUpdate
from tests.people.cast import ADA
from tests.rfc.granted import Granter, add_person

if TYPE_CHECKING:
    from authserver.services.api_token_drafts import MadeApiToken
    from tests.instances import Caller, Site
    from tests.people.cast import Person
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

ADMIN: Final = Act(Actor(ActorKind.ADMINISTRATOR, "alice"), "request-of-alice", "192.0.2.1")


class Life:
    """Tokens of ada and of the service reader, and what the site hears of them."""

    def __init__(self, installation: Installation, site: Site, person: Person) -> None:
        self.installation = installation
        self.container = installation.container
        self.site = site
        self.person = person

    def own(self, **stated: Any) -> MadeApiToken:
        """What ada makes for herself."""
        draft = self.draft(**stated)
        act = Act(Actor(ActorKind.USER, self.person.subject))
        return self.container.api_tokens.create(draft, act, Maker(self.person.subject))

    def service(self, **stated: Any) -> MadeApiToken:
        stated = {"subject_type": SubjectType.SERVICE, "client_id": "reader", **stated}
        return self.container.api_tokens.create(self.draft(**stated), ADMIN, Maker())

    def works(self, *values: str) -> list[bool]:
        """Whether each is active at the site, for a worker that has just looked."""
        self.installation.poll()
        return [self.installation.lane.is_active(self.site, value) for value in values]

    def draft(self, **stated: Any) -> ApiTokenDraft:
        """A token for ada that may READ."""
        fields = {
            "user": "ada",
            "purpose": "BI export",
            "scopes": ["READ"],
            "resources": [self.site.name],
        }
        return ApiTokenDraft(**{**fields, **stated})


@pytest.fixture
def life(installation: Installation, jira: Site, reader: Caller) -> Life:
    return Life(installation, jira, add_person(installation, "ada", ADA))


@pytest.mark.rule("AK-03")
@pytest.mark.feature(12)
@pytest.mark.feature(13)
def test_a_revoked_token_is_dead_and_the_others_go_on(life: Life) -> None:
    made = [life.own() for _ in range(3)]
    values = [each.value for each in made]
    assert life.works(*values) == [True, True, True]
    life.container.api_token_power.revoke(made[1].token.token_id, ADMIN)
    assert life.works(*values) == [True, False, True]
    life.container.api_token_power.disable(made[0].token.token_id, ADMIN)
    assert life.works(*values) == [False, False, True]
    life.container.api_token_power.enable(made[0].token.token_id, ADMIN)
    assert life.works(*values) == [True, False, True]


@pytest.mark.feature(8)
def test_a_token_expires_by_itself(life: Life) -> None:
    value = life.own(expires_in=60.0).value
    now = life.container.clock.now()
    life.installation.clock.set_now(now + 59)
    assert life.works(value) == [True]
    life.installation.clock.set_now(now + 61)
    assert life.works(value) == [False]
    life.container.api_token_ends.note(lambda: True)
    assert life.works(value) == [False]


@pytest.mark.feature(5)
def test_both_secrets_work_until_the_overlap_ends(life: Life) -> None:
    old = life.own()
    maker = Maker(life.person.subject)
    new = life.container.api_tokens.rotate(
        old.token.token_id, ADMIN, maker, overlap_seconds=86_400.0
    )
    assert life.works(old.value, new.value) == [True, True]
    life.installation.clock.advance(86_399)
    assert life.works(old.value, new.value) == [True, True]
    life.installation.clock.advance(2)
    assert life.works(old.value, new.value) == [False, True]


@pytest.mark.feature(15)
def test_what_an_incident_means_is_dead_when_the_act_has_ended(life: Life) -> None:
    mine, theirs = life.own().value, life.service().value
    assert life.works(mine, theirs) == [True, True]
    bulk = life.container.api_token_bulk
    done = bulk.act(bulk.plan("client=reader", ApiTokenStatus.DISABLED), ADMIN)
    assert life.works(mine, theirs) == [True, False]
    bulk.act(bulk.plan(f'incident="{done.incident}"', ApiTokenStatus.ENABLED), ADMIN)
    assert life.works(mine, theirs) == [True, True]


@pytest.mark.feature(14)
def test_every_credential_of_a_user_rests_and_works_again(
    life: Life, lane: Lane, reader: Caller
) -> None:
    granter = Granter(life.installation, life.person)
    app = granter.app(life.site)
    granted = granter.allow(app, scopes=frozenset({"READ", "offline_access"}), site=life.site)
    mine, theirs, other = life.own().value, life.service().value, lane.token(reader)

    def refreshed() -> int:
        form = {"grant_type": "refresh_token", "refresh_token": granted.refresh_token}
        return lane.post("/oauth2/token", form, app.authorization).status

    all_of_it = (mine, theirs, granted.access_token, other)
    assert life.works(*all_of_it) == [True, True, True, True]
    report = life.container.user_credentials.disable("ada", ADMIN)
    assert (len(report.api_tokens), len(report.grants)) == (2, 1)
    # The service answers to nobody now, but its own access tokens are no business of ada's.
    assert life.works(*all_of_it) == [False, False, False, True]
    assert refreshed() == 400
    life.container.user_credentials.enable("ada", ADMIN)
    # Access tokens from before stay dead: apps get new ones.
    assert life.works(*all_of_it) == [True, True, False, True]
    assert refreshed() == 200


@pytest.mark.feature(17)
def test_an_administrator_never_has_the_secret_of_a_users_token(life: Life) -> None:
    draft = life.draft()
    made = life.container.api_tokens.create(draft, ADMIN, Maker(), delivery=Delivery.LINK)
    assert made.value == ""
    records = life.installation.records("token.created")
    assert records[-1]["actor"]["id"] == "alice"
    assert records[-1]["details"]["subject"] == life.person.subject
    ticket = made.link.rpartition("/")[2]
    act = Act(Actor(ActorKind.USER, life.person.subject))
    picked = life.container.token_pick_ups.pick_up(ticket, life.person.subject, act)
    assert life.works(picked.value) == [True]


@pytest.mark.rule("AK-02")
def test_a_token_does_what_its_owner_may_do_now(life: Life) -> None:
    value = life.service(scopes=["READ"]).value
    assert life.works(value) == [True]
    life.container.clients.update("reader", ClientUpdate(scopes=[]), ADMIN)
    assert life.works(value) == [False]
