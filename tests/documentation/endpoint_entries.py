"""What the page of endpoints says about each, in words; limits come from the code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from authserver.machine import introspection, par, revocation, token
from tests.documentation import authorization_words, decision_headers

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.machine.gate import FormRules


@dataclass(frozen=True, slots=True)
class Entry:
    """One endpoint.

    `parameters` explains each field of `rules` that is not a credential, `headers` the request
    headers that count; `answer_headers` are told beside the answer.
    """

    path: str
    methods: tuple[str, ...]
    about: str
    who: str
    answer: str
    rules: FormRules | None = None
    parameters: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    answer_headers: Mapping[str, str] = field(default_factory=dict)


_TOKEN_LOOKED_AT: Final = {
    "token": "The token, required.",
    "token_type_hint": "Read, and changes nothing: every kind of token is looked at.",
}
_ANYBODY: Final = "anybody."

ENTRIES: Final = (
    Entry(
        "/oauth2/token",
        ("POST",),
        "A short-lived access token (RFC 6749 section 4.4, RFC 8707, RFC 9068).",
        "a client, by any method below.",
        "200 with `access_token`, `token_type` (`Bearer`), `expires_in` (seconds) and `scope` "
        "(what was "
        "granted). There is no refresh token.",
        token.RULES,
        {
            "grant_type": "`client_credentials`, required.",
            "scope": "Scopes with a blank between them; without it everything the client may have "
            "at "
            "the site.",
            "resource": "The identifier of the one site the token is for. Required when the "
            "client may "
            "use several. More than one value is refused as `invalid_target`.",
            "audience": "Read, and changes nothing yet: `resource` names the site.",
        },
    ),
    Entry(
        "/oauth2/par",
        ("POST",),
        "Takes an authorization request before its user comes (RFC 9126). The same parameters, "
        "judged in the same way, go to `/oauth2/authorize` itself, in the query of a GET or the "
        "form of a POST by the user's browser; that is a page, and answers to the redirect URI.",
        "a client, by any method below.",
        "201 with `request_uri` and `expires_in` (60 seconds). The browser brings `client_id` and "
        "`request_uri` to `/oauth2/authorize`, once; everything else that it brings is ignored.",
        par.RULES,
        authorization_words.PARAMETERS,
    ),
    Entry(
        "/oauth2/introspect",
        ("POST",),
        "Whether a token is good now (RFC 7662): an access token for the asking site; for a client "
        "its own access or refresh token.",
        "a protected resource with its introspection secret, or a confidential client by its own "
        "method.",
        '200 with `{"active": false}` for every token that is not good for the one who asks, '
        "whatever the reason; else `active`, `scope`, `client_id`, `exp`, `iat`, `sub`, `aud`, "
        "`iss`, and for access tokens `token_type` and `jti`. Do not cache it longer than you can "
        "bear a revoked token. Signed it is a JWT with `iss`, `aud` (the identifier of the site, "
        "or the client id), `iat`, and the same members in `token_introspection` (RFC 9701); a "
        "site gets the algorithm of its tokens, a client the one of its ID tokens.",
        introspection.RULES,
        _TOKEN_LOOKED_AT,
        {"Accept": "`application/token-introspection+jwt` asks for a signed answer."},
    ),
    Entry(
        "/oauth2/userinfo",
        ("GET", "POST"),
        "What a client may know of the user it acts for (OpenID Connect Core section 5.3). The "
        "access token needs the scope `openid`; it may be for a site or for this server.",
        "whoever has the access token: `Authorization: Bearer …`, or `access_token` in the form of "
        "a `POST`. It stands in one place, never in the query string.",
        "200 with `sub` and the claims of the token's scopes (`profile`, `email`, `groups`) and of "
        "the request's `claims`; as a signed JWT for clients with a userinfo algorithm. 401 "
        "`invalid_token` for every token that is not good, or whose grant or user is over; 403 "
        "`insufficient_scope` without `openid`.",
    ),
    Entry(
        "/oauth2/revoke",
        ("POST",),
        "Takes a token back (RFC 7009). When the answer comes, no worker of any server accepts the "
        "token any more; that takes 0.3 seconds.",
        "the client the token was issued to.",
        "200 with `{}`, also for a token that is unknown, over, or another client's. 503 with "
        "`Retry-After` when too many revocations wait at once; the token lives then.",
        revocation.RULES,
        _TOKEN_LOOKED_AT,
    ),
    Entry(
        "/oauth2/jwks",
        ("GET",),
        "The public keys that tokens are signed with (RFC 7517): active ones first, then those to "
        "come, "
        "then those that no longer sign.",
        _ANYBODY,
        "200 with `keys`, an `ETag` and a `max-age` that is shorter than the announcement of a "
        "new key; "
        "304 to a matching `If-None-Match`.",
    ),
    Entry(
        "/.well-known/oauth-authorization-server",
        ("GET",),
        "Metadata (RFC 8414). With an issuer that has a path, the path follows.",
        _ANYBODY,
        "200 with what this server really supports.",
    ),
    Entry(
        "/.well-known/openid-configuration",
        ("GET",),
        "The same document, where OpenID Connect looks for it.",
        _ANYBODY,
        "as above.",
    ),
    Entry(
        "/gateway/auth-request",
        ("GET",),
        "Whether a call to a site may pass: the question of nginx's `auth_request` module. "
        "`authserver gateway nginx-config` writes the configuration that asks it and turns the "
        "answer into what the caller sees. Nothing of it may be cached.",
        "a gateway, with its key; the key says which site is meant.",
        "200 when the call may pass, 401 or 403 when not, never another status, always without a "
        "body. Whatever goes wrong here is a 401 or 403 with `X-Deny-Status: 503`.",
        headers=decision_headers.ASKED,
        answer_headers=decision_headers.ANSWERED,
    ),
    Entry("/livez", ("GET",), "Whether the process answers.", _ANYBODY, "200."),
    Entry(
        "/readyz",
        ("GET",),
        "Whether tokens can be issued and judged now.",
        _ANYBODY,
        "200, or 503 with `Retry-After`; `checks` says `ok` or `failed` for `database`, `keys` and "
        "`journal`.",
    ),
    Entry(
        "/metrics",
        ("GET",),
        "Figures for Prometheus, of all workers.",
        "who has the key of `metrics.key_file`, as `Authorization: Bearer …`. Without that "
        "setting the "
        "endpoint does not exist here; `metrics.port` opens it on a port of its own.",
        "200 in Prometheus' text format.",
    ),
)

REFUSALS: Final = {
    "invalid_request": "a parameter is missing, repeated, too long or broken",
    "invalid_client": "authentication failed, whatever the reason",
    "unauthorized_client": "the client may not use this grant",
    "unsupported_grant_type": "there is no such grant",
    "invalid_scope": "a scope is unknown or not the client's; the description names it",
    "invalid_target": "`resource` is missing, unknown or not the client's; the description names "
    "the "
    "choices",
    "temporarily_unavailable": "nobody can be sure now; come back after `Retry-After` seconds",
}
