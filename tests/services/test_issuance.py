"""Issuing by client_credentials: what a token may say, and that nothing goes unrecorded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.audit import ActorKind, Outcome
from authserver.domain.clients import ClientAuthMethod
from authserver.domain.errors import ProtocolRefusal, StorageUnavailable
from tests.doubles import EPOCH
from tests.services.world import ADMIN, ISSUER, World

if TYPE_CHECKING:
    from authserver.domain.clients import Client
    from authserver.domain.tokens import AccessToken, IssuedToken

JIRA_MAIN = "https://jira-main.example.com"
WIKI = "https://wiki.example.com"


@pytest.fixture
def world(world: World) -> World:
    world.add_keys()
    world.add_resource()
    world.add_resource("wiki", kind="confluence-cloud")
    world.add_client(
        scopes=["READ", "WRITE", "read:page:confluence"], resources=["jira-main", "wiki"]
    )
    world.worker.view.poll()
    return world


def client(world: World, **changed: Any) -> Client:
    return replace(world.clients.get("ci-reader"), **changed)


def issue(
    world: World, scope: str | None = None, *resources: str, by: Client | None = None
) -> IssuedToken:
    return world.worker.issuance.client_credentials(
        by or client(world), scope, resources or (JIRA_MAIN,), world.call()
    )


def token(
    world: World, scope: str | None = None, *resources: str, by: Client | None = None
) -> AccessToken:
    return issue(world, scope, *resources, by=by).token


def refusal(
    world: World, scope: str | None = None, *resources: str, by: Client | None = None
) -> ProtocolRefusal:
    with pytest.raises(ProtocolRefusal) as refused:
        issue(world, scope, *resources, by=by)
    return refused.value


@pytest.mark.feature(10)
def test_a_token_says_who_asked_for_what_where_and_until_when(world: World) -> None:
    world.clock.advance(0.7)
    issued = issue(world, "READ")
    assert world.worker.keys.ring.read(issued.value) == issued.token
    assert issued.token.issuer == ISSUER
    assert issued.token.subject == "client:ci-reader"
    assert issued.token.audience == JIRA_MAIN
    assert issued.token.client_id == "ci-reader"
    assert issued.token.scopes == {"READ"}
    assert issued.token.issued_at == int(EPOCH)
    assert issued.token.expires_at == int(EPOCH) + 600
    assert issued.token.grant_id == issued.token.token_id


def test_no_two_tokens_have_the_same_id(world: World) -> None:
    assert len({token(world, "READ").token_id for _ in range(20)}) == 20


@pytest.mark.rule("TK-10")
def test_the_subject_of_a_client_cannot_be_a_users(world: World) -> None:
    world.add_client("user-7")
    subject = token(world, "READ", by=world.clients.get("user-7")).subject
    assert subject == "client:user-7"
    world.users.ensure_administrator("user-7", ADMIN)
    assert subject != world.database.state.users["user-7"].subject


def test_without_a_scope_parameter_the_client_gets_what_means_something_there(
    world: World,
) -> None:
    assert token(world, None, JIRA_MAIN).scopes == {"READ", "WRITE"}
    assert token(world, None, WIKI).scopes == {"read:page:confluence"}


def test_a_narrower_scope_is_a_narrower_token(world: World) -> None:
    assert token(world, "READ").scopes == {"READ"}
    assert token(world, "WRITE READ READ").scopes == {"READ", "WRITE"}


def test_a_client_that_may_write_may_ask_for_less_along_the_chain(world: World) -> None:
    writer = client(world, scopes=frozenset({"WRITE"}))
    assert token(world, "READ", by=writer).scopes == {"READ"}
    assert refusal(world, "ADMIN", by=writer).error == "invalid_scope"


def test_a_cloud_scope_implies_no_other(world: World) -> None:
    world.add_resource("cloud", kind="jira-cloud")
    writer = client(world, scopes=frozenset({"write:jira-work"}), resources=frozenset({"cloud"}))
    cloud = "https://cloud.example.com"
    assert "read:jira-work" in refusal(world, "read:jira-work", cloud, by=writer).description


def test_an_unknown_scope_is_refused_by_name(world: World) -> None:
    refused = refusal(world, "READ DELETE_EVERYTHING")
    assert refused.error == "invalid_scope"
    assert refused.description.endswith(" jira-main: DELETE_EVERYTHING")


def test_a_scope_of_another_site_is_refused_though_the_client_has_it(world: World) -> None:
    refused = refusal(world, "read:page:confluence", JIRA_MAIN)
    assert refused.error == "invalid_scope"
    assert "jira-main" in refused.description


def test_a_scope_that_is_too_long_to_repeat_is_cut(world: World) -> None:
    refused = refusal(world, " ".join(f"scope-number-{number}" for number in range(100)))
    assert len(refused.description) < 200
    assert refused.description.endswith("...")


@pytest.mark.parametrize("scope", ["", " READ", "READ  WRITE", 'RE"AD', "RE\\AD", "ü", "a\nb"])
def test_a_malformed_scope_is_told_the_grammar(world: World, scope: str) -> None:
    refused = refusal(world, scope)
    assert refused.error == "invalid_scope"
    assert "RFC 6749" in refused.description


@pytest.mark.rule("TK-10")
@pytest.mark.parametrize("scope", ["openid", "READ offline_access", "profile email groups"])
def test_scopes_of_users_are_refused(world: World, scope: str) -> None:
    refused = refusal(world, scope)
    assert refused.error == "invalid_scope"
    assert "signed-in user" in refused.description


def test_a_missing_resource_is_required_when_there_are_several(world: World) -> None:
    with pytest.raises(ProtocolRefusal) as refused:
        world.worker.issuance.client_credentials(client(world), "READ", (), world.call())
    assert refused.value.error == "invalid_target"
    assert JIRA_MAIN in refused.value.description
    assert WIKI in refused.value.description


def test_a_missing_resource_is_no_question_when_there_is_one(world: World) -> None:
    only = client(world, resources=frozenset({"jira-main"}))
    issued = world.worker.issuance.client_credentials(only, None, (), world.call())
    assert issued.token.audience == JIRA_MAIN


@pytest.mark.parametrize(
    "resource", ["https://nowhere.example.com", JIRA_MAIN + "/", JIRA_MAIN.upper(), "jira-main"]
)
def test_an_unknown_resource_is_refused_and_the_choices_are_named(
    world: World, resource: str
) -> None:
    refused = refusal(world, "READ", resource)
    assert refused.error == "invalid_target"
    assert JIRA_MAIN in refused.description


def test_a_resource_of_other_clients_is_refused_like_an_unknown_one(world: World) -> None:
    world.add_resource("hidden")
    foreign = refusal(world, "READ", "https://hidden.example.com")
    unknown = refusal(world, "READ", "https://nowhere.example.com")
    assert foreign.description == unknown.description
    assert "hidden" not in foreign.description


def test_two_resources_in_one_request_are_refused(world: World) -> None:
    for pair in ((JIRA_MAIN, WIKI), (JIRA_MAIN, JIRA_MAIN)):
        assert refusal(world, "READ", *pair).error == "invalid_target"


@pytest.mark.parametrize("end", ["disable", "delete"])
def test_for_a_site_that_is_disabled_or_deleted_nothing_is_issued(world: World, end: str) -> None:
    getattr(world.resources, end)("jira-main", ADMIN)
    world.worker.view.poll()
    assert refusal(world, "READ", JIRA_MAIN).error == "invalid_target"


def test_an_empty_list_of_resources_means_none(world: World) -> None:
    nowhere = client(world, resources=frozenset())
    stated = refusal(world, "READ", by=nowhere)
    assert (stated.error, "may not use any" in stated.description) == ("invalid_target", True)
    with pytest.raises(ProtocolRefusal) as refused:
        world.worker.issuance.client_credentials(nowhere, None, (), world.call())
    assert refused.value.error == "invalid_target"
    assert refused.value.description == "this client may not use any protected resource"


def test_a_resource_that_nobody_knows_any_more_is_no_choice(world: World) -> None:
    lost = client(world, resources=frozenset({"gone", "jira-main"}))
    assert token(world, "READ", by=lost).audience == JIRA_MAIN


def test_an_empty_list_of_scopes_means_none(world: World) -> None:
    mute = client(world, scopes=frozenset())
    assert refusal(world, None, by=mute).error == "invalid_scope"
    assert refusal(world, "READ", by=mute).error == "invalid_scope"


@pytest.mark.rule("TK-04")
def test_an_empty_list_of_grant_types_means_none(world: World) -> None:
    assert refusal(world, by=client(world, grant_types=frozenset())).error == "unauthorized_client"


@pytest.mark.rule("TK-10")
def test_a_client_that_cannot_authenticate_gets_nothing(world: World) -> None:
    public = client(world, auth_method=ClientAuthMethod.NONE)
    assert refusal(world, by=public).error == "unauthorized_client"


@pytest.mark.rule("TK-11")
@pytest.mark.parametrize(("stated", "expected"), [(30, 30), (1800, 1800), (3600, 1800)])
@pytest.mark.feature(10)
def test_a_client_may_shorten_the_life_of_its_tokens_never_exceed_the_limit(
    world: World, stated: int, expected: int
) -> None:
    issued = token(world, "READ", by=client(world, access_token_seconds=stated))
    assert issued.expires_at - issued.issued_at == expected


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_a_site_chooses_how_its_tokens_are_signed(world: World, algorithm: str) -> None:
    world.resources.update("jira-main", ADMIN, signing_algorithm=algorithm)
    world.worker.view.poll()
    assert issue(world, "READ").value.startswith(algorithm)


def test_an_issued_token_is_on_record_with_everything_it_says(world: World) -> None:
    issued = token(world, "READ")
    (event,) = world.journal.events
    assert (event.action, event.outcome) == ("token.issued", Outcome.SUCCESS)
    assert (event.actor.kind, event.actor.identifier) == (ActorKind.CLIENT, "ci-reader")
    assert event.token_id == event.object_id == issued.token_id
    assert (event.client_id, event.resource) == ("ci-reader", JIRA_MAIN)
    assert (event.request_id, event.peer) == ("r-7", "198.51.100.7")
    assert event.details["scope"] == "READ"
    assert event.details["expires_at"] == issued.expires_at


def test_the_record_of_a_token_does_not_hold_its_value(world: World) -> None:
    value = issue(world, "READ").value
    assert value not in repr(world.journal.events)


def test_a_refusal_is_on_record_with_its_reason(world: World) -> None:
    refusal(world, "NONSENSE")
    (event,) = world.journal.events
    assert (event.action, event.outcome) == ("token.refused", Outcome.REFUSED)
    assert event.reason.startswith("invalid_scope: ")
    assert "NONSENSE" in event.reason


@pytest.mark.rule("AU-05")
@pytest.mark.parametrize("scope", ["READ", "NONSENSE"])
def test_without_a_journal_nothing_is_answered(world: World, scope: str) -> None:
    world.journal.broken = True
    with pytest.raises(StorageUnavailable):
        issue(world, scope)


def test_without_a_key_nothing_is_issued_and_nothing_recorded(world: World) -> None:
    world.database.state.keys.clear()
    world.worker.keys.load()
    with pytest.raises(StorageUnavailable):
        issue(world, "READ")
    assert world.journal.events == []


def test_a_token_too_long_to_sign_is_refused_on_record(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_long(*_: object) -> str:
        raise ProtocolRefusal("invalid_scope", "too many scopes for one token")

    monkeypatch.setattr("tests.services.collaborators.PlainKeyring.sign", too_long)
    refusal(world, "READ")
    assert [event.action for event in world.journal.events] == ["token.refused"]


def test_issuing_writes_nothing_to_the_database(world: World) -> None:
    issue(world, "READ")
    before = world.database.calls["writing"]
    for _ in range(100):
        issue(world, "READ")
    assert world.database.calls["writing"] == before
