"""However many answer or poll one device, or register with one token: each thing happens once."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

import pytest
import requests

from authserver.domain.calls import Call
from authserver.domain.clients import GrantType
from authserver.domain.errors import NotFound
from authserver.services.initial_access_tokens import InitialTokenDraft
from authserver.services.sessions import SignedIn
from tests.people.cast import add_app
from tests.races.families import CALLERS, INVALID_GRANT, TOKEN, Callers, Family, family
from tests.races.weakened import weakened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from authserver.services.device_requests import StartedDevice
    from tests.people.cast import App
    from tests.races.families import Deployment

OPEN: Final = {"AUTHSERVER_REGISTRATION_MODE": "token"}
QUOTA: Final = 7
NO_LIMITS: Final = """
import authserver.storage.devices as devices
import authserver.storage.initial_access_tokens as initial_access_tokens

devices.DeviceRows.move = lambda self, device, **_: True
initial_access_tokens.InitialAccessTokenRows.use_initial = lambda self, token_id, now: True
"""
"""A device code is never spent, and a quota never used up."""


class Devices:
    """Devices of one client, the user who answers them, and fifty who poll at once."""

    def __init__(self, racing: Family) -> None:
        self.racing = racing
        self.container = racing.codes.container
        self.app: App = add_app(
            self.container,
            racing.site,
            "box",
            "https://box.example.com/callback",
            grant_types=(GrantType.DEVICE_CODE,),
            scopes=("openid", "READ"),
        )
        assert self.app.authorization is not None
        self.callers = Callers(racing.servers, self.app.authorization)
        session = racing.codes.session()
        with self.container.database.reading() as stores:
            user = stores.users.get(session.subject)
        assert user is not None
        self.signed_in = SignedIn(session, user)

    def call(self, network: int = 1) -> Call:
        return Call(self.container.clock.now(), "r-devices", f"192.0.{network}.1")

    def begin(self) -> StartedDevice:
        client = self.container.clients.get("box")
        return self.container.device_requests.begin(
            client, "openid READ", (), user_agent="", call=self.call()
        )

    def answer(
        self, decide: Callable[..., object], device: StartedDevice, network: int = 1
    ) -> bool:
        """Whether this answer was the one that counts; every other is a wrong guess."""
        try:
            decide(device.user_code, self.signed_in, self.call(network))
        except NotFound:
            return False
        return True

    def poll_at_once(self) -> int:
        """Fifty polls of one device that was allowed: how many got tokens."""
        device = self.begin()
        assert self.answer(self.container.device_answers.allow, device)
        form = {"grant_type": GrantType.DEVICE_CODE.value, "device_code": device.device_code}
        replies = self.callers.at_once([(TOKEN, form)] * CALLERS)
        assert {reply.error for reply in replies if not reply.is_good} <= {INVALID_GRANT}
        return sum(reply.is_good for reply in replies)

    def register_at_once(self) -> int:
        """Fifty registrations with one token for seven: how many there are."""
        draft = InitialTokenDraft(label="race", quota=QUOTA)
        made = self.container.initial_access_tokens.create(draft, self.container.operator)
        headers = {
            "Authorization": f"Bearer {made.value}",
            "Content-Type": "application/json",
        }
        body = json.dumps({"redirect_uris": ["https://app.example.com/callback"]})
        barrier = threading.Barrier(CALLERS)

        def register(number: int) -> int:
            server = self.racing.servers[number % len(self.racing.servers)]
            barrier.wait(timeout=60)
            url = f"{server.url}/oauth2/register"
            return requests.post(url, data=body, headers=headers, timeout=60).status_code

        with ThreadPoolExecutor(CALLERS) as pool:
            statuses = list(pool.map(register, range(CALLERS)))
        # Refused as a wrong token is, and throttled after too many of those.
        assert set(statuses) <= {201, 401, 429}
        made_by = made.token.token_id
        clients = self.container.clients.list()
        stored = sum(each.profile.registered_by == made_by for each in clients)
        assert stored == statuses.count(201)
        return stored


@pytest.fixture(scope="module")
def devices(deployment: Deployment, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Devices]:
    with family(tmp_path_factory.mktemp("devices"), deployment, OPEN) as racing:
        racers = Devices(racing)
        yield racers
        racers.callers.close()


def test_one_of_fifty_polls_gets_tokens(devices: Devices) -> None:
    assert [devices.poll_at_once() for _ in range(5)] == [1] * 5


@pytest.mark.slow
def test_one_of_fifty_polls_gets_tokens_two_hundred_times(devices: Devices) -> None:
    assert [devices.poll_at_once() for _ in range(200)] == [1] * 200


def test_of_two_answers_at_once_one_counts_and_the_device_hears_it(devices: Devices) -> None:
    answers = devices.container.device_answers
    for number in range(20):
        device = devices.begin()

        def answered(
            decide: Callable[..., object], device: StartedDevice = device, network: int = number
        ) -> bool:
            return devices.answer(decide, device, network)

        with ThreadPoolExecutor(2) as pool:
            allowed, denied = pool.map(answered, [answers.allow, answers.deny])
        assert allowed != denied, f"round {number}"
        form = {"grant_type": GrantType.DEVICE_CODE.value, "device_code": device.device_code}
        reply = devices.callers.ask((TOKEN, form))
        assert reply.is_good if allowed else reply.error == (400, "access_denied")


def test_a_token_for_seven_clients_registers_seven(devices: Devices) -> None:
    assert devices.register_at_once() == QUOTA


@pytest.mark.slow
def test_without_the_limits_there_are_more(deployment: Deployment, tmp_path: Path) -> None:
    extra = {**OPEN, **weakened(tmp_path / "weakened", NO_LIMITS)}
    with family(tmp_path, deployment, extra) as racing:
        devices = Devices(racing)
        assert devices.poll_at_once() > 1, "the tests above cannot see what they are there for"
        assert devices.register_at_once() > QUOTA
        devices.callers.close()
