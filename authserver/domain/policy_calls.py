"""What a policy looks at in a call, and what it says of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from authserver.domain.access_details import AccessDetail
    from authserver.domain.decisions import DenyReason
    from authserver.domain.operations import Operation, Unmatched


class CallerWay(StrEnum):
    """How a call says who is calling, once that was looked at."""

    ACCESS_TOKEN = "access-token"  # noqa: S105 - a way to call
    PROVIDER_TOKEN = "provider-token"  # noqa: S105 - a way to call
    API_TOKEN_BEARER = "api-token-bearer"  # noqa: S105 - a way to call
    API_TOKEN_BASIC = "api-token-basic"  # noqa: S105 - a way to call
    CONNECT_JWT = "connect-jwt"
    BASIC = "basic"
    OAUTH1 = "oauth1"
    SESSION = "session"
    ANONYMOUS = "anonymous"
    ATLASSIAN_TOKEN = "atlassian-token"  # noqa: S105 - a way to call


LEGACY_WAYS: Final = frozenset(
    {
        CallerWay.BASIC,
        CallerWay.OAUTH1,
        CallerWay.SESSION,
        CallerWay.ANONYMOUS,
        CallerWay.ATLASSIAN_TOKEN,
    }
)
"""Nobody proved anything to us: the site decides who that is."""


@dataclass(frozen=True, slots=True)
class CallerFacts:
    """Who calls. Everything but `way` and the `username` of Basic is empty for legacy ways.

    `subject` is ours; `is_service` says that it is a client's. `username` is canonical: the user's,
    or what Basic claims. `groups` are local groups; `email_domain` is in lower case.
    `token_id` is an API token's id, else empty; `count_key` is what rates per token count by.
    `details` and `networks` are the credential's own limits (`None`: none).
    """

    way: CallerWay
    subject: str = ""
    client_id: str = ""
    token_id: str = ""
    count_key: str = ""
    username: str = ""
    is_service: bool = False
    groups: frozenset[str] = frozenset()
    email_domain: str = ""
    details: tuple[AccessDetail, ...] | None = None
    networks: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class CallFacts:
    """One call, as a policy sees it; complete enough to be judged again from its record.

    `address` is canonical text, empty when unknown: then it is in no network that is allowed, and
    may be in each that is denied. `origin` is the browser's `Origin`, empty when none came;
    `secure` is False for a call over plain HTTP.
    `from_page` says that a browser marked the call as made by the site's own page. `path` is
    below the site's base path; `operations` are those that the call means, none for an unknown
    path, and `unmatched` says why; `known_below` is where another version has that path, empty
    where none has. `projects` are the projects it reaches by now, each as all that it is called
    (key and id); `None` where that is not certain, or was not asked.
    """

    caller: CallerFacts
    at: float
    method: str
    path: str
    operations: tuple[Operation, ...]
    address: str = ""
    origin: str = ""
    secure: bool = True
    from_page: bool = False
    projects: tuple[frozenset[str], ...] | None = None
    unmatched: Unmatched | None = None
    known_below: str = ""


@dataclass(frozen=True, slots=True)
class PolicyRefusal:
    """Why a policy refuses.

    `rule` names the rule as in the document (`networks.office`), `document` the document and its
    version (`default@3`, or `token` for a limit of the credential itself); `text` is the rule's own
    reason; `change` the smallest change that would let the call pass.
    """

    reason: DenyReason
    rule: str
    document: str
    text: str
    change: str


class StepOutcome(StrEnum):
    """What one step of a policy said."""

    PASSED = "passed"
    REFUSED = "refused"
    NOT_ASKED = "not asked"


@dataclass(frozen=True, slots=True)
class PolicyStep:
    """One step of a trace, for people: `said` is a sentence about this very call."""

    name: str
    outcome: StepOutcome
    said: str
    refusal: PolicyRefusal | None = None
