"""What the rules make of the claims of an ID token."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from typing import Any

import pytest

from authserver.domain.authorization_requests import REQUEST_SECONDS
from authserver.domain.providers import (
    Provider,
    ProviderAuth,
    ProviderKind,
    ProviderStatus,
    SubjectRule,
)
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem
from authserver.services.federated_arrivals import LINK_PROOF_SECONDS
from authserver.services.id_token_rules import (
    AskedFor,
    authenticated_at,
    check_id_token,
    expected_issuer,
)
from tests.doubles import EPOCH

ISSUER = "https://login.example.org"
TENANT = "72f988bf-86f1-41af-91ab-2d7cd011db47"
MANY = "https://login.microsoftonline.com/{tenantid}/v2.0"
ACCESS_TOKEN = "the access token"


def provider(**stated: Any) -> Provider:
    """A plain provider."""
    usual: dict[str, Any] = {
        "name": "acme",
        "kind": ProviderKind.OIDC,
        "display_name": "Acme",
        "status": ProviderStatus.ENABLED,
        "issuer": ISSUER,
        "discovery_url": ISSUER,
        "client_id": "client",
        "auth": ProviderAuth.NONE,
        "secrets": (),
        "subject_rule": SubjectRule.SUB,
        "created_at": 0.0,
    }
    return Provider(**{**usual, **stated})


def claims(**stated: object) -> dict[str, object]:
    """Good claims, but for what is stated; `None` takes one out."""
    good: dict[str, object] = {
        "iss": ISSUER,
        "sub": "grace",
        "aud": "client",
        "exp": EPOCH + 300,
        "iat": EPOCH,
        "nonce": "nonce",
    }
    return {name: value for name, value in {**good, **stated}.items() if value is not None}


def judged(
    said: dict[str, object], at: Provider | None = None, *, max_age: int | None = None
) -> None:
    """Judge claims as the answer to a sign-in that began ten seconds ago."""
    asked = AskedFor("nonce", EPOCH - 10, max_age)
    check_id_token(at or provider(), said, asked, access_token=ACCESS_TOKEN, now=EPOCH)


def half(name: str) -> str:
    """`at_hash` of the access token."""
    digest = hashlib.new(name, ACCESS_TOKEN.encode()).digest()
    return urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def test_the_hash_of_the_access_token_is_that_of_the_providers_algorithm() -> None:
    for algorithm, name in (("RS256", "sha256"), ("RS384", "sha384"), ("ES512", "sha512")):
        at = provider(algorithms=frozenset({algorithm}))
        judged(claims(at_hash=half(name)), at)
        for other in {"sha256", "sha384", "sha512"} - {name}:
            with pytest.raises(UpstreamFailure):
                judged(claims(at_hash=half(other)), at)


@pytest.mark.parametrize("ahead", [300, 61])
def test_a_clock_that_differs_by_minutes_is_named(ahead: int) -> None:
    with pytest.raises(UpstreamFailure) as refused:
        judged(claims(iat=EPOCH + ahead, exp=EPOCH + 3600))
    assert refused.value.problem is SignInProblem.ID_TOKEN_INVALID
    assert refused.value.detail == f"iat is {ahead} s in the future"


def test_a_clock_that_is_five_minutes_behind_harms_nobody_until_tokens_expire() -> None:
    judged(claims(iat=EPOCH - 300, exp=EPOCH + 3300))
    with pytest.raises(UpstreamFailure) as refused:
        judged(claims(iat=EPOCH - 600, exp=EPOCH - 300))
    assert refused.value.detail == "exp was 300 s ago"


@pytest.mark.parametrize("time", [True, "1", None, -1, 0, 2**63, float("inf"), float("nan"), [1]])
def test_only_a_number_is_a_time(time: object) -> None:
    with pytest.raises(UpstreamFailure) as refused:
        judged(claims(exp=time))
    assert refused.value.problem is SignInProblem.ID_TOKEN_INVALID
    assert "exp" in refused.value.detail


@pytest.mark.parametrize(
    ("max_age", "auth_time", "is_fresh"),
    [
        (0, EPOCH, True),
        (0, EPOCH - 70, True),
        (0, EPOCH - 71, False),
        (600, EPOCH - 660, True),
        (600, EPOCH - 661, False),
        (600, None, False),
        (0, None, False),
        (None, None, True),
        (None, EPOCH - 10**6, True),
    ],
)
def test_who_asked_for_a_fresh_sign_in_gets_one(
    max_age: int | None,
    auth_time: float | None,
    is_fresh: bool,  # noqa: FBT001 - a column of the table above
) -> None:
    said = claims(auth_time=auth_time)
    if is_fresh:
        judged(said, max_age=max_age)
        return
    with pytest.raises(UpstreamFailure) as refused:
        judged(said, max_age=max_age)
    assert refused.value.problem is SignInProblem.NOT_FRESH


@pytest.mark.parametrize(
    ("max_age", "auth_time", "expected"),
    [
        (None, EPOCH - 5000, EPOCH - 5000),
        (None, EPOCH + 50, EPOCH),
        (0, EPOCH - 60, EPOCH - 10),
        (0, EPOCH - 3, EPOCH - 3),
        (600, EPOCH - 650, EPOCH - 600),
    ],
)
def test_a_sign_in_counts_from_when_it_was_and_never_from_the_future(
    max_age: int | None, auth_time: float | None, expected: float
) -> None:
    asked = AskedFor("nonce", EPOCH - 10, max_age)
    assert authenticated_at(claims(auth_time=auth_time), asked, EPOCH) == expected


@pytest.mark.parametrize(("issued", "known"), [(-30, -30), (0, 0), (50, 0)])
def test_a_sign_in_of_which_nothing_is_said_is_older_than_every_request_that_waits(
    issued: int, known: int
) -> None:
    asked = AskedFor("nonce", EPOCH - 10, None)
    at = authenticated_at(claims(auth_time=None, iat=EPOCH + issued), asked, EPOCH)
    assert at == EPOCH + known - REQUEST_SECONDS
    assert at < EPOCH - LINK_PROOF_SECONDS


def test_an_issuer_is_exact_or_the_template_with_a_tenant() -> None:
    assert expected_issuer(provider(), ISSUER) == ISSUER
    for wrong in ("", ISSUER + "/", ISSUER.upper(), MANY):
        with pytest.raises(UpstreamFailure):
            expected_issuer(provider(), wrong)
    many = provider(kind=ProviderKind.ENTRA, issuer=MANY)
    good = MANY.replace("{tenantid}", TENANT)
    assert expected_issuer(many, good) == good
    for wrong in (MANY, good + "/", good + "\n", MANY.replace("{tenantid}", "common")):
        with pytest.raises(UpstreamFailure):
            expected_issuer(many, wrong)
