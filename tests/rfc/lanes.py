"""The way into an application without a server: requests in, answers out, by WSGI."""

from __future__ import annotations

import itertools
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from tests.machine.doors import FORM, Answer, call
from tests.machine.environments import environment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from wsgiref.types import WSGIApplication

    from tests.instances import Caller, Site

    Form = Mapping[str, str] | Sequence[tuple[str, str]] | str | bytes

INACTIVE: Final = b'{"active":false}\n'
TOKEN: Final = "/oauth2/token"
INTROSPECT: Final = "/oauth2/introspect"
REVOKE: Final = "/oauth2/revoke"
FORM_PATHS: Final = (TOKEN, INTROSPECT, REVOKE)

_FIRST_PEER: Final = int(IPv4Address("198.18.0.1"))


def peers() -> Iterator[str]:
    """Addresses from the network for benchmarks (RFC 2544), one after the other."""
    return (str(IPv4Address(_FIRST_PEER + number)) for number in itertools.count())


class Lane:
    """Knocks at one application.

    Every request comes from an address of its own, so that one test's failed credentials do not
    throttle another's; tests of throttling name theirs.
    """

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._peers = peers()

    def knock(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        query: str = "",
        headers: Mapping[str, str] | None = None,
        peer: str | None = None,
        changes: Mapping[str, object] | None = None,
    ) -> Answer:
        """Send one request; `changes` to the environment are set last, `None` removes a key."""
        environ = environment(
            method,
            path,
            body,
            host="auth.example.org",
            peer=next(self._peers) if peer is None else peer,
            query=query,
            headers=headers,
            changes=changes,
        )
        return call(self._application, environ)

    def post(
        self,
        path: str,
        form: Form,
        authorization: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        query: str = "",
        peer: str | None = None,
    ) -> Answer:
        """POST a form."""
        sent = {"Content-Type": FORM, **(headers or {})}
        if authorization is not None:
            sent["Authorization"] = authorization
        return self.knock("POST", path, encoded(form), query=query, headers=sent, peer=peer)

    def get(self, path: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        """GET a path."""
        return self.knock("GET", path, headers=headers)

    def ask(self, caller: Caller, *, peer: str | None = None, **form: str) -> Answer:
        """The answer to a client-credentials request."""
        fields = {"grant_type": "client_credentials", **form}
        return self.post(TOKEN, fields, caller.authorization, peer=peer)

    def token(self, caller: Caller, **form: str) -> str:
        """A client-credentials token."""
        answer = self.ask(caller, **form)
        assert answer.status == 200, answer.body
        return str(answer.json["access_token"])

    def asked(self, site: Site, token: str, **form: str) -> Answer:
        """The answer of the introspection endpoint."""
        return self.post(INTROSPECT, {"token": token, **form}, site.authorization)

    def introspect(self, site: Site, token: str, **form: str) -> dict[str, Any]:
        """What the introspection endpoint says of a token."""
        answer = self.asked(site, token, **form)
        assert answer.status == 200, answer.body
        return dict(answer.json)

    def is_active(self, site: Site, token: str) -> bool:
        """Whether a token is active; an inactive one must look like every other."""
        answer = self.asked(site, token)
        assert answer.status == 200, answer.body
        if answer.body == INACTIVE:
            return False
        assert answer.json["active"] is True
        return True

    def revoke(self, caller: Caller, token: str, **form: str) -> Answer:
        """The answer of the revocation endpoint."""
        return self.post(REVOKE, {"token": token, **form}, caller.authorization)


def encoded(form: Form) -> bytes:
    """The body of a form request; text and bytes are sent as they are."""
    if isinstance(form, bytes):
        return form
    if isinstance(form, str):
        return form.encode()
    return urlencode(form).encode()


def assert_invalid_client(answer: Answer) -> None:
    """401 with a challenge, and the one text for every cause (RFC 6749 section 5.2)."""
    assert answer.error == (401, "invalid_client"), answer.body
    assert answer.headers["www-authenticate"].startswith("Basic ")
    assert answer.description == "client authentication failed"


def assert_invalid_request(answer: Answer) -> None:
    """400 `invalid_request`."""
    assert answer.error == (400, "invalid_request"), answer.body


def assert_all_inactive(lane: Lane, site: Site, tokens: Iterable[str]) -> None:
    """None of the tokens counts, and none breaks anything."""
    for token in tokens:
        answer = lane.asked(site, token)
        assert (answer.status, answer.body) == (200, INACTIVE), token


def seen_of(answer: Answer) -> tuple[int, dict[str, str], bytes]:
    """Everything of an answer but its request id."""
    headers = {name: value for name, value in answer.headers.items() if name != "x-request-id"}
    return answer.status, headers, answer.body
