"""nginx's dialect: three statuses, the caller's answer in headers, and closed whatever happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.domain.decisions import CallSession, Deny, DenyReason, Permit
from authserver.domain.errors import StorageUnavailable, Throttled
from authserver.machine.auth_request import READ
from tests.machine.asking import HEADERS, KEY, PATH, READ_ISSUE, TOKEN, Stub, ask

if TYPE_CHECKING:
    from authserver.domain.decisions import Decision


@pytest.fixture
def stub() -> Stub:
    return Stub()


def test_a_permit_is_a_200_that_names_the_caller_and_what_the_site_gets(stub: Stub) -> None:
    answer = ask(stub)
    assert (answer.status, answer.body) == (200, b"")
    told = answer.headers
    assert told["x-auth-user"] == "client:ci-reader"
    assert (told["x-auth-client"], told["x-auth-jti"]) == ("ci-reader", "t-1")
    assert (told["x-auth-account"], told["x-upstream-authorization"]) == ("svc", "Basic c2l0ZQ==")
    assert (told["cache-control"], told["x-hand-over"]) == ("no-store", "service-credential")
    assert told["x-decision-id"] == told["x-request-id"] == stub.asked[0].decision_id
    assert not {"x-upstream-identity", "x-upstream-session", "x-deny-status"} & set(told)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Permit(TOKEN, "service-credential", "svc", "Basic c2l0ZQ==", "", ()), "allowed"),
        (Deny(DenyReason.TOKEN_INVALID), "token-invalid"),
    ],
)
@pytest.mark.feature(46)
def test_decisions_are_counted_by_gateway_and_reason(
    stub: Stub, answer: Decision, reason: str
) -> None:
    stub.answer = answer
    ask(stub)
    labels = {"gateway": "edge", "reason": reason}
    assert stub.registry.get_sample_value("authserver_decisions_total", labels) == 1


def test_an_identity_is_a_header_of_its_own(stub: Stub) -> None:
    stub.answer = Permit(TOKEN, "identity-header:X-User", "jira-ci", "", "jira-ci", (READ_ISSUE,))
    told = ask(stub).headers
    assert told["x-upstream-identity"] == "jira-ci"
    assert "x-upstream-authorization" not in told


def test_a_session_passes_as_such_and_names_nobody(stub: Stub) -> None:
    stub.answer = Permit(None, "session", "", "", "", ())
    told = ask(stub, X_Original_Session="1", Authorization=None).headers
    assert told["x-upstream-session"] == "pass"
    assert not {name for name in told if name.startswith("x-auth")}
    assert told["x-hand-over"] == "session"
    assert stub.asked[0].session is CallSession.CAME


def test_everything_nginx_says_is_asked_about(stub: Stub) -> None:
    ask(stub, X_Original_Method_Override="DELETE")
    (asked,) = stub.asked
    assert (asked.method, asked.target) == ("GET", "/rest/api/2/issue/DEMO-1?fields=summary")
    assert (asked.authorization, asked.session) == ("Bearer x.y.z", CallSession.NONE)
    assert (asked.host, asked.address) == ("api.jira.example.com", "198.51.100.7")
    assert (asked.request_id, asked.method_override) == ("n-1", "DELETE")


@pytest.mark.parametrize("stated", ["blocked", "0", "false", "1, 1"])
def test_any_other_word_about_a_session_lets_none_on(stub: Stub, stated: str) -> None:
    ask(stub, X_Original_Session=stated, Authorization=None)
    assert stub.asked[0].session is CallSession.CAME_TO_API_HOST


def test_a_header_that_no_server_passes_on_is_not_taken_for_none(stub: Stub) -> None:
    ask(stub, X_Original_Authorization="1", Authorization=None)
    assert stub.asked[0].authorization == ""
    ask(stub, X_Original_Authorization="1")
    assert stub.asked[1].authorization == "Bearer x.y.z"


def test_all_that_nginx_takes_of_a_caller_is_decided(stub: Stub) -> None:
    ask(stub, Authorization=f"Bearer {'a' * 8_100}", X_Original_URI=f"/{'a' * 8_000}")
    assert len(stub.asked) == 1


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
    answer = ask(stub, Authorization="Bearer " + "a" * 31_000)
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
