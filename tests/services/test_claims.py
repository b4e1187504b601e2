"""Claims come by scope and by name, and never take the place of a token's own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from authserver.domain.users import PersonalData
from authserver.services import claims
from authserver.services.claims import (
    CLAIMS_OF_SCOPE,
    RESERVED,
    SCOPE_OF_CLAIM,
    claims_for,
    reachable,
)
from tests.doubles import EPOCH
from tests.services.telling import ADA

NOTHING: frozenset[str] = frozenset()
GROUPS = ["staff", "admins"]


def told(*scopes: str, by_name: frozenset[str] = NOTHING) -> dict[str, object]:
    return claims_for(ADA, GROUPS, frozenset(scopes), by_name)


def test_openid_alone_tells_nothing_of_the_person() -> None:
    assert told("openid", "offline_access", "READ") == {}


def test_profile_tells_the_name() -> None:
    assert told("openid", "profile") == {
        "name": "Ada Lovelace",
        "given_name": "Ada",
        "family_name": "Lovelace",
        "preferred_username": "ada",
        "locale": "en-GB",
        "zoneinfo": "Europe/London",
        "updated_at": int(EPOCH - 500.5),
    }


def test_email_tells_the_address_and_whether_it_is_verified() -> None:
    assert told("email") == {"email": "ada@example.com", "email_verified": True}


def test_groups_tells_the_groups_in_order() -> None:
    assert told("groups") == {"groups": ["admins", "staff"]}


def test_a_claim_asked_for_by_name_comes_alone() -> None:
    assert told("openid", by_name=frozenset({"name"})) == {"name": "Ada Lovelace"}
    assert told("email", by_name=frozenset({"locale"})).keys() == {
        "email",
        "email_verified",
        "locale",
    }


def test_what_is_not_known_is_left_out() -> None:
    nobody = replace(ADA, data=PersonalData(), updated_at=0.0)
    everything = claims_for(nobody, [], frozenset(CLAIMS_OF_SCOPE), NOTHING)
    assert everything == {
        "preferred_username": "ada",
        "updated_at": int(EPOCH) - 1000,
        "groups": [],
    }


@pytest.mark.rule("OI-05")
def test_an_address_is_verified_only_when_somebody_did_it() -> None:
    user = replace(ADA, data=PersonalData(email="ada@example.com"))
    assert claims_for(user, [], frozenset({"email"}), NOTHING)["email_verified"] is False


@pytest.mark.rule("JW-10")
def test_no_name_brings_a_claim_with_which_tokens_speak() -> None:
    assert RESERVED.isdisjoint(SCOPE_OF_CLAIM)
    everything = frozenset(CLAIMS_OF_SCOPE)
    assert told(*everything, by_name=RESERVED) == told(*everything)


@pytest.mark.rule("JW-10")
def test_what_is_kept_of_a_user_under_such_a_name_is_not_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(claims, "_known", lambda *_: dict.fromkeys(RESERVED | {"name"}, "x"))
    assert claims_for(ADA, [], frozenset({"profile"}), RESERVED) == {"name": "x"}


def test_names_that_nobody_knows_bring_nothing() -> None:
    assert told(by_name=frozenset({"password_hash", "status", "is_administrator", ""})) == {}


def test_a_client_may_ask_by_name_for_what_its_scopes_reach() -> None:
    asked = frozenset({"name", "email", "groups", "sub", "unknown"})
    assert reachable(asked, frozenset({"openid", "email", "profile"})) == {"name", "email"}
    assert reachable(asked, NOTHING) == NOTHING
