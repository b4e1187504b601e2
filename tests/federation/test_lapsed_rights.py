"""Whoever loses what groups gave, by a local password, goes on with tokens that count."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.group_rules import GroupEffect
from tests.federation.test_connections import connect
from tests.services.grouped import rule

if TYPE_CHECKING:
    from tests.federation.world import FederatedWorld


def test_tokens_of_a_sign_in_that_took_something_count(federated: FederatedWorld) -> None:
    fake = federated.provider()
    fake.claims["groups"] = ["Ops"]
    people = federated.people
    with federated.container.database.writing() as stores:
        stores.providers.add_rule(rule("Ops", GroupEffect.ADMINISTRATOR, provider="acme"))
    connect(federated, people.signed_in())
    (identity,) = federated.identities("ada")
    assert identity.is_administrator
    people.clock.advance(31 * 86_400)
    browser = people.signed_in()
    (identity,) = federated.identities("ada")
    assert not identity.is_administrator
    people.authorize(browser, people.web_app, scope="openid READ")
    answer = people.redeem(people.web_app, people.finish(browser).answer["code"])
    assert answer.status == 200, answer.body
    people.installation.poll()
    assert people.lane.is_active(people.jira, answer.json["access_token"])
