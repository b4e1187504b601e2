"""`/oauth2/register`: clients that register themselves (RFC 7591, RFC 7592, OpenID Connect)."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField, ProtocolRefusal
from authserver.machine.forms import parse_form
from authserver.machine.json_bodies import read_json
from authserver.machine.refusals import FrameRefusal
from authserver.machine.responses import NO_STORE, Response, json_response
from authserver.protocol.client_metadata import METADATA_NAMES, read_metadata
from authserver.protocol.registration_answers import registration_answer
from authserver.services.registrations import STOPPED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from authserver.machine.requests import Request
    from authserver.machine.routes import Endpoint
    from authserver.services.registrations import Registrations

BODY_LIMIT: Final = 65_536
LONGEST_TOKEN: Final = 200
_QUERY: Final = {"client_id": 100}
_REDIRECTS: Final = frozenset({"redirect_uris"})


class RegisterEndpoint:
    """`POST` registers; `GET`, `PUT` and `DELETE` with `?client_id=` look after a registration."""

    def __init__(
        self, registrations: Registrations, issuer: str, assertion_algorithms: Sequence[str]
    ) -> None:
        """`assertion_algorithms` are those that client assertions may be signed with."""
        self._registrations = registrations
        self._issuer = issuer
        self._algorithms = assertion_algorithms

    @property
    def methods(self) -> dict[str, Endpoint]:
        """The endpoint for each method."""
        return {"POST": self.post, "GET": self.get, "PUT": self.put, "DELETE": self.delete}

    def post(self, request: Request) -> Response:
        """Register a client with an initial access token (RFC 7591 section 3)."""
        token = _bearer(request)
        if request.query:
            raise InvalidField("query string", "must be empty, metadata belongs in the body")
        with _in_their_words():
            stated = read_metadata(read_json(request), self._algorithms)
            registered = self._registrations.register(token, stated, request.call)
        return json_response(registration_answer(self._issuer, registered), status=201)

    def get(self, request: Request) -> Response:
        """The registration as it is (RFC 7592 section 2.1)."""
        client_id, token = _client_id(request), _bearer(request)
        with _stopped_is_forbidden():
            found = self._registrations.read(client_id, token, request.call)
        return json_response(registration_answer(self._issuer, found))

    def put(self, request: Request) -> Response:
        """State a registration anew (RFC 7592 section 2.2)."""
        client_id, token = _client_id(request), _bearer(request)
        with _in_their_words():
            stated = read_metadata(read_json(request), self._algorithms)
            after = self._registrations.replace(client_id, token, stated, request.call)
        return json_response(registration_answer(self._issuer, after))

    def delete(self, request: Request) -> Response:
        """End a registration (RFC 7592 section 2.3)."""
        client_id, token = _client_id(request), _bearer(request)
        with _stopped_is_forbidden():
            self._registrations.delete(client_id, token, request.call)
        return Response(204, NO_STORE[1:], b"")


def _bearer(request: Request) -> str:
    """The token in the Authorization header (RFC 6750 section 2.1), and nowhere else."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > LONGEST_TOKEN:
        raise ProtocolRefusal("invalid_token", "a token is required, as Authorization: Bearer")
    return token


def _client_id(request: Request) -> str:
    fields = parse_form(request.query.encode("latin-1", "replace"), _QUERY)
    values = fields.get("client_id", [])
    if set(fields) != {"client_id"} or len(values) != 1 or not 0 < len(values[0]) <= LONGEST_TOKEN:
        raise InvalidField("query string", "client_id of the registration, once, nothing else")
    return values[0]


@contextmanager
def _in_their_words() -> Iterator[None]:
    """Refuse with the codes of RFC 7591 section 3.2.2, and by the names that clients use."""
    try:
        with _stopped_is_forbidden():
            yield
    except InvalidField as refusal:
        field, _, member = refusal.field.partition(".")
        name = METADATA_NAMES.get(field, field)
        error = "invalid_redirect_uri" if name in _REDIRECTS else "invalid_client_metadata"
        shown = f"{name}.{member}" if member else name
        raise ProtocolRefusal(error, f"{shown}: {refusal.allowed}") from None


@contextmanager
def _stopped_is_forbidden() -> Iterator[None]:
    """403 for a client that was stopped (RFC 7592 section 2.1); a token endpoint says 400."""
    try:
        yield
    except ProtocolRefusal as refusal:
        if refusal.error != STOPPED:
            raise
        raise FrameRefusal(403, refusal.description, error=STOPPED) from None
