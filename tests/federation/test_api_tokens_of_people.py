"""Who signs in at a provider and has no password here holds API tokens like everybody else."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

from authserver.domain.audit import Actor, ActorKind
from authserver.services.administration import Act
from authserver.services.api_token_drafts import ApiTokenDraft, Delivery, Maker

if TYPE_CHECKING:
    from tests.federation.world import FederatedWorld


@pytest.mark.feature(18)
def test_who_has_no_password_makes_and_picks_up_tokens_and_uses_them(
    federated: FederatedWorld,
) -> None:
    federated.provider()
    people, container = federated.people, federated.container
    browser = people.browser()
    federated.sign_in(browser)
    user = federated.user("grace@example.com")
    assert user.password_hash == b""
    draft = ApiTokenDraft(
        user=user.username, purpose="BI export", scopes=["READ"], resources=[people.jira.name]
    )
    own = container.api_tokens.create(
        draft, Act(Actor(ActorKind.USER, user.subject)), Maker(user.subject)
    )
    offered = container.api_tokens.create(
        draft, container.operator, Maker(), delivery=Delivery.LINK
    )
    assert browser.get(urlsplit(offered.link).path, cross_site=True).path == "/account/pick-up"
    picked = browser.click("pick-up").texts["token"]
    people.installation.poll()
    for value in (own.value, picked):
        assert people.lane.is_active(people.jira, value)


@pytest.mark.feature(12)
def test_the_session_of_the_owner_goes_on_when_a_token_is_revoked(
    federated: FederatedWorld,
) -> None:
    people, container = federated.people, federated.container
    browser = people.signed_in()
    draft = ApiTokenDraft(
        user="ada", purpose="BI export", scopes=["READ"], resources=[people.jira.name]
    )
    act, maker = Act(Actor(ActorKind.USER, people.ada.subject)), Maker(people.ada.subject)
    stolen, other = (container.api_tokens.create(draft, act, maker) for _ in range(2))
    container.api_token_power.revoke(stolen.token.token_id, container.operator)
    people.installation.poll()
    assert not people.lane.is_active(people.jira, stolen.value)
    assert people.lane.is_active(people.jira, other.value)
    assert browser.get("/account").status == 200
