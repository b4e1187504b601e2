"""The device authorization grant (RFC 8628), from the device's side."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from authserver.domain.clients import ClientAuthMethod, GrantType
from authserver.domain.user_codes import LETTERS
from authserver.services.clients import ClientUpdate
from tests.rfc.devices import SCOPE, Device, add_device_app, asked, begin

if TYPE_CHECKING:
    from tests.people.cast import App
    from tests.people.world import PeopleWorld


@pytest.fixture
def tv(world: PeopleWorld) -> App:
    """A public client for devices."""
    return add_device_app(world)


def allowed(world: PeopleWorld, app: App, **form: str) -> Device:
    """A device whose user has just allowed it."""
    device = begin(world, app, **form)
    browser = world.signed_in()
    device.enter(browser)
    page = browser.click("allow")
    assert "allowed" in page.texts, page.text
    return device


def test_a_device_is_told_its_codes_and_where_to_send_its_user(world: PeopleWorld, tv: App) -> None:
    answer = asked(world, tv)
    assert answer.headers["cache-control"] == "no-store"
    told = answer.json
    issuer = world.installation.settings.issuer
    assert told["device_code"].startswith("asv_dc_")
    assert re.fullmatch(f"[{LETTERS}]{{4}}-[{LETTERS}]{{4}}", told["user_code"])
    assert told["verification_uri"] == f"{issuer}/device"
    assert told["verification_uri_complete"] == f"{issuer}/device?user_code={told['user_code']}"
    assert (told["expires_in"], told["interval"]) == (600, 5)


def test_the_endpoint_and_the_grant_are_announced(world: PeopleWorld) -> None:
    told = world.lane.get("/.well-known/openid-configuration").json
    assert told["device_authorization_endpoint"].endswith("/oauth2/device_authorization")
    assert GrantType.DEVICE_CODE in told["grant_types_supported"]


def test_no_code_is_stored_in_clear(world: PeopleWorld, tv: App) -> None:
    told = begin(world, tv).told
    world.installation.worker.close()
    for path in world.installation.folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert told["device_code"].encode() not in data, path
            assert told["user_code"].encode() not in data, path
            assert told["user_code"].replace("-", "").encode() not in data, path


def test_a_client_without_the_grant_cannot_begin(world: PeopleWorld) -> None:
    assert asked(world, world.spa).error == (400, "unauthorized_client")


@pytest.mark.rule("CA-01")
def test_a_confidential_client_authenticates_to_begin_and_to_poll(world: PeopleWorld) -> None:
    app = add_device_app(world, "box", auth_method=ClientAuthMethod.SECRET_BASIC)
    device = begin(world, app)
    fields = {"client_id": "box", "scope": "openid"}
    answer = world.lane.post("/oauth2/device_authorization", fields)
    assert answer.error == (401, "invalid_client")
    poll = {
        "client_id": "box",
        "grant_type": GrantType.DEVICE_CODE,
        "device_code": device.told["device_code"],
    }
    assert world.lane.post("/oauth2/token", poll).error == (401, "invalid_client")


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({"scope": "openid nonsense"}, "invalid_scope"),
        ({"scope": "openid  READ"}, "invalid_scope"),
        ({"scope": "ADMIN"}, "invalid_scope"),
        ({"resource": "https://nowhere.example.test"}, "invalid_target"),
    ],
)
def test_a_device_asks_only_for_what_its_client_may_have(
    world: PeopleWorld, tv: App, form: dict[str, str], error: str
) -> None:
    assert asked(world, tv, **form).error == (400, error)


def test_without_a_scope_a_device_asks_for_all_but_offline_access(
    world: PeopleWorld, tv: App
) -> None:
    granted = allowed(world, tv, scope="").poll().json["scope"].split()
    assert set(granted) == set(tv.scopes) - {"offline_access"}


def test_a_device_waits_until_its_user_answers(world: PeopleWorld, tv: App) -> None:
    device = begin(world, tv)
    for _ in range(3):
        assert device.poll().error == (400, "authorization_pending")
    device.enter(world.signed_in())
    assert device.poll().error == (400, "authorization_pending")


def test_a_device_that_asks_too_often_is_slowed_down_for_good(world: PeopleWorld, tv: App) -> None:
    device = begin(world, tv)
    assert device.poll(after=0).error == (400, "authorization_pending")
    assert device.poll(after=1).error == (400, "slow_down")
    assert device.poll(after=5).error == (400, "slow_down")
    assert device.poll(after=10).error == (400, "slow_down")
    assert device.poll(after=20).error == (400, "authorization_pending")
    assert device.poll(after=19).error == (400, "authorization_pending")


def test_the_beat_of_a_network_is_forgiven(world: PeopleWorld, tv: App) -> None:
    device = begin(world, tv)
    for _ in range(4):
        assert device.poll(after=4.2).error == (400, "authorization_pending")


def test_waiting_leaves_no_records(world: PeopleWorld, tv: App) -> None:
    device = begin(world, tv)
    before = len(world.installation.records())
    device.poll()
    device.poll(after=0)
    assert len(world.installation.records()) == before


def test_a_device_that_was_allowed_gets_tokens_for_its_user(world: PeopleWorld, tv: App) -> None:
    answer = allowed(world, tv).poll()
    assert answer.status == 200, answer.body
    told = answer.json
    assert set(told) == {
        "access_token", "token_type", "expires_in", "scope", "refresh_token", "id_token",
    }  # fmt: skip
    assert told["scope"] == "READ offline_access openid"
    claims = world.lane.introspect(world.jira, told["access_token"])
    assert (claims["sub"], claims["client_id"]) == (world.ada.subject, "screen")


def test_only_the_first_poll_gets_tokens_and_they_live_on(world: PeopleWorld, tv: App) -> None:
    device = allowed(world, tv)
    told = device.poll().json
    assert device.poll().error == (400, "invalid_grant")
    assert world.lane.is_active(world.jira, told["access_token"])


def test_a_refresh_token_outlives_the_session_it_was_allowed_in(
    world: PeopleWorld, tv: App
) -> None:
    device = begin(world, tv)
    browser = world.signed_in()
    device.enter(browser)
    browser.click("allow")
    told = device.poll().json
    container = world.container
    for session in container.sessions.list(world.ada.subject):
        container.sessions.end(session.session_id, container.operator)
    fields = {
        "grant_type": "refresh_token",
        "refresh_token": told["refresh_token"],
        "client_id": "screen",
    }
    assert world.lane.post("/oauth2/token", fields).status == 200


def test_without_offline_access_there_is_no_refresh_token(world: PeopleWorld, tv: App) -> None:
    told = allowed(world, tv, scope="openid READ").poll().json
    assert "refresh_token" not in told


def test_a_device_that_was_refused_is_told_so(world: PeopleWorld, tv: App) -> None:
    device = begin(world, tv)
    browser = world.signed_in()
    device.enter(browser)
    page = browser.click("deny")
    assert "denied" in page.texts
    assert device.poll().error == (400, "access_denied")
    assert device.poll().error == (400, "access_denied")


@pytest.mark.parametrize("answered", [False, True])
def test_a_device_code_is_over_after_ten_minutes(
    world: PeopleWorld, tv: App, *, answered: bool
) -> None:
    device = allowed(world, tv) if answered else begin(world, tv)
    assert device.poll(after=599).status == (200 if answered else 400)
    if not answered:
        assert device.poll(after=1).error == (400, "expired_token")


def test_an_answer_that_comes_too_late_for_the_poll_gives_nothing(
    world: PeopleWorld, tv: App
) -> None:
    assert allowed(world, tv).poll(after=601).error == (400, "expired_token")


def test_a_device_code_is_good_for_its_own_client_alone(world: PeopleWorld, tv: App) -> None:
    other = add_device_app(world, "radio")
    device = allowed(world, tv)
    assert device.poll(other).error == (400, "invalid_grant")
    assert device.poll().status == 200


@pytest.mark.parametrize("value", ["asv_dc_nonsense", "x", "%00", "é"])
def test_a_code_that_is_none_is_refused(world: PeopleWorld, tv: App, value: str) -> None:
    assert begin(world, tv).poll(device_code=value).status == 400


def test_a_poll_without_a_code_is_refused(world: PeopleWorld, tv: App) -> None:
    assert begin(world, tv).poll(device_code="").error == (400, "invalid_request")


def test_a_resource_at_the_poll_must_be_the_one_that_was_allowed(
    world: PeopleWorld, tv: App
) -> None:
    device = allowed(world, tv)
    assert device.poll(resource="https://elsewhere.example.test").error == (400, "invalid_target")
    assert device.poll(resource=world.jira.identifier).status == 200


@pytest.mark.parametrize("stop", ["user", "client", "scope", "grant", "resource"])
def test_what_was_taken_away_since_gives_no_tokens(world: PeopleWorld, tv: App, stop: str) -> None:
    device = allowed(world, tv, scope=SCOPE)
    container, act = world.container, world.container.operator
    if stop == "user":
        container.users.disable(world.ada.username, act)
    elif stop == "client":
        container.clients.disable("screen", act)
    elif stop == "scope":
        container.clients.update("screen", ClientUpdate(remove_scopes=["READ", "WRITE"]), act)
    elif stop == "grant":
        container.clients.update("screen", ClientUpdate(grant_types=["authorization_code"]), act)
    else:
        container.resources.disable("jira-main", act)
    world.installation.poll()
    answer = device.poll()
    expected = {
        "client": (401, "invalid_client"),
        "resource": (400, "invalid_target"),
        "grant": (400, "unauthorized_client"),
    }
    assert answer.error == expected.get(stop, (400, "invalid_grant"))


def test_a_stolen_flood_of_wrong_codes_is_throttled_for_public_clients(
    world: PeopleWorld, tv: App
) -> None:
    device = begin(world, tv)
    statuses = {device.poll(after=0, device_code=f"asv_dc_{n}").status for n in range(40)}
    assert 429 in statuses


def test_the_acts_of_device_and_user_are_on_record(world: PeopleWorld, tv: App) -> None:
    allowed(world, tv).poll()
    actions = [each["action"] for each in world.installation.records()]
    for action in ("device.requested", "grant.created", "consent.given", "token.issued"):
        assert action in actions
