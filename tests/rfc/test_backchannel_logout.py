"""Telling clients that a session ended (OpenID Connect Back-Channel Logout 1.0)."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qs

import jwt
import pytest

from authserver.services.client_profiles import ProfileChanges
from authserver.wiring_housekeeping import Housekeeping
from tests.people.world import ISSUER
from tests.rfc.canary import Canary
from tests.upstream.certificates import TestAuthority
from tests.upstream.servers import LoopbackServer, Visit, answer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.conftest import MakeWorld
    from tests.people.browser import Browser
    from tests.people.cast import App
    from tests.people.world import PeopleWorld

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"
OK: Final = answer(b"", kind="text/plain")


@dataclass
class Ear:
    """A client's back-channel: what it is told, and what it answers."""

    said: bytes = OK
    hangs: bool = False
    told: list[bytes] = field(default_factory=list)

    def __call__(self, visit: Visit) -> bool:
        self.told.append(visit.request)
        if self.hangs:
            visit.hang()
        visit.say(self.said)
        return False

    @property
    def tokens(self) -> list[str]:
        """The logout tokens, out of well-formed requests."""
        return [self._token(request) for request in self.told]

    @staticmethod
    def _token(request: bytes) -> str:
        head, _, body = request.partition(b"\r\n\r\n")
        assert head.startswith(b"POST /told HTTP/1.1\r\n"), head
        assert b"content-type: application/x-www-form-urlencoded" in head.lower()
        form = parse_qs(body.decode(), strict_parsing=True)
        assert list(form) == ["logout_token"]
        (token,) = form["logout_token"]
        return token


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def server(ear: Ear, authority: TestAuthority) -> Iterator[LoopbackServer]:
    with LoopbackServer(ear, tls=authority.server_for("127.0.0.1")) as server:
        yield server


@pytest.fixture
def world(make_world: MakeWorld, server: LoopbackServer, authority: TestAuthority) -> PeopleWorld:
    """A world whose administrator lets the client's address be called."""
    return make_world(
        AUTHSERVER_OUTBOUND_CLIENT_ORIGINS=server.origin,
        AUTHSERVER_OUTBOUND_CA_FILE=str(authority.ca_file),
        AUTHSERVER_OUTBOUND_TOTAL_SECONDS="1",
        AUTHSERVER_OUTBOUND_CONNECT_SECONDS="1",
    )


def listener(world: PeopleWorld, origin: str, client_id: str = "listener", **profile: Any) -> App:
    """An app that wants to be told."""
    changes = ProfileChanges(backchannel_logout_uri=f"{origin}/told", **profile)
    return world.app(client_id, f"https://{client_id}.example.test/cb", profile=changes)


def sign_out(browser: Browser) -> None:
    browser.get("/account")
    assert browser.click("sign-out-button").path == "/signed-out"


def deliver(world: PeopleWorld) -> int:
    """What housekeeping does each second."""
    return world.container.logout_deliveries.deliver(lambda: True)


@pytest.mark.rule("LO-05")
def test_a_client_of_the_session_is_told_by_a_signed_token(
    world: PeopleWorld, server: LoopbackServer, ear: Ear
) -> None:
    app = listener(world, server.origin, id_token_algorithm="ES256")
    browser = world.browser()
    tokens = world.tokens(app, browser, scope="openid")
    world.tokens(world.web_app, browser, scope="openid")
    sign_out(browser)
    assert not ear.told
    assert deliver(world) == 1
    (value,) = ear.tokens
    header = jwt.get_unverified_header(value)
    assert (header["typ"], header["alg"]) == ("logout+jwt", "ES256")
    keys = jwt.PyJWKSet.from_json(world.lane.get("/oauth2/jwks").body.decode())
    claims = jwt.decode(
        value,
        keys[header["kid"]],
        algorithms=["ES256"],
        audience=app.client_id,
        issuer=ISSUER,
        options={"verify_exp": False, "verify_iat": False},
    )
    identity = jwt.decode(tokens["id_token"], options={"verify_signature": False})
    assert set(claims) == {"iss", "aud", "iat", "exp", "jti", "events", "sub", "sid"}
    assert claims["aud"] == app.client_id
    assert claims["events"] == {EVENT: {}}
    assert (claims["sub"], claims["sid"]) == (world.ada.subject, identity["sid"])
    assert claims["iat"] == int(world.clock.now())
    assert 0 < claims["exp"] - claims["iat"] <= 120
    assert deliver(world) == 0
    assert len(ear.told) == 1
    (record,) = world.installation.records("logout.told")
    assert record["client_id"] == app.client_id


@pytest.mark.rule("LO-05")
def test_a_logout_token_is_nothing_else(
    world: PeopleWorld, server: LoopbackServer, ear: Ear
) -> None:
    browser = world.browser()
    world.tokens(listener(world, server.origin), browser, scope="openid")
    sign_out(browser)
    deliver(world)
    (value,) = ear.tokens
    assert not world.lane.is_active(world.jira, value)
    userinfo = world.lane.get("/oauth2/userinfo", headers={"Authorization": f"Bearer {value}"})
    assert userinfo.status == 401
    again = world.signed_in()
    page = again.get(f"/oauth2/logout?id_token_hint={value}")
    assert page.status == 400


@pytest.mark.rule("LO-05")
@pytest.mark.parametrize("deed", ["end", "disable", "sign in as another"])
def test_however_a_session_ends_its_clients_are_told(
    world: PeopleWorld, server: LoopbackServer, ear: Ear, deed: str
) -> None:
    browser = world.browser()
    world.tokens(listener(world, server.origin), browser, scope="openid")
    container = world.container
    (session,) = container.sessions.list(world.ada.subject)
    if deed == "end":
        container.sessions.end(session.session_id, container.operator)
    elif deed == "disable":
        container.users.disable("ada", container.operator)
    else:
        world.clock.advance(1)
        world.authorize(browser, world.web_app, prompt="login")
        world.sign_in(browser, world.user("bob"))
    assert deliver(world) == 1
    assert len(ear.tokens) == 1


@pytest.mark.rule("LO-05")
def test_a_client_that_hangs_holds_up_no_logout_and_is_told_later(
    world: PeopleWorld, server: LoopbackServer, ear: Ear
) -> None:
    ear.hangs = True
    browser = world.browser()
    world.tokens(listener(world, server.origin), browser, scope="openid")
    slept = sum(world.clock.slept)
    sign_out(browser)
    assert sum(world.clock.slept) - slept <= 2
    assert not ear.told
    assert deliver(world) == 0
    ear.hangs = False
    assert deliver(world) == 0, "it is not tried again at once"
    world.clock.advance(2)
    assert deliver(world) == 1
    first, second = ear.tokens
    assert first != second, "each attempt has a token of its own"


@pytest.mark.rule("LO-05")
@pytest.mark.parametrize("status", [302, 307, 400, 404, 500, 503])
def test_a_client_that_refuses_is_tried_again_ever_more_rarely_for_an_hour(
    world: PeopleWorld, server: LoopbackServer, ear: Ear, status: int
) -> None:
    with Canary() as canary:
        ear.said = answer(b"", status=f"{status} No", extra=(f"Location: {canary.url}",))
        browser = world.browser()
        world.tokens(listener(world, server.origin), browser, scope="openid")
        sign_out(browser)
        begin, times = world.clock.now(), []
        while world.clock.now() < begin + 2 * 3600:
            before = server.connections
            deliver(world)
            if server.connections > before:
                times.append(world.clock.now() - begin)
            world.clock.advance(30)
    assert canary.hits == 0
    assert 6 <= len(times) <= 20
    assert times[-1] <= 3600
    (record,) = world.installation.records("logout.not_told")
    assert record["outcome"] == "failed"
    assert not world.installation.records("logout.told")


@pytest.mark.rule("LO-05", "HT-05")
@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "10.0.0.1", "169.254.169.254", "[::ffff:127.0.0.1]"]
)
def test_no_address_inside_is_called_that_nobody_opened(world: PeopleWorld, host: str) -> None:
    with Canary() as canary:
        port = canary.url.split(":")[2].split("/")[0]
        browser = world.browser()
        world.tokens(listener(world, f"https://{host}:{port}"), browser, scope="openid")
        world.tokens(listener(world, f"https://{host}", "other"), browser, scope="openid")
        sign_out(browser)
        assert deliver(world) == 0
    assert canary.hits == 0
    records = world.installation.records("logout.not_told")
    assert {record["client_id"] for record in records} == {"listener", "other"}


def test_a_client_that_is_gone_is_not_told(
    world: PeopleWorld, server: LoopbackServer, ear: Ear
) -> None:
    app = listener(world, server.origin)
    browser = world.browser()
    world.tokens(app, browser, scope="openid")
    sign_out(browser)
    world.container.clients.delete(app.client_id, world.container.operator)
    assert deliver(world) == 0
    assert not ear.told
    assert not world.installation.records("logout.not_told")


def test_housekeeping_tells_clients(world: PeopleWorld, server: LoopbackServer, ear: Ear) -> None:

    browser = world.browser()
    world.tokens(listener(world, server.origin), browser, scope="openid")
    sign_out(browser)
    stop = threading.Event()
    keeper = threading.Thread(target=Housekeeping(world.container).run, args=(stop,))
    keeper.start()
    try:
        for _ in range(200):
            if ear.told:
                break
            stop.wait(0.05)
    finally:
        stop.set()
        keeper.join(30)
    assert len(ear.tokens) == 1
