"""A signature is checked once; everything else is judged anew, each time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from authserver.crypto.foreign_tokens import StrictForeignTokenReader
from authserver.domain.external_tokens import DenialKind
from authserver.domain.external_tokens import ExternalProblem as Why
from authserver.services.external_denials import FOR_EVER
from tests.federation.bearing import APP
from tests.federation.fake_keys import FakeKey, rsa_key
from tests.federation.fake_provider import hang

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.federation.bearing import Bearing

HOUR = 3600


@pytest.fixture
def verified(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text whose signature was checked."""
    seen: list[str] = []
    verify = StrictForeignTokenReader.verify

    def watched(self: Any, token_value: str, *given: Any, **named: Any) -> Mapping[str, object]:
        seen.append(token_value)
        return verify(self, token_value, *given, **named)

    monkeypatch.setattr(StrictForeignTokenReader, "verify", watched)
    return seen


def test_a_signature_is_checked_once_by_each_worker(okta: Bearing, verified: list[str]) -> None:
    token, other = okta.token(), okta.installation.start_worker()
    for _ in range(3):
        assert okta.judge(token).is_accepted
        assert okta.judge(token, other).is_accepted
    assert verified == [token, token]


def test_what_was_refused_is_not_remembered(okta: Bearing, verified: list[str]) -> None:
    token = okta.token(aud="elsewhere")
    for _ in range(2):
        assert okta.judge(token).problem is Why.AUDIENCE_NOT_ACCEPTED
    assert len(verified) == 4
    okta.configure(bearer={"audiences": frozenset({"elsewhere"})})
    assert okta.judge(token).is_accepted


def test_a_remembered_token_ends_when_it_is_over(okta: Bearing, verified: list[str]) -> None:
    token = okta.token()
    assert okta.judge(token).is_accepted
    okta.installation.clock.advance(HOUR + 59)
    assert okta.judge(token).is_accepted
    okta.installation.clock.advance(1)
    assert okta.judge(token).problem is Why.EXPIRED
    assert len(verified) == 1


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"audiences": frozenset({"api://other"})}, Why.AUDIENCE_NOT_ACCEPTED),
        ({"clients": {}}, Why.CLIENT_NOT_ACCEPTED),
        ({"scopes": {}}, Why.NO_MAPPED_SCOPE),
        ({"longest_seconds": 60}, Why.LIFE_TOO_LONG),
    ],
)
def test_a_changed_rule_holds_for_tokens_that_were_verified_before(
    okta: Bearing, changes: dict[str, Any], why: Why
) -> None:
    token = okta.token()
    assert okta.judge(token).is_accepted
    okta.configure(bearer=changes)
    assert okta.judge(token).problem is why


def test_a_change_elsewhere_makes_nobody_check_again(okta: Bearing, verified: list[str]) -> None:
    token, container = okta.token(), okta.installation.container
    assert okta.judge(token).is_accepted
    container.external_denials.deny(
        "theirs",
        DenialKind.CLIENT,
        "somebody-else",
        container.operator,
        until=FOR_EVER,
    )
    assert okta.judge(token).is_accepted
    assert len(verified) == 1


@pytest.mark.rule("FE-15")
def test_a_key_that_is_taken_out_verifies_no_longer_than_keys_are_fresh(okta: Bearing) -> None:
    old = okta.token(exp=int(okta.installation.clock.now()) + 20 * HOUR)
    assert okta.judge(old).is_accepted
    okta.fake.rotate("key-2", 2)
    okta.installation.clock.advance(901)
    assert okta.judge(old).problem is Why.KEY_UNKNOWN
    assert okta.judge(okta.token(jti="AT.new")).is_accepted


@pytest.mark.rule("FE-15")
def test_the_same_kid_with_another_key_is_another_key(okta: Bearing) -> None:
    old = okta.token(exp=int(okta.installation.clock.now()) + 20 * HOUR)
    assert okta.judge(old).is_accepted
    okta.fake.keys = [FakeKey("key-1", rsa_key(2))]
    okta.installation.clock.advance(901)
    assert okta.judge(old).problem is Why.SIGNATURE_INVALID
    assert okta.judge(okta.token(jti="AT.new")).is_accepted


@pytest.mark.rule("FE-15")
@pytest.mark.feature(27)
@pytest.mark.trap(6)
def test_a_new_key_is_found_at_once_and_an_outage_stops_nobody_for_a_day(okta: Bearing) -> None:
    assert okta.judge(okta.token()).is_accepted
    okta.installation.clock.advance(61)
    okta.fake.keys.append(FakeKey("key-2", rsa_key(2)))
    assert okta.judge(okta.token(jti="AT.2")).is_accepted
    okta.fake.faults["/keys"] = okta.fake.faults["/openid-configuration"] = hang()
    okta.installation.clock.advance(20 * HOUR)
    assert okta.judge(okta.token(jti="AT.3")).is_accepted
    okta.installation.clock.advance(5 * HOUR)
    judged = okta.judge(okta.token(jti="AT.4"))
    assert judged.reason.startswith(f"{Why.KEY_UNKNOWN}: no keys")


@pytest.mark.rule("FE-15")
def test_no_keys_at_all_verify_nothing(okta: Bearing) -> None:
    token = okta.token()
    assert okta.judge(token).is_accepted
    okta.fake.keys = []
    okta.installation.clock.advance(901)
    assert okta.judge(token).problem is Why.KEY_UNKNOWN


def test_a_token_of_ours_is_never_anybody_else_s(okta: Bearing) -> None:
    """Whoever signs our issuer's name is no provider, even one that says it is us."""
    okta.fake.issuer = okta.installation.settings.issuer
    okta.configure(issuer=okta.installation.settings.issuer + "/oauth2/x")
    judged = okta.judge(okta.fake.access_token(okta.person))
    assert judged.reason == "unreadable"
    caller = okta.installation.caller("own", okta.site, "READ")
    assert okta.judge(okta.installation.lane.token(caller)).introspected["client_id"] == "own"


@pytest.mark.trap(6)
def test_of_two_providers_with_one_issuer_each_has_its_own_clients_and_people(
    okta: Bearing,
) -> None:
    second = replace(
        okta.provider, name="second", bearer=replace(okta.provider.bearer, clients={"app-2": ""})
    )
    with okta.installation.container.database.writing() as stores:
        stores.providers.add(second)
    okta.configure()
    assert okta.judge(okta.token()).introspected["client_id"] == f"theirs:{APP}"
    judged = okta.judge(okta.token(cid="app-2"))
    # The person is linked at the first one, and nobody at the second.
    assert judged.problem is Why.USER_UNKNOWN
    assert judged.record["details"]["provider"] == "second"
    assert judged.record["client_id"] == "second:app-2"
