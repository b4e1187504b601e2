"""Devices without a browser, from outside (RFC 8628)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.clients import ClientAuthMethod, GrantType

if TYPE_CHECKING:
    from tests.machine.doors import Answer
    from tests.people.browser import Browser
    from tests.people.cast import App
    from tests.people.pages import Page
    from tests.people.world import PeopleWorld

BEGIN: Final = "/oauth2/device_authorization"
TOKEN: Final = "/oauth2/token"
AGENT: Final = "Mozilla/5.0 (SMART-TV; Linux) Firefox/128.0"
SCOPE: Final = "openid offline_access READ"


def add_device_app(world: PeopleWorld, client_id: str = "screen", **stated: Any) -> App:
    """A public client for devices, or as stated."""
    usual = {
        "auth_method": ClientAuthMethod.NONE,
        "grant_types": (GrantType.DEVICE_CODE, GrantType.REFRESH_TOKEN),
    }
    return world.app(client_id, "http://127.0.0.1/unused", **{**usual, **stated})


@dataclass
class Device:
    """One device of an app; `told` is what it got when it began."""

    world: PeopleWorld
    app: App
    told: dict[str, Any]

    @property
    def user_code(self) -> str:
        """What it shows."""
        return str(self.told["user_code"])

    def poll(self, app: App | None = None, *, after: float = 5.0, **form: str) -> Answer:
        """Ask for tokens, `after` seconds from now."""
        self.world.clock.set_now(self.world.clock.now() + after)
        device_code = str(self.told["device_code"])
        fields = {"grant_type": GrantType.DEVICE_CODE.value, "device_code": device_code, **form}
        return knock(self.world, app or self.app, TOKEN, fields)

    def enter(self, browser: Browser, typed: str | None = None) -> Page:
        """Type the code it shows (or another) into the page."""
        page = browser.get("/device")
        assert page.status == 200, page.text
        return browser.click("continue", user_code=self.user_code if typed is None else typed)


def begin(world: PeopleWorld, app: App, **form: str) -> Device:
    """A device begins."""
    answer = asked(world, app, **form)
    assert answer.status == 200, answer.body
    return Device(world, app, dict(answer.json))


def asked(world: PeopleWorld, app: App, **form: str) -> Answer:
    """The answer to a device that begins; without `scope` it asks for the usual."""
    fields = {"scope": SCOPE, **form}
    return knock(world, app, BEGIN, {name: value for name, value in fields.items() if value})


def knock(world: PeopleWorld, app: App, path: str, fields: dict[str, str]) -> Answer:
    """A form of the app's, authenticated as it is registered."""
    if app.authorization is None:
        fields = {"client_id": app.client_id, **fields}
    headers = {"User-Agent": AGENT}
    return world.lane.post(path, fields, app.authorization, headers=headers, peer="203.0.113.9")
