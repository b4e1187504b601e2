"""How an API token may be shown, by whom, and what is remembered of that."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.api_tokens import ApiTokenAccess, ApiTokenStatus, Presentation
from authserver.domain.authority import Change, ChangeKind
from authserver.domain.errors import StorageUnavailable
from authserver.domain.users import PersonalData
from authserver.services.introspection import NOT_OURS, TokenProblem, UnfitToken
from tests.doubles import EPOCH
from tests.services.api_token_desk import DAY, TokenDesk

if TYPE_CHECKING:
    from authserver.domain.api_tokens import LastUse
    from authserver.domain.tokens import AccessToken

JIRA_MAIN = "https://jira-main.example.com"


@pytest.fixture
def desk() -> TokenDesk:
    return TokenDesk()


@pytest.mark.parametrize("name", ["ada", "ADA", " ada ", "Ada@Example.org", "\uff41\uff44\uff41"])
def test_basic_wants_the_users_name_or_address_however_it_is_written(
    desk: TokenDesk, name: str
) -> None:
    access = desk.good(desk.add(), presentation=Presentation.BASIC, username=name)
    assert access.presentation is Presentation.BASIC


@pytest.mark.parametrize("name", ["", " ", "bob", "ada@example.com", "ci-reader", "t1", "user:ada"])
def test_beside_another_name_a_good_token_is_as_bad_as_an_unknown_one(
    desk: TokenDesk, name: str
) -> None:
    desk.house.user("bob")
    value = desk.add(client_id="ci-reader")
    asked: dict[str, Any] = {"presentation": Presentation.BASIC, "username": name}
    assert desk.problem(value, **asked) is TokenProblem.OTHER_USER


def test_a_user_without_an_address_is_not_called_by_none(desk: TokenDesk) -> None:
    value = desk.add()
    desk.change_user(data=PersonalData())
    asked: dict[str, Any] = {"presentation": Presentation.BASIC, "username": ""}
    assert desk.problem(value, **asked) is TokenProblem.OTHER_USER


def test_a_service_is_called_by_its_client_id(desk: TokenDesk) -> None:
    value = desk.add_service()
    asked: dict[str, Any] = {"presentation": Presentation.BASIC}
    assert desk.counts(value, username="ci-reader", **asked)
    for name in ("ada", "", "Ada@Example.org"):
        assert desk.problem(value, username=name, **asked) is TokenProblem.OTHER_USER


@pytest.mark.parametrize("allowed", list(Presentation))
def test_a_token_may_be_sent_only_as_it_says(desk: TokenDesk, allowed: Presentation) -> None:
    value = desk.add(presentations=frozenset({allowed}))
    for each in Presentation:
        verdict = desk.judge(value, presentation=each, username="ada")
        if each is allowed:
            assert isinstance(verdict, ApiTokenAccess)
        else:
            assert isinstance(verdict, UnfitToken)
            assert verdict.problem is TokenProblem.PRESENTED_OTHERWISE
            assert verdict.detail == allowed.value
    assert desk.good(value, presentation=None).presentation is None


def test_whoever_may_not_use_it_is_not_told_how_to_send_it(desk: TokenDesk) -> None:
    value = desk.add(presentations=frozenset({Presentation.BASIC}))
    good: dict[str, Any] = {
        "status": ApiTokenStatus.ENABLED,
        "expires_at": EPOCH + DAY,
        "scopes": frozenset({"READ"}),
    }
    spoils: list[dict[str, Any]] = [
        {"status": ApiTokenStatus.DISABLED},
        {"expires_at": EPOCH},
        {"scopes": frozenset()},
    ]
    for spoilt in spoils:
        desk.change(**(good | spoilt))
        assert desk.problem(value) is not TokenProblem.PRESENTED_OTHERWISE


@pytest.mark.rule("AK-06")
def test_an_unknown_token_and_a_changed_one_get_the_same_work_and_answer(desk: TokenDesk) -> None:
    value = desk.add()
    counts = []
    for presented in ("asv_pat_secret-number-9999", value[:-1] + "x", value.upper()):
        desk.world.digester.calls.clear()
        desk.database.calls.clear()
        verdict = desk.judge(presented)
        assert verdict == NOT_OURS
        counts.append((len(desk.world.digester.calls), desk.database.calls["api_tokens.by_secret"]))
    # One look for every pepper's digest; what has another form is none of ours.
    assert counts == [(2, 1), (2, 1), (0, 0)]


@pytest.mark.rule("AK-01")
def test_a_digest_of_another_use_is_no_token(desk: TokenDesk) -> None:
    value = desk.add()
    digest = desk.world.digester.digest("client_secret", value, "pepper-1")
    desk.change(secret=replace(desk.secret("t1"), digest=digest))
    assert desk.judge(value) == NOT_OURS


def test_a_dead_token_still_says_whose_it_was_for_the_record(desk: TokenDesk) -> None:
    value = desk.add()
    desk.change(status=ApiTokenStatus.REVOKED)
    verdict = desk.judge(value)
    assert isinstance(verdict, UnfitToken)
    assert isinstance(verdict.token, ApiTokenAccess)
    assert (verdict.token.token_id, verdict.token.subject) == ("t1", desk.ada.subject)


def test_denials_of_access_tokens_are_not_about_api_tokens(desk: TokenDesk) -> None:
    value = desk.add()
    with desk.database.writing() as stores:
        stores.authority.advance(
            [Change(ChangeKind.SUBJECT, desk.ada.subject, EPOCH + DAY, issued_until=EPOCH + DAY)]
        )
    desk.worker.view.poll()
    assert desk.counts(value)


def used(desk: TokenDesk) -> LastUse | None:
    return desk.database.state.api_tokens["t1"].last_use


def test_a_use_is_written_with_the_next_flush_and_not_before(desk: TokenDesk) -> None:
    access = desk.good(desk.add())
    desk.worker.verdicts.note_use(
        access, EPOCH + 1, network="192.0.2.9", agent="curl/8\x00\ud800" + "x" * 300
    )
    assert used(desk) is None
    assert desk.worker.uses.flush(desk.database) == 1
    use = used(desk)
    assert use is not None
    assert (use.at, use.network) == (EPOCH + 1, "192.0.2.9")
    assert use.agent == "curl/8??" + "x" * 192
    assert desk.worker.uses.flush(desk.database) == 0


def test_uses_of_tokens_outlive_an_outage(desk: TokenDesk) -> None:
    desk.worker.verdicts.note_use(desk.good(desk.add()), EPOCH)
    desk.database.failing.add("api_tokens.note_use")
    with pytest.raises(StorageUnavailable):
        desk.worker.uses.flush(desk.database)
    desk.database.failing.clear()
    assert desk.worker.uses.flush(desk.database) == 1


def test_without_a_database_nobody_is_sure(desk: TokenDesk) -> None:
    value = desk.add()
    desk.good(value)
    resource = desk.world.resources.get("jira-main")
    desk.database.down = True
    desk.clock.advance(1)
    with pytest.raises(StorageUnavailable):
        desk.worker.verdicts.judge(
            value, resource, desk.clock.now(), presentation=Presentation.BEARER
        )


def test_a_resource_that_asks_is_told_and_its_name_is_kept(desk: TokenDesk) -> None:
    value = desk.add(presentations=frozenset({Presentation.BASIC}))
    resource = desk.world.resources.get("jira-main")

    def ask(shown: str) -> AccessToken | None:
        call = desk.world.call()
        return desk.worker.introspection.active_token(shown, resource, call)

    access = ask(value)
    assert isinstance(access, ApiTokenAccess)
    assert access.presentation is None
    desk.worker.uses.flush(desk.database)
    use = used(desk)
    assert use is not None
    assert (use.network, use.agent) == ("", "shown by jira-main")
    assert ask(value + "x") is None
    assert ask("asv_rt_something") is None


def test_a_decision_asks_for_bearer(desk: TokenDesk) -> None:
    resource, now = desk.world.resources.get("jira-main"), desk.clock.now()
    basic = desk.add(presentations=frozenset({Presentation.BASIC}))
    verdict = desk.worker.introspection.judge(basic, resource, now)
    assert isinstance(verdict, UnfitToken)
    assert verdict.problem is TokenProblem.PRESENTED_OTHERWISE


@pytest.mark.rule("AK-04")
def test_an_api_token_opens_nothing_of_ours(desk: TokenDesk) -> None:
    verdict = desk.worker.introspection.judge_anywhere(desk.add(), desk.clock.now())
    assert verdict == NOT_OURS
