"""The URLs of protected resources: where a site answers, and what names it in tokens."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

from authserver.domain.errors import InvalidField
from authserver.domain.host_names import HOST_NAME

LONGEST_URL: Final = 400
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}
PLAIN_URL: Final = re.compile(rf"https?://{HOST_NAME}(:[0-9]{{1,5}})?(/[A-Za-z0-9._~\-/]*)?\Z")
CONTEXT_PATH: Final = re.compile(r"(/[A-Za-z0-9._~-]+)*\Z")


def check_site_url(field: str, value: str) -> str:
    """The URL in one spelling: scheme, host, optional port and path, nothing else.

    Without a trailing slash, the host in lower case, the port only where it is not the scheme's
    own: two spellings of one site must not become two resources.

    Raises:
        InvalidField: it is anything else (user names, queries, fragments, odd characters, dots).
    """
    allowed = (
        "an http(s) URL of host, optional port and path, like https://jira.example.com, "
        f"of at most {LONGEST_URL} characters"
    )
    if len(value) > LONGEST_URL or PLAIN_URL.match(value) is None:
        raise InvalidField(field, allowed)
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise InvalidField(field, allowed) from None
    if not parts.hostname or port == 0 or "//" in parts.path or "/." in parts.path:
        raise InvalidField(field, allowed)
    host = parts.hostname
    if port not in (None, _DEFAULT_PORTS[parts.scheme]):
        host += f":{port}"
    return f"{parts.scheme}://{host}{parts.path.rstrip('/')}"


def check_context_path(value: str) -> str:
    """The path before `/rest`: empty, or like `/jira`.

    Raises:
        InvalidField: it is anything else.
    """
    path = value.rstrip("/")
    if len(path) > LONGEST_URL or CONTEXT_PATH.match(path) is None or "/." in path:
        raise InvalidField("context_path", "empty, or a path like /jira")
    return path
