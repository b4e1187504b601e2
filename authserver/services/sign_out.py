"""Signing out at a client's wish (OpenID Connect RP-Initiated Logout 1.0)."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, urlencode

if TYPE_CHECKING:
    from authserver.domain.clients import Client
    from authserver.domain.identity_tokens import IdTokenHint
    from authserver.domain.ports import Database
    from authserver.domain.sessions import Session
    from authserver.services.directory import Keys

HINT_SECONDS: Final = 30 * 86_400.0
"""How old an ID token may be to stand for a session: longer than any session lasts."""
SKEW_SECONDS: Final = 60.0


class LogoutProblem(StrEnum):
    """What is wrong with a client's request; the user is told, and never sent anywhere."""

    HINT = "the ID token is not one of ours for this client"
    CLIENT = "there is no such client"
    URI = "the address is not registered for the client"


@dataclass(frozen=True, slots=True)
class LogoutRequest:
    """What came to the endpoint; empty texts are absent parameters."""

    id_token_hint: str = field(default="", repr=False)
    client_id: str = ""
    post_logout_redirect_uri: str = ""
    state: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class LogoutPlan:
    """What the request comes to.

    `redirect_uri` is where the browser goes once it is signed out, state included; empty when it
    stays here. `needs_consent` is False when the client has proved that it means this session.
    """

    client: Client | None
    redirect_uri: str
    needs_consent: bool
    problem: LogoutProblem | None = None


class SignOut:
    """Judges requests for logout. It changes nothing."""

    def __init__(self, *, database: Database, keys: Keys) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._keys = keys

    def plan(self, request: LogoutRequest, session: Session | None, now: float) -> LogoutPlan:
        """What to do with a client's request, for the browser's session.

        Without a question: only when the hint is an ID token of ours for that very client and this
        very session, or nobody is signed in. To a registered address: only with such a hint, or
        when the user is asked and a `client_id` says whose address it is.

        Raises:
            StorageUnavailable: nobody can tell now.
        """
        hint = self._hint(request, now)
        if request.id_token_hint and hint is None:
            return LogoutPlan(None, "", needs_consent=True, problem=LogoutProblem.HINT)
        client_id = request.client_id if hint is None else hint.client_id
        client = self._client(client_id)
        if client_id and client is None:
            return LogoutPlan(None, "", needs_consent=True, problem=LogoutProblem.CLIENT)
        needs_consent = hint is None or not _means(hint, session)
        wanted = request.post_logout_redirect_uri
        if not wanted:
            return LogoutPlan(client, "", needs_consent)
        if client is None or wanted not in client.profile.post_logout_redirect_uris:
            return LogoutPlan(client, "", needs_consent=True, problem=LogoutProblem.URI)
        return LogoutPlan(client, _with_state(wanted, request.state), needs_consent)

    def _hint(self, request: LogoutRequest, now: float) -> IdTokenHint | None:
        if not request.id_token_hint:
            return None
        hint = self._keys.ring.read_id_token(request.id_token_hint)
        if hint is None or (request.client_id and hint.client_id != request.client_id):
            return None
        is_recent = now - HINT_SECONDS <= hint.issued_at <= now + SKEW_SECONDS
        return hint if is_recent else None

    def _client(self, client_id: str) -> Client | None:
        if not client_id:
            return None
        with self._database.reading() as stores:
            client = stores.clients.get(client_id)
        return client if client is not None and client.is_enabled else None


def _means(hint: IdTokenHint, session: Session | None) -> bool:
    """Whether the ID token belongs to this session, or there is none to be ended."""
    if session is None:
        return True
    return hint.subject == session.subject and hint.session_id == session.session_id


def _with_state(uri: str, state: str) -> str:
    if not state:
        return uri
    joint = "?"
    if "?" in uri:
        joint = "" if uri.endswith(("?", "&")) else "&"
    return uri + joint + urlencode({"state": state}, quote_via=quote, safe="")
