"""Decisions: may this call pass, as whom, and if not, why not."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from authserver.domain.operations import Operation
    from authserver.domain.policy_calls import CallFacts, PolicyRefusal
    from authserver.domain.rates import RateState
    from authserver.domain.tokens import AccessToken


class DenyReason(StrEnum):
    """Why a call does not pass. Each has one answer in every dialect."""

    REQUEST_INCOMPLETE = "request-incomplete"
    """The gateway did not say what is called: it is set up wrongly."""
    PATH_AMBIGUOUS = "path-ambiguous"
    METHOD_OVERRIDE = "method-override"
    UNKNOWN_PATH = "unknown-path"
    UNKNOWN_METHOD = "unknown-method"
    OTHER_VERSION = "other-version"
    """The path is known at another version of its API; rules speak of that one."""
    REMOVED = "removed"
    NO_SCOPE_LIST = "no-scope-list"
    CREDENTIAL_MISSING = "credential-missing"
    CREDENTIAL_MALFORMED = "credential-malformed"
    CREDENTIAL_UNKNOWN = "credential-unknown"
    CREDENTIAL_IN_QUERY = "credential-in-query"
    SEVERAL_CREDENTIALS = "several-credentials"
    BASIC_BLOCKED = "basic-blocked"
    OAUTH1_BLOCKED = "oauth1-blocked"
    CONNECT_JWT_BLOCKED = "connect-jwt-blocked"
    SESSION_BLOCKED = "session-blocked"
    SIGN_IN_BLOCKED = "sign-in-blocked"
    """A call that would make a session of a password."""
    RESOURCE_STOPPED = "resource-stopped"
    """The site is disabled or deleted here."""
    TOKEN_INVALID = "token-invalid"  # noqa: S105 - the name of a reason
    INSUFFICIENT_SCOPE = "insufficient-scope"
    HAND_OVER_MISSING = "hand-over-missing"
    ACCOUNT_UNMAPPED = "account-unmapped"
    PLAIN_HTTP = "plain-http"
    """A credential came over plain HTTP: everybody on the way has seen it."""
    ATLASSIAN_TOKEN_BLOCKED = "atlassian-token-blocked"  # noqa: S105 - the name of a reason
    API_TOKEN_INVALID = "api-token-invalid"  # noqa: S105 - the name of a reason
    """Also a good token beside somebody else's name: who sends it is told no more."""
    PRESENTATION_NOT_ALLOWED = "presentation-not-allowed"
    """The API token may be sent, but not in this way."""
    CONNECT_JWT_INVALID = "connect-jwt-invalid"
    ATTEMPTS_THROTTLED = "attempts-throttled"
    """Too many wrong credentials came from this network."""
    ACCOUNT_IS_A_PERSON = "account-is-a-person"
    """A service would act with an account that stands for a user."""
    POLICY_DENIED = "policy-denied"
    GROUP_NOT_ALLOWED = "group-not-allowed"
    CLIENT_NOT_ALLOWED = "client-not-allowed"
    EMAIL_DOMAIN_NOT_ALLOWED = "email-domain-not-allowed"
    NETWORK_NOT_ALLOWED = "network-not-allowed"
    ORIGIN_NOT_ALLOWED = "origin-not-allowed"
    READ_ONLY = "read-only"
    OPERATION_NOT_ALLOWED = "operation-not-allowed"
    PROJECT_NOT_ALLOWED = "project-not-allowed"
    PROJECT_UNCERTAIN = "project-uncertain"
    """Nobody can say beforehand which projects the call reaches."""
    RATE_LIMITED = "rate-limited"
    RATES_UNAVAILABLE = "rates-unavailable"
    """The store of the counters does not answer, and the settings say to refuse then."""


class CallSession(StrEnum):
    """Whether a browser's session cookie came with a call."""

    NONE = "none"
    CAME = "came"
    CAME_TO_API_HOST = "came-to-api-host"
    """To a gateway that passes no cookies on, whatever its setting."""


class AccessRequest(NamedTuple):
    """One call to a site, as a gateway tells of it.

    `decision_id` names the decision everywhere: answer, log, record. `target` is the raw request
    target with its query; `authorization` the caller's header, empty when one came that cannot be
    read and `None` when none came; `session` says what came of a browser's session;
    `method_override` what asks for another method, empty for nothing; `address` the caller's
    address in canonical text, empty when it is unknown; `host` the name that was called;
    `request_id` the gateway's; `at` seconds since the epoch.

    `secure` is False for a call over plain HTTP; `agent` is the User-Agent, shortened; `origin` the
    browser's `Origin`; `from_page` says that a browser marked the call as made by a page of the
    site; `preflight` that it only asks what a page elsewhere may send.
    """

    decision_id: str
    method: str
    target: str
    authorization: str | None
    session: CallSession
    method_override: str
    host: str
    address: str
    request_id: str
    at: float
    secure: bool = True
    agent: str = ""
    origin: str = ""
    from_page: bool = False
    preflight: bool = False

    def __repr__(self) -> str:
        """Without what holds secrets: representations end up in logs."""
        return f"AccessRequest({self.decision_id!r}, {self.method!r}, at={self.at!r})"


class Permit(NamedTuple):
    """The call may pass.

    `token` is `None` when it passes with the browser's own session. `hand_over` names how it is
    presented to the site: a kind, with the header's name behind a colon where there is one, or
    `session`; `as-it-came` for a legacy credential that goes on to the site, `anonymous` for none,
    `preflight` for a browser's question, which is answered and goes on to nobody.
    `account` is whom the site will see, where that is known. `authorization` takes the
    place of the caller's header, and `identity` is the value of the identity header: empty ones
    are not sent. `operations` are those that the call means; `detail` is for the record alone.
    `facts` and `policy` are what the policy saw, and which documents it was (`default@3 jira@1`);
    `rate` is the limit with the least room left, `None` where none was counted.
    """

    token: AccessToken | None
    hand_over: str
    account: str
    authorization: str
    identity: str
    operations: tuple[Operation, ...]
    detail: str = ""
    facts: CallFacts | None = None
    policy: str = ""
    rate: RateState | None = None

    def __repr__(self) -> str:
        """Without the credential of the site."""
        return f"Permit({self.hand_over!r}, {self.account!r}, policy={self.policy!r})"


class Deny(NamedTuple):
    """The call must not pass.

    `scope` names the missing scopes, where scopes would help, and `lacking` the operations that
    need them; `operations` are all that the call means, as far as that was found out; `token` is
    there where it is good. `detail` is for the record alone. `refusal` is what a policy says of it.
    `facts`, `policy` and `rate` are as in `Permit`; `retry_after` is in seconds, 0 for nothing.
    """

    reason: DenyReason
    scope: str = ""
    operations: tuple[Operation, ...] = ()
    lacking: tuple[Operation, ...] = ()
    token: AccessToken | None = None
    detail: str = ""
    refusal: PolicyRefusal | None = None
    facts: CallFacts | None = None
    policy: str = ""
    rate: RateState | None = None
    retry_after: int = 0


Decision: TypeAlias = Permit | Deny
