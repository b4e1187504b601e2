from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.crypto.successor_sealing import HkdfSuccessorSealer
from authserver.domain.authorization_answers import AuthorizationAnswer
from authserver.domain.authorization_requests import ANSWER_AGAIN_SECONDS, Prompt
from authserver.domain.clients import ClientStatus
from authserver.domain.errors import StorageUnavailable
from authserver.domain.users import UserStatus
from authserver.services.authorization_dispatch import Dispatcher
from authserver.services.authorization_requests import (
    AuthorizationRequests,
    NotOpen,
    NotOpenReason,
)
from authserver.services.authorization_steps import Page
from authserver.services.granting import Granting
from authserver.services.refresh_rules import RefreshTimes
from tests.doubles import FakeEntropy
from tests.services.authorizations import ADA, CLIENT, PARAMETERS, consent, signed_in
from tests.services.world import ISSUER

if TYPE_CHECKING:
    from authserver.domain.authorization_requests import AuthorizationParameters
    from authserver.domain.calls import Call
    from authserver.services.sessions import SignedIn
    from tests.services.world import World

BROWSER = "asv_br_the-cookie-of-a-browser"


class Desk:
    """A dispatcher with ada, signed in, who has allowed everything before."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.requests = AuthorizationRequests(
            database=world.database, digester=world.digester, secret_maker=world.secret_maker
        )
        self.dispatcher = Dispatcher(
            issuer=ISSUER,
            database=world.database,
            requests=self.requests,
            granting=Granting(
                digester=world.digester,
                secret_maker=world.secret_maker,
                refresh_times=RefreshTimes(3600, 86_400),
            ),
            sealer=HkdfSuccessorSealer(FakeEntropy()),
        )
        self.ada = signed_in(auth_time=world.clock.now() - 10)
        with world.database.writing() as stores:
            stores.clients.add(CLIENT)
            stores.users.add(ADA)
            stores.sessions.add(self.ada.session)
            stores.consents.put(consent("openid", "READ"))

    @property
    def call(self) -> Call:
        return self.world.call()

    def begin(self, parameters: AuthorizationParameters = PARAMETERS) -> str:
        return self.requests.begin(parameters, BROWSER, self.call)

    def advance(
        self, request_id: str, user: SignedIn | None, browser: str = BROWSER
    ) -> Page | AuthorizationAnswer:
        return self.dispatcher.advance(request_id, browser, user, self.call)

    def refused(self, request_id: str, browser: str = BROWSER) -> NotOpenReason:
        with pytest.raises(NotOpen) as error:
            self.advance(request_id, self.ada, browser)
        return error.value.reason

    @property
    def grants(self) -> int:
        return len(self.world.database.state.grants)


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_a_request_ends_in_one_code_which_is_given_again_for_a_while(desk: Desk) -> None:
    request_id = desk.begin()
    answer = desk.advance(request_id, desk.ada)
    assert isinstance(answer, AuthorizationAnswer)
    assert [name for name, _ in answer.parameters] == ["code", "state", "iss"]
    desk.world.clock.advance(ANSWER_AGAIN_SECONDS - 1)
    # Also to who has signed out meanwhile: it is the browser's answer.
    assert desk.advance(request_id, None) == answer
    assert desk.refused(request_id, "asv_br_another-browser") is NotOpenReason.OTHER_BROWSER
    desk.world.clock.advance(1)
    assert desk.refused(request_id) is NotOpenReason.FINISHED
    assert desk.grants == 1


def test_a_page_changes_nothing(desk: Desk) -> None:
    request_id = desk.begin()
    before = desk.world.database.calls["writing"]
    assert desk.advance(request_id, None) is Page.LOGIN
    assert desk.world.database.calls["writing"] == before


def test_an_error_is_an_answer_as_final_as_a_code(desk: Desk) -> None:
    request_id = desk.begin(replace(PARAMETERS, prompts=frozenset({Prompt.NONE})))
    answer = desk.advance(request_id, None)
    assert isinstance(answer, AuthorizationAnswer)
    assert dict(answer.parameters)["error"] == "login_required"
    assert desk.advance(request_id, desk.ada) == answer
    assert desk.grants == 0


@pytest.mark.parametrize("what", ["session", "user", "consent"])
def test_what_ends_between_the_two_looks_counts(desk: Desk, what: str) -> None:
    request_id = desk.begin()
    state = desk.world.database

    def meanwhile() -> None:
        with state.writing() as stores:
            if what == "session":
                stores.sessions.end(desk.world.clock.now(), session_id="session-1")
            elif what == "user":
                stores.users.save(replace(ADA, status=UserStatus.DISABLED))
            else:
                stores.consents.remove(ADA.subject, "web-app")

    state.while_reading = meanwhile
    expected = Page.CONSENT if what == "consent" else Page.LOGIN
    assert desk.advance(request_id, desk.ada) is expected
    assert desk.grants == 0


def test_who_answers_between_the_two_looks_is_the_one_who_counts(desk: Desk) -> None:
    request_id = desk.begin()
    first: list[object] = []
    desk.world.database.while_reading = lambda: first.append(desk.advance(request_id, desk.ada))
    assert [desk.advance(request_id, desk.ada)] == first
    assert desk.grants == 1


def test_a_failure_leaves_the_request_as_it_was(desk: Desk) -> None:
    request_id = desk.begin()
    desk.world.database.failing = {"authorization_requests.finish"}
    with pytest.raises(StorageUnavailable):
        desk.advance(request_id, desk.ada)
    desk.world.database.failing = set()
    assert desk.grants == 0
    assert isinstance(desk.advance(request_id, desk.ada), AuthorizationAnswer)
    assert desk.grants == 1


def test_an_answer_that_cannot_be_opened_is_over(desk: Desk) -> None:
    request_id = desk.begin()
    desk.advance(request_id, desk.ada)
    requests = desk.world.database.state.authorization_requests
    requests[request_id] = replace(requests[request_id], sealed_answer=b"spoilt")
    assert desk.refused(request_id) is NotOpenReason.FINISHED


def test_a_request_waits_no_longer_than_it_may_and_for_live_clients_only(desk: Desk) -> None:
    late = desk.begin()
    desk.world.clock.advance(900)
    assert desk.refused(late) is NotOpenReason.EXPIRED
    request_id = desk.begin()
    with desk.world.database.writing() as stores:
        stores.clients.save(replace(CLIENT, status=ClientStatus.DISABLED))
    assert desk.refused(request_id) is NotOpenReason.EXPIRED


def test_nothing_goes_to_a_redirect_uri_that_was_taken_away(desk: Desk) -> None:
    request_id = desk.begin()
    moved = replace(CLIENT.profile, redirect_uris=("https://new.example.com/cb",))
    with desk.world.database.writing() as stores:
        stores.clients.save(replace(CLIENT, profile=moved))
    assert desk.refused(request_id) is NotOpenReason.EXPIRED
    assert desk.grants == 0


@pytest.mark.parametrize("request_id", ["", "x", "A" * 22, "\u00e4" * 22, "A" * 1000])
def test_what_nobody_made_is_unknown(desk: Desk, request_id: str) -> None:
    assert desk.refused(request_id) is NotOpenReason.UNKNOWN
