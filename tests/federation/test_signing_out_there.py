"""Who signs out here is signed out at the provider, too, or offered to be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import parse_qsl, urlsplit

import pytest

from authserver.domain.providers import LogoutRule, ProviderKind
from authserver.services.client_profiles import ProfileChanges
from tests.federation.fake_provider import COGNITO_DOMAIN
from tests.federation.world import ACT

if TYPE_CHECKING:
    from tests.federation.world import FederatedWorld
    from tests.people.browser import Browser
    from tests.people.pages import Page

OURS: Final = "auth.example.test"
BACK: Final = "https://auth.example.test/signed-out"
AFTERWARDS: Final = "https://app.example.test/bye"


def arrived(federated: FederatedWorld) -> Browser:
    browser = federated.people.browser()
    assert federated.sign_in(browser).path == "/account"
    return browser


def sign_out(browser: Browser) -> Page:
    """By the button of the account page."""
    browser.get("/account")
    return browser.click("sign-out-button")


def way_out(page: Page) -> tuple[str, dict[str, str]]:
    """Where the page leads to the provider: the endpoint and the parameters."""
    (link,) = [each for each in page.links if urlsplit(each).netloc not in ("", OURS)]
    parts = urlsplit(link)
    return f"{parts.scheme}://{parts.netloc}{parts.path}", dict(parse_qsl(parts.query))


def goes_on(page: Page) -> bool:
    return 'http-equiv="refresh"' in page.text


def test_who_signs_out_goes_on_to_the_provider(federated: FederatedWorld) -> None:
    fake = federated.provider(logout=LogoutRule.ID_TOKEN_HINT)
    browser = arrived(federated)
    page = sign_out(browser)
    assert page.status == 200
    assert goes_on(page)
    assert "going-on" in page.texts
    endpoint, query = way_out(page)
    assert endpoint == fake.endpoint("logout")
    assert set(query) == {"id_token_hint", "post_logout_redirect_uri"}
    assert query["post_logout_redirect_uri"] == BACK
    assert query["id_token_hint"].count(".") == 2
    # Ours is over by then, whatever happens there.
    assert browser.get("/account").path == "/login"
    assert browser.get("/signed-out").texts["signed-out"]


def test_the_provider_is_told_whom_by_the_hint_of_its_id_token(federated: FederatedWorld) -> None:
    federated.provider(
        kind=ProviderKind.ENTRA,
        logout=LogoutRule.LOGOUT_HINT,
        fake={"claims": {"login_hint": "O.CiQ2OTAy&x"}},
    )
    _, query = way_out(sign_out(arrived(federated)))
    assert query == {"logout_hint": "O.CiQ2OTAy&x", "post_logout_redirect_uri": BACK}


def test_without_that_hint_the_provider_asks_whom(federated: FederatedWorld) -> None:
    federated.provider(kind=ProviderKind.ENTRA, logout=LogoutRule.LOGOUT_HINT)
    _, query = way_out(sign_out(arrived(federated)))
    # Neither name nor address: those are not what names an account there.
    assert query == {"post_logout_redirect_uri": BACK}


def test_cognito_has_parameters_of_its_own(federated: FederatedWorld) -> None:
    federated.provider(kind=ProviderKind.COGNITO, logout=LogoutRule.COGNITO)
    endpoint, query = way_out(sign_out(arrived(federated)))
    assert endpoint == f"https://{COGNITO_DOMAIN}/logout"
    assert query == {"client_id": "client-at-provider", "logout_uri": BACK}


@pytest.mark.parametrize(
    ("rule", "metadata"),
    [
        (LogoutRule.NONE, {}),
        (LogoutRule.ID_TOKEN_HINT, {"end_session_endpoint": None}),
        (LogoutRule.LOGOUT_HINT, {"end_session_endpoint": None}),
    ],
)
def test_where_there_is_no_way_out_the_sign_out_is_ours_alone(
    federated: FederatedWorld, rule: LogoutRule, metadata: dict[str, object]
) -> None:
    federated.provider(logout=rule, fake={"metadata": metadata})
    page = sign_out(arrived(federated))
    assert page.path == "/signed-out"
    assert not goes_on(page)
    assert "sign-out-there" not in page.texts


def test_a_local_user_is_offered_nothing(federated: FederatedWorld) -> None:
    federated.provider(logout=LogoutRule.ID_TOKEN_HINT)
    browser = federated.people.signed_in()
    assert sign_out(browser).path == "/signed-out"


def test_the_clients_own_address_comes_first(federated: FederatedWorld) -> None:
    federated.provider(logout=LogoutRule.ID_TOKEN_HINT)
    browser, id_token = _through_an_app(federated)
    page = browser.get(
        f"/oauth2/logout?id_token_hint={id_token}&post_logout_redirect_uri={AFTERWARDS}",
        cross_site=True,
    )
    assert page.location == AFTERWARDS


def test_who_is_signed_out_by_an_app_is_offered_to_sign_out_there(
    federated: FederatedWorld,
) -> None:
    fake = federated.provider(logout=LogoutRule.ID_TOKEN_HINT)
    browser, id_token = _through_an_app(federated)
    page = browser.get(f"/oauth2/logout?id_token_hint={id_token}", cross_site=True)
    assert page.status == 200
    assert not goes_on(page)
    assert "still-there" in page.texts
    assert way_out(page)[0] == fake.endpoint("logout")
    assert browser.get("/account").path == "/login"


def test_the_id_token_is_in_no_log_and_not_in_the_database(
    federated: FederatedWorld, caplog: pytest.LogCaptureFixture
) -> None:
    fake = federated.provider(logout=LogoutRule.ID_TOKEN_HINT)
    browser = arrived(federated)
    _, query = way_out(sign_out(browser))
    token = query["id_token_hint"]
    assert token not in caplog.text
    database = federated.people.installation.folder / "var" / "authserver.db"
    for each in database.parent.glob("authserver.db*"):
        assert token.encode() not in each.read_bytes()
    assert fake.http.strangers == []


def test_a_disabled_provider_is_led_to_by_nobody(federated: FederatedWorld) -> None:
    federated.provider(logout=LogoutRule.ID_TOKEN_HINT)
    browser = arrived(federated)
    federated.container.providers.disable("acme", ACT)
    assert browser.get("/account").path == "/login"


def _through_an_app(federated: FederatedWorld) -> tuple[Browser, str]:
    """A browser in which somebody came to an app through the provider, and the app's ID token."""
    people = federated.people
    app = people.app(
        "shop",
        "https://shop.example.test/callback",
        profile=ProfileChanges(
            redirect_uris=("https://shop.example.test/callback",),
            post_logout_redirect_uris=(AFTERWARDS,),
        ),
    )
    browser = people.browser()
    people.authorize(browser, app)
    url = federated.press(browser)
    browser.get(federated.answer(url), cross_site=True)
    tokens = people.redeem(app, people.finish(browser).answer["code"]).json
    return browser, tokens["id_token"]
