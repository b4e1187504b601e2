"""A person signs in through each stand-in, and reaches her account here and an app of ours."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import jwt
import pytest
import requests
from playwright.sync_api import expect

from tests.browser.served import ISSUER
from tests.browser.steps import reached_app, redeem, request_url
from tests.standins.cast import ENGINEERS, GRACE
from tests.standins.house import KINDS
from tests.standins.walking import choose, prove, sign_in_through

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.standins.house import House


@pytest.mark.parametrize("kind", KINDS)
def test_a_person_signs_in_at_the_provider_and_reaches_her_account_and_an_app(
    house: House, page: Page, kind: str
) -> None:
    provider = house.provider(kind)
    page.goto("/account")
    sign_in_through(page, provider)
    page.wait_for_url(f"{ISSUER}/account")
    expect(page.locator("main")).to_contain_text(GRACE.email)
    page.goto("/account/identities")
    expect(page.locator("main")).to_contain_text(
        GRACE.username if kind == "generic" else GRACE.login
    )

    # An app of ours: nobody is asked to sign in once more.
    page.goto(request_url(house.app, scope="openid profile email READ", prompt="consent"))
    page.locator("#allow").click()
    tokens = redeem(house.served, house.app, reached_app(page)["code"])
    claims = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    told = userinfo(house, tokens["access_token"])
    assert claims["iss"] == ISSUER
    assert claims["sub"] == told["sub"] != GRACE.key
    assert told["email"] == GRACE.email
    if kind != "cognito":
        # The stand-in has no names.
        assert told["name"] == GRACE.name


def userinfo(house: House, token: str) -> dict[str, Any]:
    url = f"http://localhost:{house.served.instance.port}/oauth2/userinfo"
    answer = requests.get(url, headers={"Authorization": f"Bearer {token}"}, timeout=10)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def test_an_app_sends_a_person_who_comes_back_to_it_from_the_provider(
    house: House, page: Page
) -> None:
    provider = house.provider("okta")
    page.goto(request_url(house.app, scope="openid email READ", prompt="login consent"))
    choose(page, provider)
    prove(page, provider)
    page.locator("#allow").click()
    assert "code" in reached_app(page)


def test_who_signs_out_here_is_signed_out_there(house: House, page: Page) -> None:
    provider = house.provider("generic")
    page.goto("/account")
    sign_in_through(page, provider)
    page.wait_for_url(f"{ISSUER}/account")
    page.locator("#sign-out-button").click()
    # It asks once more, as OpenID Connect RP-Initiated Logout allows.
    page.get_by_role("button", name="Yes, sign me out").click()
    page.wait_for_url(f"{ISSUER}/signed-out**")
    page.goto("/account")
    choose(page, provider)
    expect(page.locator("input[name=login]")).to_be_visible()


def test_a_group_there_is_a_group_here_for_as_long_as_its_rule(house: House, page: Page) -> None:
    provider, run = house.provider("okta"), house.run
    run("group", "create", "builders")
    run("provider", "group-rule", "add", provider, ENGINEERS, "--to-group", "builders")
    page.goto("/account")
    sign_in_through(page, provider)
    page.wait_for_url(f"{ISSUER}/account")
    expect(page.locator("main")).to_contain_text("builders")
    (rule,) = json.loads(run("provider", "group-rule", "list", provider, "--json"))["group_rules"]
    run("provider", "group-rule", "remove", provider, rule["rule_id"])
    page.reload()
    expect(page.locator("main")).not_to_contain_text("builders")
