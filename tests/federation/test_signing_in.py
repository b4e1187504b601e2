"""Signing in at an identity provider, from the app's request to its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.providers import ProviderKind
from tests.federation.world import asked

if TYPE_CHECKING:
    from tests.federation.world import FederatedWorld


@pytest.mark.parametrize("kind", ProviderKind)
def test_somebody_of_every_kind_of_provider_comes_to_the_account(
    federated: FederatedWorld, kind: ProviderKind
) -> None:
    federated.provider("acme", kind)
    browser = federated.people.browser()
    page = federated.sign_in(browser)
    assert page.path == "/account", page.text
    assert page.texts["own-username"] == "grace@example.com"


def test_an_app_gets_its_code_after_a_sign_in_at_a_provider(federated: FederatedWorld) -> None:
    federated.provider()
    people = federated.people
    browser = people.browser()
    people.authorize(browser, people.web_app)
    url = federated.press(browser)
    browser.get(federated.answer(url), cross_site=True)
    page = people.finish(browser)
    tokens = people.redeem(people.web_app, page.answer["code"]).json
    assert tokens["token_type"] == "Bearer"
    assert asked(url)["redirect_uri"] == "https://auth.example.test/login/acme/callback"
