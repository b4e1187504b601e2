from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.domain.authorization_profiles import ConsentRule
from authserver.domain.authorization_requests import Prompt
from authserver.domain.clients import ClientAuthMethod
from authserver.domain.requested_claims import RequestedClaims
from authserver.domain.sessions import PASSWORD_ACR
from authserver.services.authorization_steps import (
    ACCESS_DENIED,
    CREDENTIALS_REST,
    FINISH,
    LOGIN_REQUIRED,
    NOT_BY_GROUPS,
    OTHER_USER,
    UNMET_ACR,
    Page,
    Refuse,
    always_asks,
    next_step,
    scopes_to_allow,
)
from tests.services.authorizations import CLIENT, NOW, client, consent, request, signed_in

if TYPE_CHECKING:
    from authserver.domain.consents import Consent
    from authserver.services.sessions import SignedIn

ALLOWED = consent("openid", "READ")
NONE = frozenset({Prompt.NONE})


def test_nobody_signed_in_has_to_sign_in() -> None:
    assert next_step(request(), CLIENT, None, None, NOW) is Page.LOGIN
    assert next_step(request(prompts=NONE), CLIENT, None, None, NOW) == LOGIN_REQUIRED


def test_who_is_signed_in_and_has_allowed_it_is_done() -> None:
    assert next_step(request(), CLIENT, signed_in(), ALLOWED, NOW) == FINISH
    assert next_step(request(prompts=NONE), CLIENT, signed_in(), ALLOWED, NOW) == FINISH


def test_nobody_is_asked_to_allow_what_the_groups_do_not_give() -> None:
    nothing, other, read = frozenset[str](), frozenset({"WRITE:X"}), frozenset({"READ"})
    for ceiling in (nothing, other):
        for prompts in (frozenset[Prompt](), NONE, frozenset({Prompt.CONSENT})):
            asked = request(prompts=prompts)
            step = next_step(asked, CLIENT, signed_in(), None, NOW, ceiling=ceiling)
            assert step == NOT_BY_GROUPS
    assert next_step(request(), CLIENT, signed_in(), ALLOWED, NOW, ceiling=read) == FINISH
    about_me = request(scopes=frozenset({"openid"}))
    assert next_step(about_me, CLIENT, signed_in(), ALLOWED, NOW, ceiling=nothing) == FINISH
    assert next_step(request(), CLIENT, None, None, NOW, ceiling=nothing) is Page.LOGIN


def test_nobody_is_asked_whose_credentials_rest() -> None:
    resting = signed_in(credentials_disabled_at=NOW - 1)
    for prompts in (frozenset[Prompt](), NONE, frozenset({Prompt.CONSENT})):
        step = next_step(request(prompts=prompts), CLIENT, resting, ALLOWED, NOW)
        assert step == CREDENTIALS_REST
    # About the account everything is asked as ever.
    other = request(hinted_subject="user:somebody-else")
    assert next_step(other, CLIENT, resting, ALLOWED, NOW) is Page.LOGIN


def test_a_refusal_is_the_last_word() -> None:
    denied = replace(request(), denied_at=NOW - 1, consented_at=NOW - 2)
    for user in (None, signed_in(), signed_in(must_change_password=True)):
        assert next_step(denied, CLIENT, user, ALLOWED, NOW) == ACCESS_DENIED


@pytest.mark.parametrize(
    "asked",
    [
        {"prompts": frozenset({Prompt.LOGIN})},
        {"max_age": 0},
        {"max_age": 999},
        {"claims": RequestedClaims(essential_acr=(PASSWORD_ACR,))},
    ],
)
def test_signing_in_again_is_due_until_it_was_done_for_this_request(
    asked: dict[str, Any],
) -> None:
    acr = "urn:example:other" if "claims" in asked else PASSWORD_ACR
    step = next_step(request(**asked), CLIENT, signed_in(acr=acr), ALLOWED, NOW)
    assert step is Page.LOGIN
    fresh = signed_in(NOW - 10)
    assert next_step(request(**asked), CLIENT, fresh, ALLOWED, NOW + 800) == FINISH


def test_max_age_counts_from_the_last_signing_in() -> None:
    wanted = request(max_age=1000)
    assert next_step(wanted, CLIENT, signed_in(), ALLOWED, NOW) == FINISH
    assert next_step(wanted, CLIENT, signed_in(), ALLOWED, NOW + 1) is Page.LOGIN


def test_an_acr_that_no_signing_in_reaches_is_refused_at_once() -> None:
    gold = RequestedClaims(essential_acr=("urn:example:gold",))
    for prompts in (frozenset[Prompt](), NONE):
        wanted = request(claims=gold, prompts=prompts)
        for user in (None, signed_in(), signed_in(NOW)):
            assert next_step(wanted, CLIENT, user, ALLOWED, NOW) == UNMET_ACR
    golden = signed_in(acr="urn:example:gold")
    assert next_step(request(claims=gold), CLIENT, golden, ALLOWED, NOW) == FINISH


def test_a_password_for_one_use_is_changed_before_anything_else() -> None:
    user = signed_in(must_change_password=True)
    wanted = request(prompts=frozenset({Prompt.SELECT_ACCOUNT, Prompt.CONSENT}))
    assert next_step(wanted, CLIENT, user, ALLOWED, NOW) is Page.CHANGE_PASSWORD
    silent = next_step(request(prompts=NONE), CLIENT, user, ALLOWED, NOW)
    assert isinstance(silent, Refuse)
    assert silent.error == "interaction_required"


def test_an_account_is_chosen_once() -> None:
    wanted = request(prompts=frozenset({Prompt.SELECT_ACCOUNT}))
    assert next_step(wanted, CLIENT, signed_in(), ALLOWED, NOW) is Page.SELECT_ACCOUNT
    chosen = replace(wanted, account_chosen_at=NOW)
    assert next_step(chosen, CLIENT, signed_in(), ALLOWED, NOW) == FINISH
    assert next_step(wanted, CLIENT, signed_in(NOW - 5), ALLOWED, NOW) == FINISH


def test_another_user_than_the_one_asked_for_may_sign_in_once() -> None:
    wanted = request(hinted_subject="user:bob")
    assert next_step(wanted, CLIENT, signed_in(), ALLOWED, NOW) is Page.LOGIN
    assert next_step(wanted, CLIENT, signed_in(NOW - 5), ALLOWED, NOW) == OTHER_USER
    silent = request(hinted_subject="user:bob", prompts=NONE)
    assert next_step(silent, CLIENT, signed_in(), ALLOWED, NOW) == LOGIN_REQUIRED
    mine = request(hinted_subject="user:ada", prompts=NONE)
    assert next_step(mine, CLIENT, signed_in(), ALLOWED, NOW) == FINISH


@pytest.mark.parametrize("remembered", [None, consent(), consent("openid"), consent("READ")])
def test_what_is_new_is_asked_for(remembered: object) -> None:
    known = remembered if isinstance(remembered, type(ALLOWED)) else None
    assert next_step(request(), CLIENT, signed_in(), known, NOW) is Page.CONSENT
    silent = next_step(request(prompts=NONE), CLIENT, signed_in(), known, NOW)
    assert isinstance(silent, Refuse)
    assert silent.error == "consent_required"


def test_an_answer_counts_for_its_request_user_and_scopes() -> None:
    answered = replace(
        request(),
        consented_at=NOW,
        consented_subject="user:ada",
        consented_scopes=frozenset({"openid", "READ"}),
    )
    assert next_step(answered, CLIENT, signed_in(), None, NOW) == FINISH
    for changed in (
        {"consented_subject": "user:bob"},
        {"consented_scopes": frozenset({"openid"})},
        {"consented_at": None},
    ):
        other = replace(answered, **changed)
        assert next_step(other, CLIENT, signed_in(), None, NOW) is Page.CONSENT


def test_some_are_asked_each_time() -> None:
    always = client(consent=ConsentRule.ALWAYS)
    dynamic = client(registered_by="token-1")
    public = replace(CLIENT, auth_method=ClientAuthMethod.NONE)
    again = request(prompts=frozenset({Prompt.CONSENT}))
    local = request(redirect_uri="http://127.0.0.1:5000/cb")
    own = request(redirect_uri="com.example.app:/cb")
    for asking, wanted in (
        (always, request()),
        (dynamic, request()),
        (CLIENT, again),
        (public, local),
        (public, own),
    ):
        assert next_step(wanted, asking, signed_in(), ALLOWED, NOW) is Page.CONSENT
        answered = replace(
            wanted,
            consented_at=NOW,
            consented_subject="user:ada",
            consented_scopes=wanted.parameters.scopes,
        )
        assert next_step(answered, asking, signed_in(), None, NOW) == FINISH
    assert not always_asks(public, "https://app.example.com/cb")
    assert not always_asks(CLIENT, "http://127.0.0.1:5000/cb")


def test_claims_asked_for_by_name_need_consent_like_their_scopes() -> None:
    claims = RequestedClaims(
        userinfo=frozenset({"email"}), id_token=frozenset({"name", "auth_time"})
    )
    wanted = request(claims=claims)
    assert scopes_to_allow(wanted.parameters) == {"openid", "READ", "email", "profile"}
    assert next_step(wanted, CLIENT, signed_in(), ALLOWED, NOW) is Page.CONSENT
    allowed = consent("openid", "READ", "email", "profile")
    assert next_step(wanted, CLIENT, signed_in(), allowed, NOW) == FINISH


@given(
    st.sets(st.sampled_from(sorted(set(Prompt) - {Prompt.NONE}))),
    st.fixed_dictionaries(
        {
            "max_age": st.none() | st.integers(0, 2000),
            "hinted_subject": st.sampled_from(["", "user:ada", "user:bob"]),
        }
    ),
    st.none() | st.builds(signed_in, must_change_password=st.booleans()),
    st.none() | st.just(ALLOWED),
)
def test_silence_is_silent_and_otherwise_the_same(
    prompts: set[Prompt], asked: dict[str, Any], user: SignedIn | None, known: Consent | None
) -> None:
    shown = next_step(request(prompts=frozenset(prompts), **asked), CLIENT, user, known, NOW)
    silent = next_step(request(prompts=NONE, **asked), CLIENT, user, known, NOW)
    assert not isinstance(silent, Page)
    if not prompts:
        assert (silent == FINISH) is (shown == FINISH)
