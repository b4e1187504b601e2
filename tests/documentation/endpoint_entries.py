"""What the page of endpoints says about each, in words; limits come from the code."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from authserver.machine import (
    backchannel_logout,
    device_authorization,
    introspection,
    par,
    revocation,
    token,
)
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
        "Tokens: a short-lived access token (RFC 9068) for the client itself, or for its user by "
        "a code (RFC 6749 section 4.1.3), a refresh token (section 6), a device code (RFC 8628 "
        "section 3.4) or an access token of an identity provider (RFC 8693).",
        "a client, by any method below; a public one by its `client_id` alone.",
        "200 with `access_token`, `token_type` (`Bearer`), `expires_in` (seconds) and `scope` "
        "(what was granted); for a user also `id_token` with the scope `openid`, and "
        "`refresh_token` where the client may refresh, or `issued_token_type` after an exchange. "
        "A code, a refresh token and a device code are good once.",
        token.RULES,
        {
            "grant_type": "`authorization_code`, `refresh_token`, `client_credentials`, "
            "`urn:ietf:params:oauth:grant-type:device_code` or "
            "`urn:ietf:params:oauth:grant-type:token-exchange`, required.",
            "scope": "Scopes with a blank between them. Without it everything the client may have "
            "at the site; with a refresh token everything that was granted, or less.",
            "authorization_details": "Limits of the token as a JSON array (RFC 9396): objects of "
            "type `atlassian_api` with `operations` and `projects`. With a code or a refresh token "
            "what the grant is limited to, or less. Refused with the other two grants.",
            "resource": "The identifier of the one site the token is for. Required when the "
            "client may use several; for a user the one that was allowed, or none. More than one "
            "value is refused as `invalid_target`.",
            "audience": "With an exchange the same as `resource`; else read, and changes nothing.",
            "code": "The code, with `authorization_code`.",
            "redirect_uri": "Where the code went; absent or exactly the same.",
            "code_verifier": "What the request's `code_challenge` was made from (RFC 7636).",
            "refresh_token": "The refresh token, with `refresh_token`.",
            "device_code": "The device's own code, with the grant of RFC 8628.",
            "subject_token": "The provider's access token, with the grant of RFC 8693.",
            "subject_token_type": "`urn:ietf:params:oauth:token-type:access_token` or "
            "`urn:ietf:params:oauth:token-type:jwt`, required with `subject_token`.",
            "requested_token_type": "Absent, or `urn:ietf:params:oauth:token-type:access_token`.",
            "actor_token": "Refused: nobody acts for somebody else here.",
            "actor_token_type": "Refused, too.",
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
        "`iss`, and for access tokens `token_type` and `jti`. A site is told of a token of an "
        "identity provider in the same way, where such tokens count: `iss` is the provider's then, "
        "`jti` begins with its name, and so does `client_id` unless a client of ours is mapped. "
        "Of an API token, whose `jti` is its id, it also tells `subject_type` (`user` or "
        "`service`), `owner`, `purpose`, and where there are some `username`, `team`, `ticket`, "
        "`authorization_details` and `networks`; the last two are for the site to look at. "
        "Do not cache it longer than you can bear a revoked token. Signed it is a JWT with `iss`, "
        "`aud` (the identifier of the site, or the client id), `iat`, and the same members in "
        "`token_introspection` (RFC 9701); a site gets the algorithm of its tokens, "
        "a client the one of its ID tokens.",
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
        "/leaks",
        ("POST",),
        "Takes reports of secrets that were found where they do not belong. The body is JSON: an "
        "object with `token` and, if you like, `type`, `url` and `source`, or a list of at most "
        "100 of them, as secret scanners send it to their partners. API tokens and access tokens "
        "are revoked when the answer comes, refresh tokens with all of their grant. Secrets of "
        "clients and sites and keys of gateways go on, and administrators are warned.",
        _ANYBODY + " Who has a secret could do worse with it.",
        "200 with an object, or the list of them: `token_hash` (SHA-256 of what was sent, in "
        "base64), `token_type` as it was sent, and `label`, `true_positive` for a secret of this "
        "server, live or not, else `false_positive`. 429 with `Retry-After` for a network that "
        "reports too often what stops nothing: what is none of ours, or over already. 503 when "
        "more report at once than may: they have a few places of their own, so that nobody else "
        "who revokes has to wait for them.",
    ),
    Entry(
        "/oauth2/backchannel-logout/",
        ("POST",),
        "Takes an identity provider's word that its session is over (OpenID Connect Back-Channel "
        "Logout 1.0). The provider's name stands behind: `/oauth2/backchannel-logout/okta`. "
        "Sessions that began in the one that `sid` names end here, with what is bound to them; "
        "without `sid` all that the person began through this provider.",
        "the logout token itself: signed by one of the provider's keys, for our client id there, "
        "not older than five minutes, with the event of that standard, and a `jti` that comes "
        "once.",
        "200 without a body, also when there was no such session left. 400 `invalid_request` for "
        "every token that does not count, in the same words, and for providers that are not there.",
        backchannel_logout.RULES,
        {"logout_token": "The signed JWT."},
    ),
    Entry(
        "/oauth2/device_authorization",
        ("POST",),
        "Begins a device authorization (RFC 8628): for what has no browser of its own. The user "
        "types the code at `/device`, sees who asks for what and from where, and answers; the "
        "device asks `/oauth2/token` meanwhile.",
        "a client with the grant, by any method below; a public one by its `client_id` alone.",
        "200 with `device_code`, `user_code`, `verification_uri`, `verification_uri_complete`, "
        "`expires_in` (600 seconds) and `interval` (5 seconds between questions, more after each "
        "`slow_down`).",
        device_authorization.RULES,
        {
            "scope": "Scopes with a blank between them; without it everything the client may have "
            "there but `offline_access`.",
            "authorization_details": "Refused: devices cannot be limited by it.",
            "resource": "The identifier of the one site that it is for. Required with scopes of a "
            "site when the client may use several.",
        },
        {"User-Agent": "Shown to the user who answers."},
    ),
    Entry(
        "/oauth2/register",
        ("POST", "GET", "PUT", "DELETE"),
        "Clients that register themselves (RFC 7591, OpenID Connect Registration) and look after "
        "their registration (RFC 7592). Only with `registration.mode = token`; otherwise the "
        "endpoint does not exist. Bodies are JSON, strictly: UTF-8, no member twice, at most "
        "64 KiB. `GET`, `PUT` and `DELETE` name the client in the query: `?client_id=…`. Nothing "
        "that a client states is fetched here, but `jwks_uri` when it signs.",
        "`POST`: whoever has an initial access token (`authserver registration token create`). "
        "The others: the client, with its `registration_access_token`. Both as "
        "`Authorization: Bearer …`.",
        "201 (`POST`) or 200 with everything that is registered, defaults and cuts included: "
        "scopes and grants beyond the initial access token's are left out, what is unknown here is "
        "ignored. `client_secret` is told by `POST` alone, for only its digest is kept. 204 for "
        "`DELETE`. Refusals name the member: `invalid_redirect_uri`, `invalid_client_metadata`; "
        "401 `invalid_token` for a token that is wrong, over or used up.",
        headers={"Authorization": "`Bearer` and the token, required."},
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
        "/.well-known/oauth-protected-resource/admin/api/v1",
        ("GET",),
        "What the administration API takes (RFC 9728). A path of the issuer comes before its own.",
        _ANYBODY,
        "200 with the resource's identifier, the issuer and the scopes.",
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
    "invalid_grant": "a code, refresh token or device code is unknown, over, used, or not for this "
    "client",
    "invalid_scope": "a scope is unknown or not the client's; the description names it",
    "invalid_authorization_details": "`authorization_details` cannot be read, names what is not "
    "known, or more than was granted, or has no place here; the description says which.",
    "invalid_target": "`resource` is missing, unknown or not the client's; the description names "
    "the "
    "choices",
    "authorization_pending": "the user of a device has not answered yet",
    "slow_down": "a device asks too often: five seconds more between questions from now on",
    "access_denied": "the user of a device refused",
    "expired_token": "a device code is over: begin again",
    "invalid_redirect_uri": "a registration states a redirect URI that may not be registered",
    "invalid_client_metadata": "a registration states something else that may not be registered",
    "invalid_token": "a Bearer token is missing, wrong, over or used up",
    "temporarily_unavailable": "nobody can be sure now; come back after `Retry-After` seconds",
}
