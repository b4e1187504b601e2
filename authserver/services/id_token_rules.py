"""What the claims of a provider's ID token must be (OpenID Connect Core section 3.1.3.7).

The signature, its algorithm and key were judged before, by the reader of foreign tokens.
"""

from __future__ import annotations

import hashlib
import hmac
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.authorization_requests import REQUEST_SECONDS
from authserver.domain.provider_issuers import GUID, allows_tenant, tenant_in
from authserver.domain.providers import ProviderKind
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.providers import Provider

LEEWAY_SECONDS: Final = 60.0
"""How far the provider's clock may be from ours."""
LATEST_TIME: Final = 253_402_300_799
"""The end of the year 9999: later is no time that anybody meant."""


@dataclass(frozen=True, slots=True)
class AskedFor:
    """What this sign-in asked of the provider; times are seconds since the epoch.

    `max_age` is as in `UpstreamAttempt`: 0 for a fresh sign-in, `None` for any.
    """

    nonce: str
    begun_at: float
    max_age: int | None


def expected_issuer(provider: Provider, said: str) -> str:
    """What `iss` must be of a token, or of an answer, that says it is `said`.

    Raises:
        UpstreamFailure: no issuer of this provider is called so.
    """
    if provider.serves_many_tenants:
        is_ours = tenant_in(provider.issuer, said) is not None
    else:
        is_ours = said == provider.issuer
    if not is_ours:
        raise _invalid("iss is not the provider's issuer")
    return said


def check_id_token(
    provider: Provider,
    claims: Mapping[str, object],
    asked: AskedFor,
    *,
    access_token: str,
    now: float,
) -> None:
    """Accept the verified claims of an ID token as the answer to what was asked.

    Raises:
        UpstreamFailure: ID_TOKEN_INVALID, TENANT_NOT_ALLOWED or NOT_FRESH; the detail names the
            claim and what is wrong with it.
    """
    _check_issuer(provider, claims)
    _check_audience(provider, claims)
    _check_use(provider, claims)
    _check_times(claims, now)
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not _equal(nonce, asked.nonce):
        raise _invalid("nonce is not the one that was sent")
    _check_access_token(provider, claims, access_token)
    _check_freshness(claims, asked, now)


def authenticated_at(claims: Mapping[str, object], asked: AskedFor, now: float) -> float:
    """When the person proved to be the person, out of accepted claims: never in the future.

    A fresh sign-in counts from when it was asked for, though the provider's clock be behind. Where
    nothing was asked and nothing is said, nobody knows whether the person was asked for anything:
    it counts as older than every authorization request that still waits, in another tab perhaps,
    and than the proof that connecting accounts needs.
    """
    if asked.max_age is None and claims.get("auth_time") is None:
        return min(_time("iat", claims), now) - REQUEST_SECONDS
    at = _time("auth_time", claims)
    if asked.max_age == 0:
        at = max(at, asked.begun_at)
    elif asked.max_age is not None:
        at = max(at, now - asked.max_age)
    return min(at, now)


def _check_issuer(provider: Provider, claims: Mapping[str, object]) -> None:
    issuer = claims.get("iss")
    if not isinstance(issuer, str):
        raise _invalid("iss is missing or no text")
    expected_issuer(provider, issuer)
    if provider.kind is not ProviderKind.ENTRA:
        return
    tenant = claims.get("tid")
    if not isinstance(tenant, str) or GUID.fullmatch(tenant) is None:
        raise _invalid("tid is missing or no GUID")
    if provider.serves_many_tenants and tenant_in(provider.issuer, issuer) != tenant:
        raise _invalid("iss names another tenant than tid")
    if not allows_tenant(provider, tenant):
        raise UpstreamFailure(SignInProblem.TENANT_NOT_ALLOWED, "tid is not an accepted tenant")


def _check_audience(provider: Provider, claims: Mapping[str, object]) -> None:
    # Nobody else is trusted to see it, so one audience and no other.
    if claims.get("aud") not in (provider.client_id, [provider.client_id]):
        raise _invalid("aud is not our client id alone")
    if "azp" in claims and claims["azp"] != provider.client_id:
        raise _invalid("azp is another client")


def _check_use(provider: Provider, claims: Mapping[str, object]) -> None:
    """Cognito says of each token what it is for: an access token proves no sign-in."""
    use = claims.get("token_use")
    if use is None and provider.kind is not ProviderKind.COGNITO:
        return
    if use != "id":
        raise _invalid("token_use is not id")


def _check_times(claims: Mapping[str, object], now: float) -> None:
    expires_at = _time("exp", claims)
    if now >= expires_at + LEEWAY_SECONDS:
        raise _invalid(f"exp was {now - expires_at:.0f} s ago")
    for name in ("iat", "nbf", "auth_time"):
        if name != "iat" and claims.get(name) is None:
            continue
        ahead = _time(name, claims) - now
        if ahead > LEEWAY_SECONDS:
            raise _invalid(f"{name} is {ahead:.0f} s in the future")


def _check_access_token(
    provider: Provider, claims: Mapping[str, object], access_token: str
) -> None:
    said = claims.get("at_hash")
    if said is None or not access_token:
        return
    if not isinstance(said, str):
        raise _invalid("at_hash is no text")
    hashes = {_half_hash(access_token, each) for each in provider.algorithms}
    if not any(_equal(said, each) for each in hashes):
        raise _invalid("at_hash is not of the access token that came with it")


def _check_freshness(claims: Mapping[str, object], asked: AskedFor, now: float) -> None:
    if asked.max_age is None:
        return
    if claims.get("auth_time") is None:
        raise UpstreamFailure(SignInProblem.NOT_FRESH, "auth_time is missing")
    oldest = asked.begun_at if asked.max_age == 0 else now - asked.max_age
    behind = oldest - _time("auth_time", claims)
    if behind > LEEWAY_SECONDS:
        raise UpstreamFailure(SignInProblem.NOT_FRESH, f"auth_time is {behind:.0f} s too early")


def _time(name: str, claims: Mapping[str, object]) -> float:
    value = claims.get(name)
    # True is an int to Python, and to nobody else.
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise _invalid(f"{name} is missing or no number")
    if not 0 < value <= LATEST_TIME:
        raise _invalid(f"{name} is no time")
    return float(value)


def _half_hash(access_token: str, algorithm: str) -> str:
    """`at_hash` under a signature's algorithm (section 3.1.3.6)."""
    name = {"384": "sha384", "512": "sha512"}.get(algorithm[-3:], "sha256")
    digest = hashlib.new(name, access_token.encode("utf-8", "surrogatepass")).digest()
    return urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode("ascii")


def _equal(one: str, other: str) -> bool:
    return hmac.compare_digest(
        one.encode("utf-8", "surrogatepass"), other.encode("utf-8", "surrogatepass")
    )


def _invalid(detail: str) -> UpstreamFailure:
    return UpstreamFailure(SignInProblem.ID_TOKEN_INVALID, detail)
