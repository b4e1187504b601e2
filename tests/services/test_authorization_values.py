from __future__ import annotations

from dataclasses import replace

import pytest

from authserver.domain.authorization_queries import AuthorizationQuery
from authserver.domain.authorization_requests import Prompt
from authserver.domain.clients import ClientAuthMethod
from authserver.domain.errors import InvalidField
from authserver.services.authorization_values import (
    checked_challenge,
    checked_claims,
    checked_max_age,
    checked_prompts,
)
from tests.services.authorizations import CLIENT, client

EXEMPT = client(require_pkce=False)


def test_a_client_that_cannot_authenticate_is_never_exempt() -> None:
    assert checked_challenge(EXEMPT, AuthorizationQuery({})) == ""
    public = replace(EXEMPT, auth_method=ClientAuthMethod.NONE)
    for asking in (public, CLIENT):
        with pytest.raises(InvalidField):
            checked_challenge(asking, AuthorizationQuery({}))


def test_half_a_challenge_is_refused_of_an_exempt_client_too() -> None:
    for sent in ({"code_challenge_method": "S256"}, {"code_challenge": "A" * 43}):
        with pytest.raises(InvalidField):
            checked_challenge(EXEMPT, AuthorizationQuery(sent))
    whole = {"code_challenge": "A" * 43, "code_challenge_method": "S256"}
    assert checked_challenge(EXEMPT, AuthorizationQuery(whole)) == "A" * 43


def test_prompts_are_a_set_of_known_words() -> None:
    assert checked_prompts(None) == frozenset()
    assert checked_prompts("login  login") == {Prompt.LOGIN}
    assert checked_prompts("consent select_account login") == frozenset(Prompt) - {Prompt.NONE}


@pytest.mark.parametrize("value", ["-1", "1.5", "1e3", "+1", "\u0661", "0x1", "soon", " 1"])
def test_max_age_is_a_whole_number(value: str) -> None:
    with pytest.raises(InvalidField):
        checked_max_age(value)


def test_max_age_may_be_absent_or_zero() -> None:
    assert (checked_max_age(None), checked_max_age("0"), checked_max_age("0600")) == (None, 0, 600)


def test_absent_claims_ask_for_nothing() -> None:
    assert checked_claims(None).requested.userinfo == frozenset()
