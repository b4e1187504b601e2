"""Authorization requests under way: kept for one browser, found again for that browser only."""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from authserver.domain.authorization_requests import (
    PUSHED_PREFIX,
    PUSHED_PURPOSE,
    PUSHED_SECONDS,
    REQUEST_SECONDS,
    REQUEST_URI_START,
    AuthorizationRequest,
    PushedRequest,
)
from authserver.domain.errors import DomainError
from authserver.domain.sessions import BROWSER_PURPOSE

if TYPE_CHECKING:
    from authserver.domain.authorization_requests import AuthorizationParameters
    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.ports import Database, SecretDigester, SecretMaker, Stores

REQUEST_ID_CHARACTERS: Final = 22


class NotOpenReason(StrEnum):
    """Why a request cannot go on."""

    UNKNOWN = "there is no such request"
    OTHER_BROWSER = "the request began in another browser"
    EXPIRED = "the request is too old"
    FINISHED = "the request was answered"


class NotOpen(DomainError):
    """A request cannot go on; `request` is only there for its own browser."""

    def __init__(self, reason: NotOpenReason, request: AuthorizationRequest | None = None) -> None:
        """Remember the reason."""
        super().__init__(str(reason))
        self.reason = reason
        self.request = request


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """A request that waits for its user, and the client that sent it."""

    request: AuthorizationRequest
    client: Client


class AuthorizationRequests:
    """Keeps requests, by their id and a digest of the browser's cookie."""

    def __init__(
        self, *, database: Database, digester: SecretDigester, secret_maker: SecretMaker
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._digester = digester
        self._secret_maker = secret_maker

    def begin(self, parameters: AuthorizationParameters, browser: str, call: Call) -> str:
        """Keep an accepted request for the browser with this cookie; its id.

        Raises:
            StorageUnavailable: it could not be kept.
        """
        with self._database.writing() as stores:
            return self.begin_in(stores, parameters, browser, call)

    def begin_in(
        self, stores: Stores, parameters: AuthorizationParameters, browser: str, call: Call
    ) -> str:
        """The same inside the caller's transaction."""
        pepper_id = self._digester.current_pepper
        request_id = self._secret_maker.identifier()
        stores.authorization_requests.add(
            AuthorizationRequest(
                request_id=request_id,
                parameters=parameters,
                browser=self._digester.digest(BROWSER_PURPOSE, browser, pepper_id),
                pepper_id=pepper_id,
                created_at=call.at,
                expires_at=call.at + REQUEST_SECONDS,
            )
        )
        return request_id

    def push(self, parameters: AuthorizationParameters, call: Call) -> str:
        """Keep an accepted request until a browser brings the `request_uri` that this returns.

        Raises:
            StorageUnavailable: it could not be kept.
        """
        secret = self._secret_maker.secret(PUSHED_PREFIX)
        pepper_id = self._digester.current_pepper
        pushed = PushedRequest(
            digest=self._digester.digest(PUSHED_PURPOSE, secret, pepper_id),
            pepper_id=pepper_id,
            parameters=parameters,
            created_at=call.at,
            expires_at=call.at + PUSHED_SECONDS,
        )
        with self._database.writing() as stores:
            stores.authorization_requests.push(pushed)
        return REQUEST_URI_START + secret

    def spend_in(self, stores: Stores, request_uri: str, now: float) -> PushedRequest | None:
        """The pushed request, exactly once; inside the caller's transaction."""
        secret = request_uri.removeprefix(REQUEST_URI_START)
        if not self._secret_maker.looks_like(PUSHED_PREFIX, secret):
            return None
        digests = [
            (pepper_id, self._digester.digest(PUSHED_PURPOSE, secret, pepper_id))
            for pepper_id in self._digester.peppers
        ]
        return stores.authorization_requests.spend_pushed(digests, now)

    def open(self, request_id: str, browser: str, now: float) -> OpenRequest:
        """The request under way of this browser, for a page that asks something for it.

        Raises:
            NotOpen: it cannot go on; the dispatcher tells the user why.
            StorageUnavailable: nobody can tell now.
        """
        with self._database.reading() as stores:
            return self.open_in(stores, request_id, browser, now)

    def open_in(
        self,
        stores: Stores,
        request_id: str,
        browser: str,
        now: float,
        client: Client | None = None,
    ) -> OpenRequest:
        """The same inside the caller's transaction.

        With a `client` that was read a moment ago none is read: in a writing transaction that
        would make everybody who answers the same client wait for one another.
        """
        request = self.found_in(stores, request_id, browser)
        if request.finished_at is not None:
            raise NotOpen(NotOpenReason.FINISHED, request)
        client = client or stores.clients.get(request.parameters.client_id)
        if now >= request.expires_at or client is None or not client.is_enabled:
            raise NotOpen(NotOpenReason.EXPIRED, request)
        return OpenRequest(request, client)

    def found_in(self, stores: Stores, request_id: str, browser: str) -> AuthorizationRequest:
        """The request of this browser, finished or expired or neither.

        Raises:
            NotOpen: there is none, or it is another browser's.
        """
        request = None
        if len(request_id) == REQUEST_ID_CHARACTERS and request_id.isascii():
            request = stores.authorization_requests.get(request_id)
        if request is None:
            raise NotOpen(NotOpenReason.UNKNOWN)
        digest = self._digester.digest(BROWSER_PURPOSE, browser, request.pepper_id)
        if not hmac.compare_digest(digest, request.browser):
            raise NotOpen(NotOpenReason.OTHER_BROWSER)
        return request
