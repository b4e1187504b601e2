"""What a provider's refusal means for the person who signs in, and for operators.

Of its texts nothing goes on but error codes of a bounded form: descriptions quote addresses,
names, and what was sent.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from authserver.domain.outbound import (
    OutboundAnswerInvalid,
    OutboundError,
    OutboundReason,
)
from authserver.domain.upstream_ports import UpstreamFailure
from authserver.domain.upstream_sign_ins import SignInProblem

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

TOO_MANY: Final = 429
SERVER_ERRORS: Final = 500
CLIENT_ERRORS: Final = 400
CODE: Final = re.compile(r"[A-Za-z_]{1,50}")
OKTA_CODE: Final = re.compile(r"E[0-9]{4,10}")
ENTRA_CODE_MAX: Final = 9_999_999
ENTRA_LOOP: Final = 50196
"""Entra ID asks a client that redeems codes without end to pause (AADSTS50196)."""

_BUSY: Final = frozenset({"temporarily_unavailable", "server_error", "slow_down"})
_INTERACTION: Final = frozenset(
    {
        "interaction_required",
        "login_required",
        "consent_required",
        "account_selection_required",
    }
)


@contextmanager
def failures(place: str) -> Iterator[None]:
    """Put errors of calls to `place` (`token endpoint`) into words.

    Raises:
        UpstreamFailure: instead of OutboundError.
    """
    try:
        yield
    except OutboundError as error:
        failure = UpstreamFailure(_problem(error), f"{place}: {_told(error)}")
    else:
        return
    raise failure


def refused(place: str, status: int, document: Mapping[str, object]) -> UpstreamFailure:
    """What an answer with an error status means."""
    problem = _problem_of_status(status)
    code = _code(document)
    entra = _entra_codes(document)
    if code in _BUSY or ENTRA_LOOP in entra:
        problem = SignInProblem.PROVIDER_BUSY
    elif code in _INTERACTION:
        problem = SignInProblem.INTERACTION_NEEDED
    told = "".join([f" {code}" if code else "", *(f" AADSTS{each}" for each in entra)])
    return UpstreamFailure(problem, f"{place}: answered {status}{told}")


def unusable(place: str, detail: str) -> UpstreamFailure:
    """The answer is not what the standards say."""
    return UpstreamFailure(SignInProblem.ANSWER_UNUSABLE, f"{place}: {detail}")


def _told(error: OutboundError) -> str:
    status = error.status if isinstance(error, OutboundAnswerInvalid) else 0
    if status >= CLIENT_ERRORS and error.reason is not OutboundReason.STATUS:
        return f"answered {status}, {error}"
    return str(error)


def _problem(error: OutboundError) -> SignInProblem:
    if error.reason is OutboundReason.BUSY:
        return SignInProblem.PROVIDER_BUSY
    if not isinstance(error, OutboundAnswerInvalid):
        return SignInProblem.PROVIDER_UNREACHABLE
    if error.status >= CLIENT_ERRORS:
        return _problem_of_status(error.status)
    return SignInProblem.ANSWER_UNUSABLE


def _problem_of_status(status: int) -> SignInProblem:
    if status == TOO_MANY or status >= SERVER_ERRORS:
        return SignInProblem.PROVIDER_BUSY
    if status >= CLIENT_ERRORS:
        return SignInProblem.PROVIDER_REFUSED
    return SignInProblem.ANSWER_UNUSABLE


def _code(document: Mapping[str, object]) -> str:
    """The error code: OAuth's `error`, Okta's `errorCode`, Graph's `error.code`; "" for none."""
    code = document.get("error")
    if isinstance(code, dict):
        code = code.get("code")
    if isinstance(code, str) and CODE.fullmatch(code):
        return code
    code = document.get("errorCode")
    return code if isinstance(code, str) and OKTA_CODE.fullmatch(code) else ""


def _entra_codes(document: Mapping[str, object]) -> list[int]:
    codes = document.get("error_codes")
    if not isinstance(codes, list):
        return []
    return [each for each in codes[:3] if type(each) is int and 0 < each <= ENTRA_CODE_MAX]
