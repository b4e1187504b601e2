"""A browser that signs out at an app's wish, and the app's ID token of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from authserver.domain.identity_tokens import StatementType
from authserver.domain.keys import SigningAlgorithm
from authserver.services.client_profiles import ProfileChanges

if TYPE_CHECKING:
    from tests.people.browser import Browser
    from tests.people.cast import App
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

LOGOUT: Final = "/oauth2/logout"
BACK: Final = "https://app.example.test/signed-out"
PROFILE: Final = ProfileChanges(post_logout_redirect_uris=(BACK, BACK + "?from=here"))


def add_shop(world: PeopleWorld) -> App:
    """The app Shop, to which a browser may go back after a logout."""
    return world.app("shop", "https://app.example.test/callback", profile=PROFILE)


def id_token(world: PeopleWorld, browser: Browser, app: App) -> str:
    """The ID token of the browser's session, which begins with it."""
    return str(world.tokens(app, browser, scope="openid")["id_token"])


def ask(browser: Browser, **sent: str) -> Page:
    return browser.get(f"{LOGOUT}?{urlencode(sent)}", cross_site=True)


def is_alive(browser: Browser) -> bool:
    return browser.get("/account", follow=False).status == 200


def forged(world: PeopleWorld, kind: StatementType = StatementType.ID_TOKEN, **claims: Any) -> str:
    """A statement that our own key signed."""
    ring = world.container.keys.ring
    return ring.sign_statement(kind, claims, SigningAlgorithm.RS256)


def claims_of(world: PeopleWorld, hint: str) -> dict[str, Any]:
    read = world.container.keys.ring.read_id_token(hint)
    assert read is not None
    return dict(read.claims)
