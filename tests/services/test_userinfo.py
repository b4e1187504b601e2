"""Userinfo tells a live token's client of a live user, as far as scopes and request go."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.clients import ClientStatus
from authserver.domain.errors import ProtocolRefusal
from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.keys import SigningAlgorithm
from authserver.domain.requested_claims import RequestedClaims
from authserver.domain.users import UserStatus
from authserver.services.authority import LEASE_SECONDS
from authserver.services.claims import RESERVED
from authserver.services.resources import ResourceDraft
from tests.doubles import EPOCH
from tests.services.collaborators import read_statement
from tests.services.telling import GRANT, Telling
from tests.services.world import ADMIN, ISSUER, World

if TYPE_CHECKING:
    from collections.abc import Mapping

JIRA = "https://jira-main.example.com"


@pytest.fixture
def telling(world: World) -> Telling:
    return Telling(world)


def told(telling: Telling, value: str) -> Mapping[str, object]:
    answer = telling.userinfo.tell(value, telling.world.call())
    assert answer.signed is None
    return answer.claims


def refusal(telling: Telling, value: str) -> str:
    with pytest.raises(ProtocolRefusal) as refused:
        telling.userinfo.tell(value, telling.world.call())
    return refused.value.error


@pytest.mark.rule("OI-03")
def test_claims_come_by_the_scopes_of_the_token(telling: Telling) -> None:
    assert told(telling, telling.access_token(scopes=frozenset({"openid"}))) == {"sub": "user:ada"}
    with_email = told(telling, telling.access_token(scopes=frozenset({"openid", "email"})))
    assert with_email == {"sub": "user:ada", "email": "ada@example.com", "email_verified": True}
    everything = told(telling, telling.access_token())
    assert everything["groups"] == ["admins", "staff"]
    assert everything["preferred_username"] == "ada"


def test_claims_asked_for_by_name_come_too(telling: Telling) -> None:
    asked = RequestedClaims(userinfo=frozenset({"name"}), id_token=frozenset({"email"}))
    telling.add_grant(scopes=frozenset({"openid"}), claims=asked)
    assert told(telling, telling.access_token()) == {"sub": "user:ada", "name": "Ada Lovelace"}


def test_a_client_gets_no_claim_that_its_scopes_do_not_reach(telling: Telling) -> None:
    asked = RequestedClaims(userinfo=frozenset({"name"}))
    telling.add_grant(scopes=frozenset({"openid"}), claims=asked)
    telling.change_app(scopes=frozenset({"openid"}))
    assert told(telling, telling.access_token()) == {"sub": "user:ada"}


@pytest.mark.rule("JW-10")
def test_no_request_moves_the_subject(telling: Telling) -> None:
    telling.add_grant(scopes=frozenset({"openid"}), claims=RequestedClaims(userinfo=RESERVED))
    assert told(telling, telling.access_token()) == {"sub": "user:ada"}


@pytest.mark.rule("OI-03")
def test_without_openid_the_scope_is_missing(telling: Telling) -> None:
    value = telling.access_token(scopes=frozenset({"profile", "email"}))
    assert refusal(telling, value) == "insufficient_scope"


def test_the_token_may_be_for_a_site(telling: Telling) -> None:
    telling.add_grant(audience=JIRA, resource="jira-main", scopes=frozenset({"openid", "READ"}))
    assert told(telling, telling.access_token())["sub"] == "user:ada"


def test_a_token_for_a_site_that_is_not_the_clients_any_more_is_dead(telling: Telling) -> None:
    telling.add_grant(audience=JIRA, resource="jira-main", scopes=frozenset({"openid", "READ"}))
    telling.change_app(resources=frozenset())
    assert refusal(telling, telling.access_token()) == "invalid_token"


def test_a_token_for_a_disabled_site_is_dead(telling: Telling) -> None:
    telling.add_grant(audience=JIRA, resource="jira-main", scopes=frozenset({"openid", "READ"}))
    value = telling.access_token()
    telling.world.resources.disable("jira-main", ADMIN)
    telling.worker.view.poll()
    assert refusal(telling, value) == "invalid_token"


def test_a_token_for_a_site_that_nobody_knows_is_dead(telling: Telling) -> None:
    telling.world.resources.create(
        ResourceDraft(name="wiki", kind="confluence-dc", url="https://wiki.example.com"), ADMIN
    )
    value = telling.access_token(audience="https://wiki.example.com")
    assert refusal(telling, value) == "invalid_token"


def test_what_is_no_token_of_ours_is_refused(telling: Telling) -> None:
    telling.access_token()
    for value in ("", "x", "a.b.c"):
        assert refusal(telling, value) == "invalid_token"


@pytest.mark.rule("JW-03")
def test_an_id_token_is_no_access_token(telling: Telling) -> None:
    value = telling.id_tokens.issue(
        grant=telling.grant, client=telling.app, access_token="x", nonce="", now=EPOCH
    )
    assert refusal(telling, value) == "invalid_token"


def test_an_expired_token_is_dead(telling: Telling) -> None:
    value = telling.access_token(expires_at=int(EPOCH) + 5)
    telling.world.clock.advance(5)
    assert refusal(telling, value) == "invalid_token"


def test_a_revoked_token_is_dead(telling: Telling) -> None:
    value = telling.access_token()
    with telling.world.database.writing() as stores:
        stores.authority.advance([Change(ChangeKind.TOKEN, "t-1", EPOCH + 1000)])
    telling.world.clock.advance(LEASE_SECONDS)
    assert refusal(telling, value) == "invalid_token"


def test_with_the_grant_its_tokens_are_over_at_once(telling: Telling) -> None:
    value = telling.access_token()
    with telling.world.database.writing() as stores:
        stores.grants.end(GrantFilter(grant_id="g-1"), GrantEnd.REVOKED_BY_USER, EPOCH)
    assert refusal(telling, value) == "invalid_token"


def test_a_grant_that_has_run_out_tells_nothing(telling: Telling) -> None:
    telling.add_grant(expires_at=EPOCH + 2)
    value = telling.access_token()
    telling.world.clock.advance(2)
    assert refusal(telling, value) == "invalid_token"


@pytest.mark.parametrize(
    "stranger", [{"grant_id": "g-0"}, {"subject": "user:bob"}, {"client_id": "other-app"}], ids=str
)
def test_a_token_must_belong_to_its_grant(telling: Telling, stranger: dict[str, str]) -> None:
    with telling.world.database.writing() as stores:
        stores.clients.add(replace(telling.app, client_id="other-app"))
    assert refusal(telling, telling.access_token(**stranger)) == "invalid_token"


@pytest.mark.parametrize("status", [UserStatus.DISABLED, UserStatus.DELETED])
def test_of_a_stopped_user_nothing_is_told(telling: Telling, status: UserStatus) -> None:
    value = telling.access_token()
    telling.change_user(status=status)
    assert refusal(telling, value) == "invalid_token"


def test_of_a_user_who_does_not_exist_nothing_is_told(telling: Telling) -> None:
    telling.add_grant(subject="user:nobody")
    assert refusal(telling, telling.access_token()) == "invalid_token"


@pytest.mark.parametrize("status", [ClientStatus.DISABLED, ClientStatus.DELETED])
def test_a_stopped_client_is_told_nothing(telling: Telling, status: ClientStatus) -> None:
    telling.change_app(status=status)
    assert refusal(telling, telling.access_token()) == "invalid_token"


def test_every_dead_token_gets_the_same_words(telling: Telling) -> None:
    value = telling.access_token()
    telling.change_user(status=UserStatus.DISABLED)
    texts = set()
    for dead in (value, "x", telling.access_token(grant_id="g-0")):
        with pytest.raises(ProtocolRefusal) as refused:
            telling.userinfo.tell(dead, telling.world.call())
        texts.add((refused.value.error, refused.value.description))
    assert len(texts) == 1


def test_the_answer_is_signed_for_a_client_that_wants_it(telling: Telling) -> None:
    telling.change_app_profile(userinfo_algorithm=SigningAlgorithm.ES256)
    answer = telling.userinfo.tell(
        telling.access_token(scopes=frozenset({"openid", "email"})), telling.world.call()
    )
    assert answer.signed is not None
    said = read_statement(answer.signed)
    assert (said["typ"], said["alg"]) == ("userinfo+jwt", "ES256")
    assert said["claims"] == {
        "iss": ISSUER,
        "aud": "web-app",
        "iat": int(EPOCH),
        "sub": GRANT.subject,
        "email": "ada@example.com",
        "email_verified": True,
    }


def test_no_claim_shows_in_a_repr(telling: Telling) -> None:
    assert "ada" not in repr(telling.userinfo.tell(telling.access_token(), telling.world.call()))
