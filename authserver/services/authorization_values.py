"""Single parameters of an authorization request, each by its own rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.authorization_requests import Prompt
from authserver.domain.claims_parameter import ClaimsParameter, parse_claims
from authserver.domain.errors import InvalidField
from authserver.domain.pkce import METHOD, is_challenge
from authserver.domain.requested_claims import RequestedClaims

if TYPE_CHECKING:
    from authserver.domain.authorization_queries import AuthorizationQuery
    from authserver.domain.clients import Client


def checked_challenge(client: Client, query: AuthorizationQuery) -> str:
    """The S256 challenge, empty when an exempt client sent none (RFC 7636 section 4.3).

    A client that cannot authenticate is never exempt, whatever is registered.

    Raises:
        InvalidField: it is missing or malformed, or its method is not S256.
    """
    challenge = query.get("code_challenge")
    method = query.get("code_challenge_method")
    if challenge is None:
        if client.profile.require_pkce or not client.is_confidential or method is not None:
            raise InvalidField("code_challenge", "required, with code_challenge_method=S256")
        return ""
    if method != METHOD:
        # RFC 7636 section 4.3: absent means plain.
        raise InvalidField("code_challenge_method", "must be S256")
    if not is_challenge(challenge):
        raise InvalidField("code_challenge", "43 base64url characters without padding")
    return challenge


def checked_prompts(value: str | None) -> frozenset[Prompt]:
    """The values of `prompt` (OpenID Connect Core section 3.1.2.1).

    Raises:
        InvalidField: an unknown value, or `none` beside another one.
    """
    known = {str(prompt): prompt for prompt in Prompt}
    asked = (value or "").split()
    if any(each not in known for each in asked):
        raise InvalidField("prompt", "none, or login, consent and select_account")
    prompts = frozenset(known[each] for each in asked)
    if Prompt.NONE in prompts and len(prompts) > 1:
        raise InvalidField("prompt", "none stands alone")
    return prompts


def checked_max_age(value: str | None) -> int | None:
    """Seconds, `None` when it is absent.

    Raises:
        InvalidField: it is no whole number.
    """
    if value is None:
        return None
    if not (value.isascii() and value.isdigit()):
        raise InvalidField("max_age", "a whole number of seconds")
    return int(value)


def checked_claims(value: str | None) -> ClaimsParameter:
    """The `claims` parameter, asking for nothing when it is absent. Raises InvalidField."""
    return ClaimsParameter(RequestedClaims(), "") if value is None else parse_claims(value)
