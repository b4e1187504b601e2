"""Every kind of problem that the administration API answers with."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from authserver.web.admin_api.problems import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping

MALFORMED: Final = Kind(
    "malformed-request",
    400,
    "Malformed request",
    "The request cannot be read: no JSON, a member twice, a body where none belongs.",
)
INVALID_PARAMETER: Final = Kind(
    "invalid-parameter",
    400,
    "Invalid parameter",
    "A parameter or header is unknown, stands twice, or has a value that is not allowed. "
    "`errors` names each. A cursor belongs to the list, filters and order that gave it.",
)
UNAUTHORIZED: Final = Kind(
    "unauthorized",
    401,
    "No good access token",
    "Send an access token of this server for this API: `Authorization: Bearer`. Cookies, API "
    "tokens, ID tokens and tokens of other servers do not count here.",
)
MISSING_SCOPE: Final = Kind(
    "missing-scope",
    403,
    "Missing scope",
    "The token, or the role of its user, does not give what the call needs: `WWW-Authenticate` "
    "names the scope.",
)
WRONG_NETWORK: Final = Kind(
    "wrong-network",
    403,
    "Not from this network",
    "The setting `admin.networks` names the networks from which this server may be administered; "
    "the call came from another.",
)
REFUSED_BY_POLICY: Final = Kind(
    "refused-by-policy",
    403,
    "Refused by policy",
    "A policy does not let the caller do this; `detail` names the rule and the smallest change.",
)
NOT_FOUND: Final = Kind(
    "not-found",
    404,
    "Not found",
    "There is no such endpoint, or nothing of this id, or it was deleted.",
)
METHOD_NOT_ALLOWED: Final = Kind(
    "method-not-allowed", 405, "Method not allowed", "`Allow` names the methods of the path."
)
CONFLICT: Final = Kind(
    "conflict",
    409,
    "Conflict",
    "The state of the thing does not allow this; `detail` says why and what to do.",
)
ALREADY_EXISTS: Final = Kind(
    "already-exists", 409, "Already exists", "The name is taken, perhaps by something deleted."
)
KEY_IN_USE: Final = Kind(
    "idempotency-key-in-use",
    409,
    "Already created",
    "Something was created with this Idempotency-Key, and its answer is not there: it is being "
    "written (ask again after `Retry-After` seconds), or was lost (look for what was created).",
)
LENGTH_REQUIRED: Final = Kind(
    "length-required", 411, "Length required", "Send a Content-Length instead of chunks."
)
STALE: Final = Kind(
    "changed-meanwhile",
    412,
    "Changed meanwhile",
    "`If-Match` names another state than the present one: nothing was changed. Read it again.",
)
TOO_BIG: Final = Kind("content-too-large", 413, "Content too large", "The body is too long.")
TARGET_TOO_LONG: Final = Kind(
    "uri-too-long", 414, "URI too long", "Path and query together are too long."
)
WRONG_TYPE: Final = Kind(
    "unsupported-media-type",
    415,
    "Unsupported media type",
    "Send `Content-Type: application/json`; on a PATCH `application/merge-patch+json` will do too.",
)
INVALID: Final = Kind(
    "invalid-members",
    422,
    "Invalid members",
    "The body breaks rules; nothing was changed. `errors` names each place and what is allowed.",
)
KEY_REUSED: Final = Kind(
    "idempotency-key-reused",
    422,
    "Idempotency-Key reused",
    "The key came with another request before. Make a new one for each creation.",
)
PRECONDITION_REQUIRED: Final = Kind(
    "precondition-required",
    428,
    "Precondition required",
    "Send `If-Match` with the ETag of the state that you mean to change.",
)
HEADERS_TOO_LONG: Final = Kind(
    "headers-too-long", 431, "Headers too long", "All headers together are too long."
)
THROTTLED: Final = Kind(
    "throttled", 429, "Too many attempts", "Wait as many seconds as `Retry-After` says."
)
UNEXPECTED: Final = Kind(
    "unexpected",
    500,
    "Server error",
    "A mistake of the server; its log has more under `request_id`.",
)
UNAVAILABLE: Final = Kind(
    "unavailable",
    503,
    "Unavailable",
    "The server cannot answer now: ask again after `Retry-After` seconds. Whether a change was "
    "made the next look tells; a creation with an Idempotency-Key may just be repeated.",
)
KINDS: Final = (
    *(MALFORMED, INVALID_PARAMETER, UNAUTHORIZED, MISSING_SCOPE, NOT_FOUND, METHOD_NOT_ALLOWED),
    *(WRONG_NETWORK, REFUSED_BY_POLICY),
    *(CONFLICT, ALREADY_EXISTS, KEY_IN_USE, LENGTH_REQUIRED, STALE, TOO_BIG, TARGET_TOO_LONG),
    *(WRONG_TYPE, INVALID, KEY_REUSED, PRECONDITION_REQUIRED, THROTTLED, HEADERS_TOO_LONG),
    *(UNEXPECTED, UNAVAILABLE),
)
OF_STATUS: Final[Mapping[int, Kind]] = MappingProxyType(
    {kind.status: kind for kind in (*KINDS, MALFORMED, MISSING_SCOPE, CONFLICT, INVALID)}
)
"""The usual kind for a status."""
