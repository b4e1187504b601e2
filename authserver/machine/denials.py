"""What a denied caller is told: one answer for each reason, the same in every dialect."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.decisions import Deny, DenyReason
from authserver.machine.refusals import cleaned

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.policy_calls import PolicyRefusal

REALM: Final = "authserver"
NOT_AUTHENTICATED: Final = "authentication_required"
"""Where RFC 6750 section 3.1 leaves the error out: nothing that could be wrong was sent."""
ACCESS_DENIED: Final = "access_denied"
_WORD: Final = re.compile(r"\{([a-z]+)\}")
LONGEST_DESCRIPTION: Final = 900
"""Characters; the gateways that are rendered take 1000."""
_CHALLENGE_ERRORS: Final = frozenset({"invalid_request", "invalid_token", "insufficient_scope"})
"""The errors that a Bearer challenge may name (RFC 6750 section 3.1)."""


@dataclass(frozen=True, slots=True)
class Denial:
    """`status` is what the caller sees; `error` and `description` stand in the body."""

    status: int
    error: str
    description: str


BY_POLICY: Final = (
    DenyReason.POLICY_DENIED,
    DenyReason.GROUP_NOT_ALLOWED,
    DenyReason.CLIENT_NOT_ALLOWED,
    DenyReason.EMAIL_DOMAIN_NOT_ALLOWED,
    DenyReason.NETWORK_NOT_ALLOWED,
    DenyReason.ORIGIN_NOT_ALLOWED,
    DenyReason.READ_ONLY,
    DenyReason.OPERATION_NOT_ALLOWED,
    DenyReason.PROJECT_NOT_ALLOWED,
    DenyReason.PROJECT_UNCERTAIN,
)
"""Refusals that say the rule, its reason, and the smallest change."""
GET_A_TOKEN: Final = "get an access token at {issuer}/oauth2/token and send it as Bearer"  # noqa: S105 - advice
DENIALS: Final[Mapping[DenyReason, Denial]] = {
    DenyReason.REQUEST_INCOMPLETE: Denial(
        503, "temporarily_unavailable", "the gateway does not say what is called: render it anew"
    ),
    DenyReason.PATH_AMBIGUOUS: Denial(
        400,
        "invalid_request",
        "the path can be read in more than one way: no ; // or dot segments, no backslash or "
        "hash, and no escapes of them, of percent signs, slashes or control characters",
    ),
    DenyReason.METHOD_OVERRIDE: Denial(
        400, "invalid_request", "a call has one method: leave out headers and _method that name one"
    ),
    DenyReason.CREDENTIAL_IN_QUERY: Denial(
        400, "invalid_request", "credentials in the URL are refused: " + GET_A_TOKEN
    ),
    DenyReason.UNKNOWN_PATH: Denial(
        403, ACCESS_DENIED, "the path belongs to no operation that is known here"
    ),
    DenyReason.UNKNOWN_METHOD: Denial(
        403, ACCESS_DENIED, "no operation that is known here has this method on this path"
    ),
    DenyReason.OTHER_VERSION: Denial(
        403,
        ACCESS_DENIED,
        "no operation is known at this version of the API, but at another one: {change}",
    ),
    DenyReason.REMOVED: Denial(403, ACCESS_DENIED, "Atlassian has removed this operation"),
    DenyReason.NO_SCOPE_LIST: Denial(
        403, ACCESS_DENIED, "Atlassian names no scopes for this operation: no token opens it"
    ),
    DenyReason.CREDENTIAL_MISSING: Denial(
        401, NOT_AUTHENTICATED, "anonymous calls are refused{why}: " + GET_A_TOKEN
    ),
    DenyReason.CREDENTIAL_MALFORMED: Denial(
        400,
        "invalid_request",
        "Authorization: must be Bearer, one blank, and one token; or Basic, one blank, and "
        "base64 of user:API token in UTF-8",
    ),
    DenyReason.CREDENTIAL_UNKNOWN: Denial(
        401, NOT_AUTHENTICATED, "this way of authentication is not known here: " + GET_A_TOKEN
    ),
    DenyReason.SEVERAL_CREDENTIALS: Denial(
        400,
        "invalid_request",
        "a call has one credential: a session cookie, an Authorization header or a jwt in the "
        "query, never two of them",
    ),
    DenyReason.BASIC_BLOCKED: Denial(
        403,
        ACCESS_DENIED,
        "Basic authentication with a password is blocked here{why}: send an API token in place of "
        "the password, or " + GET_A_TOKEN,
    ),
    DenyReason.OAUTH1_BLOCKED: Denial(
        403, ACCESS_DENIED, "OAuth 1.0 is blocked here{why}: " + GET_A_TOKEN
    ),
    DenyReason.CONNECT_JWT_BLOCKED: Denial(
        403, ACCESS_DENIED, "Connect JWTs are blocked here: " + GET_A_TOKEN
    ),
    DenyReason.SESSION_BLOCKED: Denial(
        403,
        ACCESS_DENIED,
        "this call with a session cookie is blocked here{why}: " + GET_A_TOKEN,
    ),
    DenyReason.SIGN_IN_BLOCKED: Denial(
        403, ACCESS_DENIED, "signing in with a password is blocked here: " + GET_A_TOKEN
    ),
    DenyReason.RESOURCE_STOPPED: Denial(
        403, ACCESS_DENIED, "access to this site is switched off, its administrators know why"
    ),
    DenyReason.TOKEN_INVALID: Denial(
        401,
        "invalid_token",
        "the token is expired, revoked, not for this site, or no token of {issuer}",
    ),
    DenyReason.INSUFFICIENT_SCOPE: Denial(
        403, "insufficient_scope", "{operation} needs scopes that the token lacks: {scope}"
    ),
    DenyReason.HAND_OVER_MISSING: Denial(
        403,
        ACCESS_DENIED,
        "the call is allowed, but the administrator has not said how it is handed over to this "
        "site: authserver resource set-credential or set-hand-over",
    ),
    DenyReason.ACCOUNT_UNMAPPED: Denial(
        403,
        ACCESS_DENIED,
        "the call is allowed, but no account of this site is mapped to {subject}: "
        "authserver account map",
    ),
    DenyReason.PLAIN_HTTP: Denial(
        400,
        "invalid_request",
        "a credential came over plain HTTP, where everybody on the way can read it: use https, "
        "and replace the credential",
    ),
    DenyReason.ATLASSIAN_TOKEN_BLOCKED: Denial(
        401, "invalid_token", "tokens that Atlassian issued are blocked here{why}: " + GET_A_TOKEN
    ),
    DenyReason.API_TOKEN_INVALID: Denial(
        401,
        "invalid_token",
        "the API token is expired, revoked, not for this site, or not of the user named",
    ),
    DenyReason.PRESENTATION_NOT_ALLOWED: Denial(
        401, "invalid_token", "this API token must be sent in another way{why}: {change}"
    ),
    DenyReason.CONNECT_JWT_INVALID: Denial(
        401,
        NOT_AUTHENTICATED,
        "the JWT is not good for this call: look at its key, its times, and qsh",
    ),
    DenyReason.ATTEMPTS_THROTTLED: Denial(
        429, "temporarily_unavailable", "too many wrong credentials came from this network"
    ),
    DenyReason.ACCOUNT_IS_A_PERSON: Denial(
        403,
        ACCESS_DENIED,
        "{subject} is a service, and is mapped to the account of a person: authserver account map",
    ),
    **{reason: Denial(403, ACCESS_DENIED, "{text} ({rule}): {change}") for reason in BY_POLICY},
    DenyReason.RATE_LIMITED: Denial(
        429, "temporarily_unavailable", "{text} ({rule}): wait as long as Retry-After says"
    ),
    DenyReason.RATES_UNAVAILABLE: Denial(
        503, "temporarily_unavailable", "calls cannot be counted now, try again later"
    ),
}


def denial_of(deny: Deny, issuer: str) -> Denial:
    """The answer for `deny`, its words filled in; only characters of RFC 6749 section 5.2."""
    denial, refusal = DENIALS[deny.reason], deny.refusal
    words = {
        "issuer": issuer,
        "operation": "; ".join(each.name for each in deny.lacking) or "the call",
        "scope": deny.scope,
        "subject": "" if deny.token is None else deny.token.subject,
        "text": "" if refusal is None else refusal.text,
        "rule": "" if refusal is None else refusal.rule,
        "change": "" if refusal is None else refusal.change,
        "why": _why(refusal),
    }
    # In one go: what a policy says may have braces of its own.
    description = _WORD.sub(lambda found: words[found[1]], denial.description)
    return Denial(denial.status, denial.error, cleaned(description, LONGEST_DESCRIPTION))


def _why(refusal: PolicyRefusal | None) -> str:
    """The rule and its reason, in brackets; empty where no rule said it."""
    if refusal is None or not refusal.rule:
        return ""
    return f" ({refusal.rule}: {refusal.text})" if refusal.text else f" ({refusal.rule})"


def challenge(denial: Denial, scope: str) -> str:
    """The `WWW-Authenticate` value (RFC 6750 section 3); empty where there is none to give.

    `scope` names the missing scopes, and with a missing token those that it would need.
    """
    if denial.status == 401:  # noqa: PLR2004 - RFC 6750 section 3: every 401 has one
        error = denial.error if denial.error in _CHALLENGE_ERRORS else ""
    elif denial.error == "insufficient_scope":
        error = denial.error
    else:
        return ""
    parts = [f'realm="{REALM}"']
    if error:
        parts += [f'error="{error}"', f'error_description="{denial.description}"']
    if scope:
        parts.append(f'scope="{scope}"')
    return "Bearer " + ", ".join(parts)
