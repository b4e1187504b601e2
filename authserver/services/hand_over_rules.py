"""What a hand-over, a credential of a site and a mapping may look like."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField
from authserver.domain.hand_over import HandOverKind
from authserver.domain.resources import ResourceKind

if TYPE_CHECKING:
    from authserver.domain.hand_over import HandOver

DEFAULT_HEADER: Final = "X-Remote-User"
LONGEST_CREDENTIAL: Final = 4096
"""Characters, and octets in UTF-8: the value has to travel in one header."""
LONGEST_USER: Final = 255
DATA_CENTER: Final = frozenset({ResourceKind.JIRA_DC, ResourceKind.CONFLUENCE_DC})

BEARER: Final = re.compile(r"[A-Za-z0-9\-._~+/]+=*\Z")
"""`b64token` of RFC 6750 section 2.1."""
HEADER: Final = re.compile(r"[A-Za-z](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?\Z")
"""Of the tokens of RFC 9110 section 5.1 those that no server and no configuration reads otherwise.

`_` and `-` are the same to many servers, `$` begins a variable in nginx.
"""
TAKEN_HEADERS: Final = frozenset({
    "accept", "authorization", "connection", "cookie", "date", "expect", "from", "host",
    "keep-alive", "max-forwards", "origin", "pragma", "proxy-authenticate",
    "proxy-authorization", "proxy-connection", "range", "referer", "server", "set-cookie", "te",
    "trailer", "transfer-encoding", "upgrade", "user-agent", "via", "warning",
    "www-authenticate", "x-atlassian-token", "x-decision-id", "x-http-method",
    "x-http-method-override", "x-method-override", "x-raw-target", "x-real-ip", "x-request-id",
    "x-rewrite-url",
})  # fmt: skip
"""They have a meaning of their own, to HTTP, to the gateway or to Atlassian's products."""
TAKEN_FAMILIES: Final = (
    "accept-",
    "access-control-",
    "cache-",
    "content-",
    "forwarded",
    "if-",
    "sec-",
    "x-auth-",
    "x-deny-",
    "x-forwarded",
    "x-gateway-",
    "x-original-",
    "x-upstream-",
)
ACCOUNT: Final = re.compile(r"[!-~](?:[ -~]{0,253}[!-~])?\Z")
LONGEST_SUBJECT: Final = 255


def check_kind(value: str, resource_kind: ResourceKind) -> HandOverKind:
    """A kind without a credential that the product knows.

    Raises:
        InvalidField: it is another, or nobody at Atlassian Cloud would understand it.
    """
    plain = [each.value for each in HandOverKind if each.names_the_account]
    if value not in plain:
        raise InvalidField("kind", "one of " + ", ".join(plain))
    kind = HandOverKind(value)
    if resource_kind not in DATA_CENTER:
        raise InvalidField(
            "kind",
            f"{kind} is for Data Center only: Atlassian Cloud believes no header and verifies no "
            "assertion, so set a credential",
        )
    return kind


def check_header(value: str) -> str:
    """The name of an identity header.

    Raises:
        InvalidField: it is no plain name, or one that means something else already.
    """
    if HEADER.match(value) is None:
        raise InvalidField("header", "1 to 64 letters, digits and hyphens, a letter at the begin")
    name = value.lower()
    if name in TAKEN_HEADERS or name.startswith(TAKEN_FAMILIES):
        raise InvalidField(
            "header",
            "a name without a meaning of its own: HTTP, the gateway or the product use this one",
        )
    return value


def check_account(field: str, value: str) -> str:
    """An account of a site. Raises InvalidField."""
    if ACCOUNT.match(value) is None:
        raise InvalidField(field, "1 to 255 printable ASCII characters without blanks at the ends")
    return value


def check_subject(value: str) -> str:
    """A subject of ours. Raises InvalidField."""
    if not 0 < len(value) <= LONGEST_SUBJECT or not value.isprintable():
        raise InvalidField("subject", f"1 to {LONGEST_SUBJECT} printable characters")
    if value != value.strip():
        raise InvalidField("subject", "without blanks at the ends")
    return value


def check_bearer(value: str) -> str:
    """A token as it stands behind `Bearer`. Raises InvalidField, whose text never repeats it."""
    if len(value) > LONGEST_CREDENTIAL or BEARER.match(value) is None:
        raise InvalidField(
            "secret",
            f"a token of 1 to {LONGEST_CREDENTIAL} letters, digits and -._~+/, with = at the end "
            "only, and without the word Bearer",
        )
    return value


def check_password(value: str) -> str:
    """A password or API token for Basic. Raises InvalidField, whose text never repeats it."""
    if not value or not value.isprintable() or len(value.encode()) > LONGEST_CREDENTIAL:
        raise InvalidField(
            "secret", f"1 to {LONGEST_CREDENTIAL} octets of printable characters on one line"
        )
    return value


def check_basic_user(value: str) -> str:
    """A user name for Basic (RFC 7617 section 2). Raises InvalidField."""
    if not 0 < len(value) <= LONGEST_USER or not value.isprintable() or ":" in value:
        raise InvalidField("user", f"1 to {LONGEST_USER} printable characters without colon")
    return value


def described(hand_over: HandOver) -> dict[str, object]:
    """A hand-over as records and listings show it: no credential, not even a sealed one."""
    return {
        "kind": str(hand_over.kind),
        "account": hand_over.account,
        "header": hand_over.header,
    }
