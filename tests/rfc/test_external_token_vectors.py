"""Access tokens of Okta, Entra ID and Cognito: each vector at both endpoints, with its reason.

The keys are made in the test. Whatever an address in a token says, nobody is asked there: the fake
network counts requests to hosts that no provider serves.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

import pytest

from authserver.domain.decisions import Deny, DenyReason
from authserver.domain.external_tokens import ExternalProblem as Why
from authserver.machine.denials import denial_of
from tests.federation.bearing import SUBJECT, BearingInstallation, bearing
from tests.federation.fake_keys import FakeKey, rsa_key
from tests.rfc.external_token_making import good_claims
from tests.rfc.external_token_table import COGNITO, ENTRA, OKTA, V1, VECTORS, Vector
from tests.rfc.installations import ISSUER
from tests.rfc.lanes import INTROSPECT

ONE_TEXT: Final = denial_of(Deny(DenyReason.TOKEN_INVALID), ISSUER).description

if TYPE_CHECKING:
    from _pytest.mark.structures import ParameterSet


def _case(vector: Vector) -> ParameterSet:
    marks = [pytest.mark.rule("FE-08")] if vector.kind is COGNITO else []
    return pytest.param(vector, id=vector.name.replace(" ", "-"), marks=marks)


@pytest.mark.parametrize("vector", [_case(vector) for vector in VECTORS])
def test_each_vector_is_judged_alike_at_both_endpoints_and_for_its_reason(
    vector: Vector, bearing_installation: BearingInstallation, caplog: pytest.LogCaptureFixture
) -> None:
    world = bearing(bearing_installation, vector.kind)
    if vector.prepare is not None:
        vector.prepare(world)
    token = world.token(**vector.claims) if vector.make is None else vector.make(world)
    with caplog.at_level(logging.INFO, "authserver.services.introspection"):
        judged = world.judge(token)
    if vector.why is None:
        assert judged.is_accepted, judged.record
        assert judged.introspected["sub"] == vector.subject
        assert judged.introspected["scope"] == "READ"
        assert judged.record["details"]["provider"] == "theirs"
        assert judged.record["details"]["subject"] == vector.subject
    else:
        assert (judged.problem, judged.introspected) == (vector.why, {"active": False})
        reason = f"{vector.why}: {vector.about}" if vector.about else vector.why
        assert judged.reason.startswith(reason), judged.reason
        assert f"refused: {judged.reason}" in caplog.text
        assert judged.decided.headers["x-deny-reason"] == "token-invalid"
        # Who presents it is told one text, whatever it was.
        assert judged.decided.headers["x-deny-description"] == ONE_TEXT
    assert world.fake.http.strangers == []


def test_the_same_person_is_one_user_whatever_version_the_token_has(
    bearing_installation: BearingInstallation,
) -> None:
    world = bearing(bearing_installation, ENTRA)
    first = world.judge(world.token(**V1, sub="pairwise-1"))
    second = world.judge(world.token(sub="pairwise-2"))
    assert first.introspected["sub"] == second.introspected["sub"] == SUBJECT
    assert first.introspected["iss"] != second.introspected["iss"]


def test_two_megabytes_are_read_by_nobody(bearing_installation: BearingInstallation) -> None:
    world = bearing(bearing_installation, OKTA)
    huge = world.token(padding="x" * 2_000_000)
    lane = bearing_installation.lane
    answer = lane.post(INTROSPECT, {"token": huge}, world.site.authorization)
    assert answer.status in {400, 413}
    assert world.decide(huge).status in {400, 401, 403, 413, 431}
    fitting = world.token(padding="x" * 13_000)
    assert len(fitting) > 16_384
    assert world.decide(fitting).headers["x-deny-reason"] == "token-invalid"
    assert bearing_installation.records()[-1]["reason"] == f"token-invalid: {Why.TOO_LARGE}"
    assert world.fake.http.sent == []


@pytest.mark.rule("FE-15")
def test_a_flood_of_invented_keys_asks_the_provider_once(
    bearing_installation: BearingInstallation,
) -> None:
    world = bearing(bearing_installation, OKTA)
    assert world.judge(world.token()).is_accepted
    bearing_installation.clock.advance(61)
    asked = len(world.fake.http.to("/keys"))
    for number in range(100):
        forged = FakeKey(f"flood-{number}", rsa_key(1)).sign(good_claims(world))
        assert world.judge(forged).problem is Why.KEY_UNKNOWN
    assert len(world.fake.http.to("/keys")) - asked <= 1
    assert world.judge(world.token()).is_accepted
