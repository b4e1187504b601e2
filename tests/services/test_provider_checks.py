"""Looking at providers: what is wrong is found before they are kept, and said in plain words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.domain.outbound import OutboundReason, OutboundUnavailable
from authserver.domain.provider_documents import DocumentKind
from authserver.domain.providers import (
    GroupSource,
    ProviderKind,
)
from authserver.services.provider_drafts import ProviderChanges
from authserver.services.provider_findings import ProviderUnusable
from tests.federation.fake_provider import html_answer, json_answer
from tests.services.provider_office import ProviderOffice
from tests.services.world import ADMIN, ISSUER, World

if TYPE_CHECKING:
    from tests.federation.fake_provider import FakeProvider

KINDS = list(ProviderKind)


@pytest.fixture
def office(world: World) -> ProviderOffice:
    return ProviderOffice(world)


def tell_unusable(office: ProviderOffice, kind: ProviderKind) -> ProviderUnusable:
    with pytest.raises(ProviderUnusable) as refused:
        office.add(kind)
    assert not office.world.database.state.providers
    assert not office.world.database.audit
    return refused.value


@pytest.mark.parametrize("kind", KINDS)
def test_a_provider_is_looked_at_before_it_is_kept(
    office: ProviderOffice, kind: ProviderKind
) -> None:
    fake = office.fake(kind)
    added = office.add(kind)
    assert added.check is not None
    assert [str(each.grade) for each in added.check.findings] == ["ok"] * 3
    assert [each.path.rpartition("/")[2] for each in fake.http.sent] == [
        "openid-configuration",
        "keys",
        "authorize",
    ]
    with office.world.database.reading() as stores:
        documents = [stores.providers.document(str(kind), each) for each in DocumentKind]
    assert all(each is not None and not each.problem for each in documents)


@pytest.mark.parametrize("spelt", [ISSUER, ISSUER + "/", ISSUER.replace("example", "EXAMPLE")])
def test_this_server_is_no_provider_of_its_own(office: ProviderOffice, spelt: str) -> None:
    office.fake(issuer=spelt)
    with pytest.raises(ProviderUnusable, match="this server's own") as refused:
        office.add(issuer=spelt)
    assert "another server" in refused.value.hint
    assert not office.world.database.state.providers
    assert not office.http.sent


@pytest.mark.rule("FE-04")
@pytest.mark.parametrize(
    ("metadata", "told"),
    [
        ({"issuer": "https://evil.example"}, "its issuer is https://evil.example, and"),
        ({"token_endpoint": "http://login.example.org/token"}, "its token_endpoint is not https"),
        ({"jwks_uri": "https://169.254.169.254/keys"}, "its jwks_uri is at 169.254.169.254"),
        ({"authorization_endpoint": "https://evil.example/"}, "at evil.example, which is neither"),
        ({"jwks_uri": None}, "its jwks_uri is missing"),
        ({"token_endpoint": 7}, "its token_endpoint is not a text"),
    ],
)
def test_metadata_that_must_not_be_used_keep_a_provider_from_being_added(
    office: ProviderOffice, metadata: dict[str, object], told: str
) -> None:
    fake = office.fake()
    fake.metadata.update(metadata)
    refusal = tell_unusable(office, ProviderKind.OIDC)
    assert told in refusal.problems[0]
    assert refusal.hint == "compare --discovery and --issuer with what the provider documents"
    assert [each.host for each in fake.http.sent] == ["login.example.org"]


@pytest.mark.parametrize(
    ("end", "fault", "told", "hint"),
    [
        (
            "/openid-configuration",
            json_answer({}, 404),
            "metadata: there is nothing at https://login.example.org/.well-known/",
            "compare --discovery and --issuer",
        ),
        (
            "/openid-configuration",
            html_answer(),
            "answers with something that is no JSON object",
            "look at the spelling of the address",
        ),
        (
            "/openid-configuration",
            OutboundUnavailable(OutboundReason.TLS_FAILED),
            "the certificate of https://login.example.org",
            "name its file in outbound.ca_file",
        ),
        (
            "/openid-configuration",
            OutboundUnavailable(OutboundReason.TIMEOUT),
            "did not answer in time",
            "see whether it runs",
        ),
        (
            "/keys",
            json_answer({"keys": []}),
            "keys: https://login.example.org/v1/keys has no",
            "ask",
        ),
        ("/keys", json_answer([1]), "keys:", "look at the spelling"),
        ("/keys", json_answer({}, 503), "answers 503", "look at the provider's own state"),
        ("/keys", json_answer({"keys": 1}), "is not a set of keys", "ask the provider's operator"),
    ],
)
def test_what_is_wrong_is_said_in_plain_words_with_what_to_do(
    office: ProviderOffice, end: str, fault: object, told: str, hint: str
) -> None:
    office.fake(faults={end: fault})
    refusal = tell_unusable(office, ProviderKind.OIDC)
    assert told in refusal.problems[0]
    assert refusal.hint.startswith(hint) or hint in refusal.hint


def test_a_host_nobody_knows_is_told_with_where_to_look(office: ProviderOffice) -> None:
    refusal = tell_unusable(office, ProviderKind.OKTA)
    assert "the host name of https://acme.okta.com" in refusal.problems[0]
    assert refusal.hint.startswith("look at the spelling of the address")
    office.fake(ProviderKind.OKTA, faults={"/openid-configuration": json_answer({}, 404)})
    refusal = tell_unusable(office, ProviderKind.OKTA)
    assert "Security > API > Authorization Servers" in refusal.hint


def test_a_refused_login_request_is_told_and_the_provider_is_added(office: ProviderOffice) -> None:
    """Its redirect URI may be entered there afterwards."""
    office.fake(faults={"/authorize": json_answer({"error": "invalid redirect_uri"}, 400)})
    added = office.add()
    assert added.check is not None
    (problem,) = added.check.problems
    assert problem.what == "the provider refuses our login request (400)"
    assert "https://auth.example.com/login/oidc/callback" in problem.fix
    assert office.stored("oidc") == added.provider


def test_a_change_of_what_is_asked_is_looked_at_and_refused_when_it_does_not_work(
    office: ProviderOffice,
) -> None:
    office.added(ProviderKind.COGNITO)
    before = office.stored("cognito")
    with pytest.raises(ProviderUnusable, match="neither the issuer's host nor"):
        office.providers.update("cognito", ProviderChanges(endpoint_hosts=[]), ADMIN)
    assert office.stored("cognito") == before
    changed = office.providers.update("cognito", ProviderChanges(client_id="other"), ADMIN)
    assert changed.check is not None
    assert "client_id=other" in office.http.sent[-1].url


def test_whether_the_issuer_comes_with_answers_is_learned_when_it_is_looked_at(
    office: ProviderOffice,
) -> None:
    fake: FakeProvider = office.fake(sends_issuer=True)
    assert office.add().provider.sends_issuer
    fake.sends_issuer = False
    assert not office.providers.test("oidc", ADMIN).provider.sends_issuer
    assert not office.stored("oidc").sends_issuer
    assert office.world.database.audit[-1].action == "provider.updated"


def test_what_the_metadata_lack_is_told_with_what_it_means(office: ProviderOffice) -> None:
    fake = office.fake()
    fake.metadata.update({"userinfo_endpoint": None, "end_session_endpoint": None})
    check = office.add().check
    assert check is not None
    told = {each.what: each.fix for each in check.findings if each.grade == "warning"}
    assert {each.partition(":")[0] for each in told} == {
        "it announces no userinfo",
        "it announces no logout",
    }
    fixes = " ".join(told.values())
    assert "update oidc --no-userinfo" in fixes
    assert "update oidc --logout none" in fixes


def test_everybody_becoming_a_user_is_worth_a_word(office: ProviderOffice) -> None:
    office.fake()
    check = office.add(changes=ProviderChanges(creation="on")).check
    assert check is not None
    (warning,) = (each for each in check.findings if each.grade == "warning")
    assert warning.what == "everybody whom the provider lets sign in becomes a user here"
    limited = office.add(
        name="limited", changes=ProviderChanges(creation="on", creation_groups=["staff"])
    ).check
    assert limited is not None
    assert not [each for each in limited.findings if each.grade == "warning"]


def test_a_test_that_fails_changes_nothing(office: ProviderOffice) -> None:
    fake = office.fake()
    office.add()
    fake.metadata["issuer"] = "https://evil.example"
    state = office.world.database.state
    tested = office.providers.test("oidc", ADMIN).check
    assert tested is not None
    assert not tested.is_usable
    assert office.world.database.state is state


def test_a_provider_can_be_asked_for_groups_elsewhere(office: ProviderOffice) -> None:
    office.added(ProviderKind.OKTA)
    changes = ProviderChanges(groups_source="okta-api")
    after = office.providers.update("okta", changes, ADMIN).provider
    assert after.groups.source is GroupSource.OKTA_API
    tested = office.providers.test("okta", ADMIN).check
    assert tested is not None
    (problem,) = tested.problems
    assert problem.fix == "run authserver provider secret set-directory okta"
