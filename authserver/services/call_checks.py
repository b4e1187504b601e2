"""What is wrong with a call itself, whoever makes it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from authserver.domain.decisions import DenyReason
from authserver.domain.raw_targets import (
    CREDENTIAL_PARAMETERS,
    METHOD_PARAMETERS,
    parameters_in,
)

if TYPE_CHECKING:
    from authserver.domain.decisions import AccessRequest
    from authserver.domain.raw_targets import Target

_REFUSED_PARAMETERS: Final = METHOD_PARAMETERS | CREDENTIAL_PARAMETERS
_REST: Final = ("/rest/", "/wiki/rest/", "/wiki/api/")
"""The latter two in Confluence Cloud."""
_SIGN_IN: Final = re.compile(
    r"/rest/(?:auth/[^/]+/session|gadget/[^/]+/login|tsv/[^/]+/authenticate)", re.IGNORECASE
)
"""Where Jira and Confluence Data Center make a session of a user name and a password."""


def refused_as_it_is(request: AccessRequest, target: Target | None) -> DenyReason | None:
    """Why nobody may make this call, if so."""
    if not request.method or not request.target:
        return DenyReason.REQUEST_INCOMPLETE
    if target is None:
        return DenyReason.PATH_AMBIGUOUS
    if request.method_override:
        return DenyReason.METHOD_OVERRIDE
    if not target.query or not parameters_in(target.query, _REFUSED_PARAMETERS):
        return None
    is_method = parameters_in(target.query, METHOD_PARAMETERS)
    return DenyReason.METHOD_OVERRIDE if is_method else DenyReason.CREDENTIAL_IN_QUERY


def below(base_path: str, path: str) -> str:
    """What stands behind a site's base path; the whole path where that is not in it."""
    return path[len(base_path) :] if base_path and path.startswith(f"{base_path}/") else path


def is_rest(path: str) -> bool:
    """Whether a path below the base path belongs to the REST API."""
    return path.startswith(_REST)


def makes_a_session(method: str, path: str) -> bool:
    """Whether the call would make a session of a password."""
    return method not in {"GET", "HEAD"} and _SIGN_IN.search(path) is not None
