"""What is stopped counts no more, at once and everywhere, for a token that still runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.domain.external_tokens import DenialKind
from authserver.domain.external_tokens import ExternalProblem as Why
from authserver.services.external_denials import FOR_EVER
from authserver.services.user_lookup import known_anew
from tests.federation.bearing import APP, SUBJECT, Bearing, subject_key_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.wiring import Container


def stop_user(container: Container) -> None:
    container.users.disable(SUBJECT, container.operator)


def start_user(container: Container) -> None:
    container.users.enable(SUBJECT, container.operator)


def delete_user(container: Container) -> None:
    container.users.delete(SUBJECT, container.operator)


def rest(container: Container) -> None:
    now = container.clock.now()
    with container.administration.changing([known_anew(SUBJECT, now)], takes_power=True) as stores:
        user = stores.users.get(SUBJECT)
        assert user is not None
        stores.users.save(replace(user, credentials_disabled_at=now))


def stop_provider(container: Container) -> None:
    container.providers.disable("theirs", container.operator)


def remove_provider(container: Container) -> None:
    container.providers.remove("theirs", container.operator)


def unlink(container: Container) -> None:
    (identity,) = container.identities.of(SUBJECT)
    container.identities.unlink("theirs", identity.subject_key, container.operator)


@pytest.mark.rule("FE-12")
@pytest.mark.parametrize(
    ("stop", "why"),
    [
        (stop_user, Why.USER_STOPPED),
        (rest, Why.USER_STOPPED),
        (delete_user, Why.USER_UNKNOWN),
        (stop_provider, Why.PROVIDER_STOPPED),
        (remove_provider, None),
        (unlink, Why.USER_UNKNOWN),
    ],
)
def test_the_stopped_are_refused_at_both_endpoints_of_every_worker_at_once(
    okta: Bearing, stop: Callable[[Container], None], why: Why | None
) -> None:
    token, other = okta.token(), okta.installation.start_worker()
    workers = (okta.installation.worker, other)
    for worker in workers:
        assert okta.judge(token, worker).is_accepted
    stop(other.container)
    # The barrier moved the clock by more than a lease, which no poll has renewed.
    for worker in workers:
        judged = okta.judge(token, worker)
        assert not judged.is_accepted
        if why is not None:
            assert judged.problem is why
    # Nor does a token that is issued afterwards.
    assert not okta.judge(okta.token(jti="AT.later")).is_accepted


def test_a_user_who_is_enabled_again_needs_a_newer_token(okta: Bearing) -> None:
    old, container = okta.token(), okta.installation.container
    assert okta.judge(old).is_accepted
    stop_user(container)
    assert okta.judge(old).problem is Why.USER_STOPPED
    start_user(container)
    okta.installation.clock.advance(2)
    assert okta.judge(old).problem is Why.DENIED
    assert okta.judge(okta.token(jti="AT.newer")).is_accepted


def test_where_no_provider_s_tokens_count_nothing_is_looked_at(okta: Bearing) -> None:
    token = okta.token()
    assert okta.judge(token).is_accepted
    okta.configure(bearer={"is_on": False, "for_exchange": True})
    judged = okta.judge(token)
    assert judged.reason == "unreadable"
    assert "provider" not in judged.record["details"]


def test_somebody_who_sleeps_is_refused_until_the_next_sign_in(okta: Bearing) -> None:
    key = "00usleeper"
    now = okta.installation.clock.now()
    okta.link(key, "user:rip", asleep_since=now)
    judged = okta.judge(okta.token(uid=key))
    assert judged.reason == f"{Why.USER_STOPPED}: asleep"


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (DenialKind.TOKEN, "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"),
        (DenialKind.TOKEN, "11111111-2222-3333-4444-555555555555"),
        (DenialKind.SUBJECT, "00ujmkLgagxeRrAg20g3"),
        (DenialKind.CLIENT, APP),
    ],
)
def test_what_is_denied_is_refused_everywhere_until_it_is_allowed(
    cognito: Bearing, kind: DenialKind, value: str
) -> None:
    token, other = cognito.token(), cognito.installation.start_worker()
    denials, act = other.container.external_denials, other.container.operator
    assert cognito.judge(token).is_accepted
    assert cognito.judge(token, other).is_accepted
    denial = denials.deny("theirs", kind, value, act, reason="stolen laptop")
    for worker in (cognito.installation.worker, other):
        judged = cognito.judge(token, worker)
        assert (judged.is_accepted, judged.problem) == (False, Why.DENIED)
        assert judged.record["details"]["provider_client"] == APP
    assert denials.list("theirs") == [denial]
    denials.allow("theirs", kind, value, act)
    cognito.installation.poll()
    assert cognito.judge(token).is_accepted
    assert denials.list("theirs") == []


def test_a_denied_person_comes_back_with_a_token_of_later(okta: Bearing) -> None:
    container, old = okta.installation.container, okta.token()
    denials, act = container.external_denials, container.operator
    key = subject_key_of(okta.provider.kind, okta.person)
    denials.deny("theirs", DenialKind.SUBJECT, key, act)
    assert okta.judge(old).problem is Why.DENIED
    okta.installation.clock.advance(61)
    assert okta.judge(old).problem is Why.DENIED
    assert okta.judge(okta.token(jti="AT.later")).is_accepted
    denials.deny("theirs", DenialKind.SUBJECT, key, act, until=FOR_EVER)
    assert okta.judge(okta.token(jti="AT.latest")).problem is Why.DENIED


def test_only_the_session_of_cognito_that_is_denied_ends(cognito: Bearing) -> None:
    container = cognito.installation.container
    session = "11111111-2222-3333-4444-555555555555"
    container.external_denials.deny("theirs", DenialKind.TOKEN, session, container.operator)
    for changes in ({}, {"jti": "of-a-refresh"}):
        assert cognito.judge(cognito.token(**changes)).problem is Why.DENIED
    assert cognito.judge(cognito.token(origin_jti="another-session")).is_accepted
    assert cognito.judge(cognito.token(origin_jti=None)).is_accepted


def test_a_denial_reaches_no_further_than_its_provider_and_its_kind(okta: Bearing) -> None:
    container: Any = okta.installation.container
    for kind, value in ((DenialKind.CLIENT, "AT.other"), (DenialKind.TOKEN, APP)):
        container.external_denials.deny("theirs", kind, value, container.operator)
    assert okta.judge(okta.token()).is_accepted
