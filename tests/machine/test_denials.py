"""Every reason to deny a call has one answer, which nginx understands and the caller can use."""

from __future__ import annotations

import re

import pytest

from authserver.domain.decisions import Deny, DenyReason
from authserver.domain.policy_calls import PolicyRefusal
from authserver.machine.denials import DENIALS
from tests.machine.asking import READ_ISSUE, TOKEN, Stub, ask


@pytest.fixture
def stub() -> Stub:
    return Stub()


@pytest.mark.rule("FA-02")
@pytest.mark.parametrize("reason", DenyReason)
def test_every_reason_has_an_answer_that_nginx_understands(stub: Stub, reason: DenyReason) -> None:
    token = TOKEN if reason is DenyReason.INSUFFICIENT_SCOPE else None
    refusal = PolicyRefusal(reason, "access.groups", "default@1", "ask the team", "be a member")
    stub.answer = Deny(reason, "WRITE", (READ_ISSUE,), (READ_ISSUE,), token, refusal=refusal)
    answer = ask(stub)
    told = answer.headers
    denial = DENIALS[reason]
    assert answer.status == (401 if denial.status == 401 else 403)
    assert told["x-deny-status"] == str(denial.status)
    assert denial.status in {400, 401, 403, 429, 503}
    assert (told["x-deny-reason"], told["x-deny-error"]) == (reason, denial.error)
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]{10,400}", told["x-deny-description"])
    assert "{issuer}" not in told["x-deny-description"]
    assert re.fullmatch(r"[0-9a-f]{32}", told["x-decision-id"])
    assert ("www-authenticate" in told) == (
        denial.status == 401 or reason is DenyReason.INSUFFICIENT_SCOPE
    )
    assert not {name for name in told if name.startswith("x-upstream")}


def test_missing_scopes_are_named_as_rfc_6750_has_it(stub: Stub) -> None:
    stub.answer = Deny(DenyReason.INSUFFICIENT_SCOPE, "WRITE", (READ_ISSUE,), (READ_ISSUE,), TOKEN)
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
