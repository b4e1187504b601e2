"""How authorization requests come in: by a browser, or ahead of it by the client (RFC 9126)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from authserver.domain.authorization_answers import UnredirectedRefusal
from authserver.domain.authorization_requests import PUSHED_SECONDS, REQUEST_URI_START
from authserver.services.authorization_validation import may_answer_at

if TYPE_CHECKING:
    from authserver.domain.authorization_queries import AuthorizationQuery
    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.ports import Database
    from authserver.services.authorization_requests import AuthorizationRequests
    from authserver.services.authorization_validation import AuthorizationValidation


@dataclass(frozen=True, slots=True)
class HeldRequest:
    """A request that waits for a browser; `expires_in` is in seconds."""

    client_id: str
    request_uri: str = field(repr=False)
    expires_in: int = PUSHED_SECONDS


class AuthorizationFront:
    """Takes requests in, once they are judged."""

    def __init__(
        self,
        *,
        database: Database,
        validation: AuthorizationValidation,
        requests: AuthorizationRequests,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._validation = validation
        self._requests = requests

    def receive(self, query: AuthorizationQuery, browser: str, call: Call) -> str:
        """Keep what the browser with this cookie brings; the id of the request.

        With a `request_uri` of ours everything else but `client_id` is ignored.

        Raises:
            UnredirectedRefusal: for the person at the browser.
            RedirectedRefusal: for the client.
            StorageUnavailable: nothing was kept.
        """
        request_uri = pushed_uri(query)
        if request_uri is None:
            accepted = self._validation.accepted(query)
            return self._requests.begin(accepted.parameters, browser, call)
        client = self._validation.client(query)
        with self._database.writing() as stores:
            pushed = self._requests.spend_in(stores, request_uri, call.at)
            # Refusing rolls back: another client's request is not spent by this one.
            if pushed is None or pushed.parameters.client_id != client.client_id:
                raise UnredirectedRefusal(
                    "invalid_request_uri", "request_uri: unknown, used or older than it may be"
                )
            if not may_answer_at(client, pushed.parameters.redirect_uri):
                raise UnredirectedRefusal(
                    "invalid_request", "redirect_uri: not registered any more"
                )
            return self._requests.begin_in(stores, pushed.parameters, browser, call)

    def hold(self, query: AuthorizationQuery, call: Call) -> HeldRequest:
        """Keep what a browser posts until it comes back by a link.

        Browsers leave our cookies out of a post from another site, so that it cannot be told whose
        request it is; a redirect afterwards brings them along.

        Raises: as `receive`.
        """
        request_uri = pushed_uri(query)
        if request_uri is not None:
            return HeldRequest(self._validation.client(query).client_id, request_uri)
        accepted = self._validation.accepted(query)
        held = self._requests.push(accepted.parameters, call)
        return HeldRequest(accepted.client.client_id, held)

    def push(self, client: Client, query: AuthorizationQuery, call: Call) -> HeldRequest:
        """Keep what an authenticated client sends ahead of its user (RFC 9126 section 2.1).

        Raises:
            ProtocolRefusal: the same as at the authorization endpoint, for the client itself.
            StorageUnavailable: nothing was kept.
        """
        accepted = self._validation.accepted(query, pushed=True)
        return HeldRequest(client.client_id, self._requests.push(accepted.parameters, call))


def pushed_uri(query: AuthorizationQuery) -> str | None:
    """The `request_uri` if it is one of ours."""
    request_uri = query.get("request_uri")
    if request_uri is None or not request_uri.startswith(REQUEST_URI_START):
        return None
    return request_uri
