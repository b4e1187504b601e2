"""What must never come this far: the caller's credential, and headers that only we may set."""

from __future__ import annotations

import json
import re
from base64 import urlsafe_b64decode
from typing import TYPE_CHECKING, Final

from tests.standin.paths import query_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.standin.wire import Head

ACCESS_TOKEN_TYPE: Final = "at+jwt"
IDENTITY_HEADERS: Final = frozenset(
    {
        "remote-user",
        "x-remote-user",
        "x-user",
        "x-forwarded-user",
        "x-auth-user",
        "x-auth-client",
        "x-auth-jti",
        "x-auth-account",
        "x-authenticated-user",
        "x-upstream-authorization",
        "x-upstream-identity",
        "x-upstream-session",
        "x-gateway-authorization",
        "proxy-authorization",
    }
)
ROUTE_HEADERS: Final = frozenset(
    {
        "x-original-url",
        "x-original-uri",
        "x-original-method",
        "x-original-host",
        "x-original-address",
        "x-original-session",
        "x-original-method-override",
        "x-rewrite-url",
        "x-http-method",
        "x-http-method-override",
        "x-method-override",
    }
)
LOGIN_PARAMETERS: Final = ("os_username", "os_password", "os_authtype", "access_token")
SESSION_COOKIES: Final = (
    "JSESSIONID",
    "seraph.rememberme.cookie",
    "seraph.confluence",
    "cloud.session.token",
    "tenant.session.token",
    "crowd.token_key",
)
_OUR_SECRET: Final = re.compile(r"asv_[a-z]{2,3}_[A-Za-z0-9_-]{8,}")
_JWT: Final = re.compile(r"(eyJ[A-Za-z0-9_-]+)\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
_COOKIE_NAME: Final = re.compile(r"(?:^|;)\s*([^=;\s]+)\s*=")


def smells(head: Head, identity_header: str) -> tuple[str, ...]:
    """Everything about a request that a gateway must have taken away.

    `identity_header` is the one header name that is meant to name the account, or empty.
    """
    name = identity_header.lower()
    found = (*_secrets(head), *_headers(head, name), *_repeated(head, name), *_parameters(head))
    return tuple(dict.fromkeys(found))


def _secrets(head: Head) -> Iterator[str]:
    for name, value in (("the target", head.target), *head.headers):
        if any(jwt_type(found[0]) == ACCESS_TOKEN_TYPE for found in _JWT.finditer(value)):
            yield f"an access token of the authorization server in {name}"
        if _OUR_SECRET.search(value):
            yield f"a secret of the authorization server in {name}"


def _headers(head: Head, identity_header: str) -> Iterator[str]:
    for name, _ in head.headers:
        plain = name.replace("_", "-")
        if plain in ROUTE_HEADERS:
            yield f"the header {name}"
        if (plain in IDENTITY_HEADERS or plain == identity_header) and name != identity_header:
            yield f"the header {name}"


def _repeated(head: Head, identity_header: str) -> Iterator[str]:
    for name in ("authorization", identity_header or "host"):
        if len(head.values(name)) > 1:
            yield f"the header {name} twice"


def _parameters(head: Head) -> Iterator[str]:
    query = query_of(head.target).lower()
    for parameter in LOGIN_PARAMETERS:
        if re.search(rf"(?:^|&){parameter}=", query):
            yield f"{parameter} in the query"


def jwt_type(token: str) -> str:
    """The `typ` of something that looks like a JWT, in lower case; empty when there is none."""
    first = token.partition(".")[0]
    try:
        header = json.loads(urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except ValueError:
        return ""
    found = header.get("typ") if isinstance(header, dict) else None
    return found.lower().removeprefix("application/") if isinstance(found, str) else ""


def cookie_names(head: Head) -> list[str]:
    """The names of the cookies that came."""
    return [name for value in head.values("cookie") for name in _COOKIE_NAME.findall(value)]


def session_account(head: Head) -> str:
    """Whose session came: in this stand-in `JSESSIONID=session-of-NAME` is the session of NAME."""
    for value in head.values("cookie"):
        found = re.search(r"(?:^|;)\s*JSESSIONID=session-of-([A-Za-z0-9.@:-]+)", value)
        if found:
            return found[1]
    return ""
