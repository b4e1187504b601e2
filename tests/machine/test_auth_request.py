"""nginx's dialect: three statuses, the caller's answer in headers, and closed whatever happens."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from authserver.catalogue.loader import load_catalogue
from authserver.domain.decisions import Deny, DenyReason, Permit
from authserver.domain.errors import InvalidClient, StorageUnavailable, Throttled
from authserver.domain.gateways import Gateway, SessionCookies
from authserver.domain.resources import ProtectedResource, ResourceKind, ResourceStatus
from authserver.domain.tokens import AccessToken
from authserver.machine import auth_request
from authserver.machine.auth_request import READ, auth_request_endpoint
from authserver.machine.denials import DENIALS
from authserver.machine.metrics import DecisionMetrics
from authserver.machine.routes import Route
from authserver.services.gateway_authentication import AuthenticatedGateway
from tests.machine.doors import Answer, Door

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.calls import Call
    from authserver.domain.decisions import AccessRequest, Decision

ISSUER = "https://auth.example.com"
PATH = "/gateway/auth-request"
KEY = "asv_gw_-right_Key-0"
RESOURCE = ProtectedResource(
    name="jira-main",
    kind=ResourceKind.JIRA_DC,
    identifier="https://jira.example.com",
    url="https://jira.example.com",
    context_path="",
    signing_algorithm="ES256",
    status=ResourceStatus.ENABLED,
    credentials=(),
    created_at=0.0,
)
KNOWN = AuthenticatedGateway(Gateway("edge", "jira-main", SessionCookies.BLOCK, (), 0.0), RESOURCE)
TOKEN = AccessToken(
    issuer=ISSUER,
    subject="client:ci-reader",
    audience=RESOURCE.identifier,
    client_id="ci-reader",
    scopes=frozenset({"READ"}),
    issued_at=0,
    expires_at=600,
    token_id="t-1",
    grant_id="g-1",
)
READ_ISSUE = next(
    each
    for each in load_catalogue().operations.of_kind(ResourceKind.JIRA_DC).operations
    if (each.method, each.template) == ("GET", "/rest/api/2/issue/{issueIdOrKey}")
)
HEADERS = {
    "X-Gateway-Authorization": f"Bearer {KEY}",
    "Authorization": "Bearer x.y.z",
    "X-Original-Method": "GET",
    "X-Original-URI": "/rest/api/2/issue/DEMO-1?fields=summary",
    "X-Original-Host": "api.jira.example.com",
    "X-Original-Address": "198.51.100.7",
    "X-Original-Request-ID": "n-1",
}


@dataclass
class Stub:
    """Knows one key, and answers what it was told to."""

    answer: Decision | BaseException = field(
        default_factory=lambda: Permit(TOKEN, "svc", "Basic c2l0ZQ==", "", (READ_ISSUE,))
    )
    trouble: BaseException | None = None
    asked: list[AccessRequest] = field(default_factory=list)
    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    """Of the door that was made last."""

    def authenticate(self, key_value: str, _call: Call) -> AuthenticatedGateway:
        if self.trouble is not None:
            raise self.trouble
        if key_value != KEY:
            raise InvalidClient("no gateway has this key")
        return KNOWN

    def decide(self, _gateway: object, _resource: object, request: AccessRequest) -> Decision:
        self.asked.append(request)
        if isinstance(self.answer, BaseException):
            raise self.answer
        return self.answer

    def door(self) -> Door:
        self.registry = CollectorRegistry()
        metrics = DecisionMetrics(self.registry)
        endpoint = auth_request_endpoint(self, self, ISSUER, metrics)  # type: ignore[arg-type]  # stands in for both
        return Door((Route(PATH, {"GET": endpoint}, headers=READ, refuse=auth_request.refuse),))


@pytest.fixture
def stub() -> Stub:
    return Stub()


def ask(stub: Stub, headers: Mapping[str, str] | None = None, **changed: str | None) -> Answer:
    """Ask as nginx does; a changed header of `None` is left out."""
    sent = {**HEADERS, **(headers or {})}
    for name, value in changed.items():
        header = name.replace("_", "-")
        if value is None:
            sent.pop(header)
        else:
            sent[header] = value
    return stub.door().knock("GET", PATH, headers=sent)


def test_a_permit_is_a_200_that_names_the_caller_and_what_the_site_gets(stub: Stub) -> None:
    answer = ask(stub)
    assert (answer.status, answer.body) == (200, b"")
    told = answer.headers
    assert told["x-auth-user"] == "client:ci-reader"
    assert (told["x-auth-client"], told["x-auth-jti"]) == ("ci-reader", "t-1")
    assert (told["x-auth-account"], told["x-upstream-authorization"]) == ("svc", "Basic c2l0ZQ==")
    assert told["cache-control"] == "no-store"
    assert told["x-decision-id"] == told["x-request-id"] == stub.asked[0].decision_id
    assert not {"x-upstream-identity", "x-upstream-session", "x-deny-status"} & set(told)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Permit(TOKEN, "svc", "Basic c2l0ZQ==", "", ()), "allowed"),
        (Deny(DenyReason.TOKEN_INVALID), "token-invalid"),
    ],
)
def test_decisions_are_counted_by_gateway_and_reason(
    stub: Stub, answer: Decision, reason: str
) -> None:
    stub.answer = answer
    ask(stub)
    labels = {"gateway": "edge", "reason": reason}
    assert stub.registry.get_sample_value("authserver_decisions_total", labels) == 1


def test_an_identity_is_a_header_of_its_own(stub: Stub) -> None:
    stub.answer = Permit(TOKEN, "jira-ci", "", "jira-ci", (READ_ISSUE,))
    told = ask(stub).headers
    assert told["x-upstream-identity"] == "jira-ci"
    assert "x-upstream-authorization" not in told


def test_a_session_passes_as_such_and_names_nobody(stub: Stub) -> None:
    stub.answer = Permit(None, "", "", "", ())
    told = ask(stub, X_Original_Session="1", Authorization=None).headers
    assert told["x-upstream-session"] == "pass"
    assert not {name for name in told if name.startswith("x-auth")}
    assert stub.asked[0].session


def test_everything_nginx_says_is_asked_about(stub: Stub) -> None:
    ask(stub, X_Original_Method_Override="DELETE")
    (asked,) = stub.asked
    assert (asked.method, asked.target) == ("GET", "/rest/api/2/issue/DEMO-1?fields=summary")
    assert (asked.authorization, asked.session) == ("Bearer x.y.z", False)
    assert (asked.host, asked.address) == ("api.jira.example.com", "198.51.100.7")
    assert (asked.request_id, asked.method_override) == ("n-1", "DELETE")


@pytest.mark.rule("FA-08")
@pytest.mark.parametrize(
    ("stated", "understood"),
    [
        ("198.51.100.7", "198.51.100.7"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("2001:DB8::1", "2001:db8::1"),
        ("198.51.100.7, 10.0.0.1", ""),
        ("unix:", ""),
        ("a", ""),
        ("fe80::1%eth0", ""),
    ],
)
def test_an_address_that_is_none_is_unknown(stub: Stub, stated: str, understood: str) -> None:
    ask(stub, {"X-Forwarded-For": "10.0.0.1", "X-Real-IP": "10.0.0.1"}, X_Original_Address=stated)
    assert stub.asked[0].address == understood


@pytest.mark.rule("FA-01")
@pytest.mark.parametrize("header", ["X-Original-Method", "X-Original-URI"])
def test_what_is_called_must_be_said(stub: Stub, header: str) -> None:
    stub.answer = Deny(DenyReason.REQUEST_INCOMPLETE)
    answer = ask(stub, **{header.replace("-", "_"): None})
    assert "" in (stub.asked[0].method, stub.asked[0].target)
    assert (answer.status, answer.headers["x-deny-status"]) == (403, "503")


@pytest.mark.parametrize("method", ["FOO", "M-SEARCH", "GET_", "A" * 300])
def test_a_method_that_nobody_knows_is_for_the_decision_to_refuse(stub: Stub, method: str) -> None:
    ask(stub, X_Original_Method=method)
    assert stub.asked[0].method == method[:32]


@pytest.mark.parametrize("method", ["get", "GE T", "GET,POST", "G\u00c9T", ""])
def test_a_method_that_is_none_is_not_passed_on(stub: Stub, method: str) -> None:
    ask(stub, X_Original_Method=method)
    assert stub.asked[0].method == ""


@pytest.mark.rule("FA-02")
@pytest.mark.parametrize("reason", DenyReason)
def test_every_reason_has_an_answer_that_nginx_understands(stub: Stub, reason: DenyReason) -> None:
    token = TOKEN if reason is DenyReason.INSUFFICIENT_SCOPE else None
    stub.answer = Deny(reason, "WRITE", (READ_ISSUE,), token)
    answer = ask(stub)
    told = answer.headers
    denial = DENIALS[reason]
    assert answer.status == (401 if denial.status == 401 else 403)
    assert told["x-deny-status"] == str(denial.status)
    assert denial.status in {400, 401, 403, 503}
    assert (told["x-deny-reason"], told["x-deny-error"]) == (reason, denial.error)
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]{10,400}", told["x-deny-description"])
    assert "{issuer}" not in told["x-deny-description"]
    assert re.fullmatch(r"[0-9a-f]{32}", told["x-decision-id"])
    assert ("www-authenticate" in told) == (
        denial.status == 401 or reason is DenyReason.INSUFFICIENT_SCOPE
    )
    assert not {name for name in told if name.startswith("x-upstream")}


def test_missing_scopes_are_named_as_rfc_6750_has_it(stub: Stub) -> None:
    stub.answer = Deny(DenyReason.INSUFFICIENT_SCOPE, "WRITE", (READ_ISSUE,), TOKEN)
    told = ask(stub).headers
    assert told["www-authenticate"] == (
        'Bearer realm="authserver", error="insufficient_scope", '
        'error_description="GET /rest/api/2/issue/{issueIdOrKey} needs scopes that the token '
        'lacks: WRITE", scope="WRITE"'
    )
    assert told["x-auth-client"] == "ci-reader"


def test_a_challenge_names_no_error_where_nothing_was_sent(stub: Stub) -> None:
    stub.answer = Deny(DenyReason.CREDENTIAL_MISSING, "READ")
    assert ask(stub).headers["www-authenticate"] == 'Bearer realm="authserver", scope="READ"'
    stub.answer = Deny(DenyReason.TOKEN_INVALID)
    assert 'error="invalid_token"' in ask(stub).headers["www-authenticate"]


@pytest.mark.rule("FA-03")
@pytest.mark.parametrize(
    "key",
    [
        *(None, "", "Bearer", "Bearer ", KEY, f"Basic {KEY}", "Bearer asv_gw_wrong"),
        *(f"Bearer {KEY} ", f"Bearer {KEY}, Bearer {KEY}", f"Bearer {KEY}x", "Bearer \u00e9"),
        f"Bearer {'a' * 201}",
    ],
)
def test_only_a_gateway_with_its_key_may_ask(stub: Stub, key: str | None) -> None:
    answer = ask(stub, X_Gateway_Authorization=key)
    assert stub.asked == []
    told = answer.headers
    assert (answer.status, told["x-deny-status"]) == (401, "503")
    assert told["x-deny-reason"] == "gateway-refused"
    assert told["www-authenticate"] == 'Bearer realm="authserver gateway"'
    assert not {name for name in told if name.startswith(("x-auth", "x-upstream"))}


@pytest.mark.rule("FA-01")
@pytest.mark.rule("FA-13")
@pytest.mark.parametrize(
    ("error", "status", "retry"),
    [
        (StorageUnavailable("no lease", retry_after_seconds=3), 403, "3"),
        (Throttled(17, "too many"), 401, "17"),
        (RuntimeError("a defect"), 403, "2"),
        (UnicodeError("a defect"), 403, "2"),
        (RecursionError(), 403, "2"),
    ],
)
def test_trouble_closes(stub: Stub, error: Exception, status: int, retry: str) -> None:
    by_authentication, by_decision = Stub(trouble=error), Stub(answer=error)
    for answer in (ask(by_authentication), ask(by_decision)):
        told = answer.headers
        assert (answer.status, told["x-deny-status"], told["x-retry-after"]) == (
            status,
            "503",
            retry,
        )
        assert told["x-deny-error"] == "temporarily_unavailable"
        assert "defect" not in str(answer)


@pytest.mark.rule("FA-02")
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "HEAD", "FOO"])
def test_another_method_is_refused_or_head(stub: Stub, method: str) -> None:
    answer = stub.door().knock(method, PATH, headers=HEADERS)
    assert answer.status == (200 if method == "HEAD" else 403)


@pytest.mark.rule("FA-02")
@pytest.mark.rule("HT-02")
def test_an_oversized_head_is_refused_in_a_way_that_nginx_understands(stub: Stub) -> None:
    answer = ask(stub, Authorization="Bearer " + "a" * 17_000)
    assert (answer.status, answer.headers["x-deny-status"]) == (403, "400")
    assert stub.asked == []


ANY_HEADER = st.text(st.characters(min_codepoint=1, max_codepoint=255), max_size=60)


@pytest.mark.rule("FA-02")
@given(st.dictionaries(st.sampled_from(READ), ANY_HEADER, max_size=9))
def test_no_headers_at_all_make_another_status(headers: dict[str, str]) -> None:
    stub = Stub(answer=Deny(DenyReason.TOKEN_INVALID))
    answer = stub.door().knock("GET", PATH, headers=headers)
    assert answer.status in {401, 403}
    assert answer.headers["x-decision-id"]
