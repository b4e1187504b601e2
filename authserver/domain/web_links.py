"""Links that clients state: for people to follow, or for this server to call."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from authserver.domain.errors import InvalidField
from authserver.domain.host_names import HOST_NAME

LONGEST_LINK: Final = 1000
_HTTPS: Final = re.compile(
    rf"https://(?:{HOST_NAME}\.?|\[[0-9A-Fa-f:.]{{2,45}}\])(?::[0-9]{{1,5}})?"
    r"(?:[/?#](?:[A-Za-z0-9._~!$&'()*+,;=:@/?#-]|%[0-9A-Fa-f]{2})*)?\Z"
)
"""No user information, no blank, no quote, no bracket: it stands in a page as it is."""


def check_link(field: str, value: str, *, with_fragment: bool = True) -> str:
    """The link as it was stated, character by character; empty for none.

    Raises:
        InvalidField: it is not an absolute https URL of host, port, path, query and, unless it is
            for this server to call, fragment.
    """
    if not value:
        return ""
    allowed = (
        f"an https URL like https://app.example.com/about, of at most {LONGEST_LINK} characters"
        + ("" if with_fragment else ", without fragment")
    )
    if len(value) > LONGEST_LINK or _HTTPS.match(value) is None or value.count("#") > 1:
        raise InvalidField(field, allowed)
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise InvalidField(field, allowed) from None
    if not parts.hostname or port == 0 or (not with_fragment and "#" in value):
        raise InvalidField(field, allowed)
    return value
