"""`POST /leaks`: whoever has found a secret of ours says so, and it is stopped.

In the form of secret scanners: a list of `{"token", "type", "url", "source"}`, as partners of
GitHub's secret scanning get it, or one such object. Nobody has to prove who they are: who has the
secret could do worse with it.
"""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.audit import Actor, ActorKind
from authserver.domain.errors import InvalidField
from authserver.domain.leaks import FoundSecret, LeakOutcome
from authserver.machine.json_bodies import read_json_value
from authserver.machine.responses import json_response
from authserver.services.administration import Act
from authserver.services.leak_reports import MOST_FOUND

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.machine.requests import Request
    from authserver.machine.responses import Response
    from authserver.machine.routes import Endpoint
    from authserver.services.leak_reports import LeakReports

PATH: Final = "/leaks"
HEADERS_READ: Final = ("Content-Type",)
_LIMITS: Final[Mapping[str, int]] = {"token": 16_384, "type": 200, "url": 4_000, "source": 200}
_TRUE: Final = "true_positive"
_FALSE: Final = "false_positive"
_EXPECTED: Final = f"an object with a member token, or a list of 1 to {MOST_FOUND} of them"


def leaks_endpoint(reports: LeakReports) -> Endpoint:
    """The endpoint where leaks are reported.

    Its answer says of each, by the SHA-256 of what was sent (base64), whether that is a secret of
    ours; not whose, nor what it could do.
    """

    def report(request: Request) -> Response:
        if request.query:
            raise InvalidField("query string", "must be empty, secrets belong in the body")
        body = read_json_value(request)
        found = [_found(each) for each in (body if isinstance(body, list) else [body])]
        act = Act(
            Actor(ActorKind.ANONYMOUS, ""), request_id=request.call.request_id, peer=request.peer
        )
        outcomes = reports.report(found, act)
        answers = [_answer(each, outcome) for each, outcome in zip(found, outcomes, strict=True)]
        return json_response(answers if isinstance(body, list) else answers[0])

    return report


def _found(item: Any) -> FoundSecret:
    if not isinstance(item, dict):
        raise InvalidField("body", _EXPECTED)
    texts = {name: "" if item.get(name) is None else item[name] for name in _LIMITS}
    for name, longest in _LIMITS.items():
        if not isinstance(texts[name], str) or len(texts[name]) > longest:
            raise InvalidField(name, f"a text of at most {longest} characters")
    if not texts["token"]:
        raise InvalidField("token", "required: the secret that was found")
    return FoundSecret(texts["token"], texts["type"], texts["url"], texts["source"])


def _answer(found: FoundSecret, outcome: LeakOutcome) -> dict[str, str]:
    digest = sha256(found.value.encode("utf-8", "surrogatepass")).digest()
    return {
        "token_hash": b64encode(digest).decode(),
        "token_type": found.kind,
        "label": _FALSE if outcome is LeakOutcome.UNKNOWN else _TRUE,
    }
