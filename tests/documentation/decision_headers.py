"""What the page of endpoints says about the headers of decisions."""

from __future__ import annotations

from typing import Final

ASKED: Final = {
    "X-Gateway-Authorization": "`Bearer` and the gateway's key, required.",
    "Authorization": "The caller's header as it came, absent when there was none.",
    "X-Original-Method": "The caller's method, required.",
    "X-Original-URI": "The raw request target with its query, required.",
    "X-Original-Host": "The host name that was called, for the record.",
    "X-Original-Address": "The caller's address. One that does not parse counts as unknown.",
    "X-Original-Request-ID": "The gateway's id of the call, for the record.",
    "X-Original-Authorization": "Not empty when the caller sent an `Authorization`, readable or "
    "not.",
    "X-Original-Session": "`1` when a browser's session cookie came, never its value; `blocked` "
    "when the gateway passes none on.",
    "X-Original-Method-Override": "Not empty when the caller asked for another method by header.",
    "X-Original-Scheme": "`http` when the call came without TLS, where others can read it: then "
    "nothing passes.",
    "X-Original-User-Agent": "The caller's, for the record and the last use of API tokens.",
    "X-Original-Origin": "What a browser sent as `Origin`; `null` for what cannot be read.",
    "X-Original-Page-Mark": "`1` when a browser says that a page of the site makes the call: "
    "`Sec-Fetch-Site: same-origin` or `same-site`; without that header `X-Requested-With: "
    "XMLHttpRequest` or any `X-Atlassian-Token`.",
    "X-Original-Preflight": "`1` for `OPTIONS` with `Access-Control-Request-Method`.",
}
ANSWERED: Final = {
    "X-Decision-Id": "Always. The record and the log have the same id.",
    "X-Hand-Over": "200: how the call is presented to the site: `service-credential`, `assertion`, "
    "`identity-header:` and the header's name; `session`; `as-it-came` for the caller's own "
    "credential where a policy lets that pass, `anonymous` for none. A gateway that is set up for "
    "another way must not let it pass.",
    "X-Auth-User`, `X-Auth-Client`, `X-Auth-Jti": "Subject, client and token id, where the token "
    "is good.",
    "X-Auth-Account": "The account of the site that the call goes on as, where it is known.",
    "X-Upstream-Authorization": "200: what takes the place of the caller's `Authorization`. A "
    "secret.",
    "X-Upstream-Identity": "200: the value of the site's identity header.",
    "X-Upstream-Session": "200: `pass` when the call goes on with the browser's own session.",
    "X-Deny-Status": "401, 403: the status that the caller shall see: 400, 401, 403, 429 or 503; "
    "or 204, with `X-Deny-Reason: preflight`, for a browser's question that is answered here.",
    "X-Deny-Reason": "401, 403: one of the reasons below, or `gateway-refused`, "
    "`gateway-throttled`, `frame-refused`, `unavailable`.",
    "X-Deny-Error`, `X-Deny-Description": "401, 403: for the body that the caller sees. Neither "
    "holds a quote or a backslash.",
    "WWW-Authenticate": "The challenge for the caller (RFC 6750), also beside a 403 "
    "`insufficient_scope`. `scope` names what is missing.",
    "X-Deny-Rule": "401, 403: the rule of the policy that refuses, like `network.office`.",
    "X-Rate-Limit`, `X-Rate-Limit-Policy": "Values of `RateLimit` and `RateLimit-Policy` for the "
    "caller, where a limit counted the call.",
    "X-Allow-Origin": "Value of `Access-Control-Allow-Origin` for the caller, where the policy "
    "names the page's origin.",
    "X-Retry-After": "With `X-Deny-Status: 429` or `503`: seconds to wait.",
}
REASONS_HEAD: Final = """\
## Why a call is denied

| `X-Deny-Reason` | the caller sees | `error` | and reads |
|---|---|---|---|\
"""
