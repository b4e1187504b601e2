"""Users answer devices: they type the code they see, look at what is asked, allow or refuse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.clients import GrantType
from authserver.domain.device_authorizations import USER_CODE_PURPOSE, DeviceState
from authserver.domain.errors import Conflict, NotFound
from authserver.domain.grants import GrantOrigin
from authserver.domain.requested_claims import RequestedClaims
from authserver.domain.resources import ResourceStatus
from authserver.domain.scope_reach import beyond
from authserver.domain.user_codes import read_user_code
from authserver.services.consents import Answered
from authserver.services.secret_digests import digests_of
from authserver.services.security_notices import SILENT, SecurityNotices
from authserver.services.sessions import SignedOut, still_signed_in

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.device_authorizations import DeviceAuthorization
    from authserver.domain.ports import Database, SecretDigester, Stores
    from authserver.services.consent_questions import ConsentQuestion
    from authserver.services.consents import Consents
    from authserver.services.granting import Granting
    from authserver.services.sessions import SignedIn
    from authserver.services.sign_in_guesses import Guess, SignInGuesses

GUESSES_PER_USER: Final = 10
GUESSES_EVERYWHERE: Final = 50
GUESS_SECONDS: Final = 900


@dataclass(frozen=True, slots=True)
class WaitingDevice:
    """A device that waits for an answer, and what there is to ask about it."""

    device: DeviceAuthorization
    client: Client
    question: ConsentQuestion


class DeviceAnswers:
    """What a signed-in user does with a user code.

    Wrong codes are counted ahead, and few; each is on record.
    """

    def __init__(
        self,
        *,
        database: Database,
        digester: SecretDigester,
        guesses: SignInGuesses,
        consents: Consents,
        granting: Granting,
        notices: SecurityNotices = SILENT,
    ) -> None:
        """`guesses` count wrong codes per user and network."""
        self._database = database
        self._digester = digester
        self._guesses = guesses
        self._consents = consents
        self._granting = granting
        self._notices = notices

    def waiting(self, typed: str, signed_in: SignedIn, call: Call) -> WaitingDevice:
        """The device that shows this code; case, blanks and hyphens do not matter.

        Raises:
            NotFound: no device waits that shows it; one answer for every cause.
            Throttled: the user, or the network, has guessed too often.
            Conflict: the user's credentials rest, so that no device gets any.
            StorageUnavailable: nobody can tell now.
        """
        if not signed_in.user.has_credentials:
            raise Conflict("the credentials of the user rest")
        code = self._counted(typed, signed_in, call)
        with self._database.reading() as stores:
            device, client = self._found(stores, code, call)
        question = self._consents.question(
            client, device.audience, device.resource, device.scopes, None, has_session=False
        )
        return WaitingDevice(device, client, question)

    def allow(self, typed: str, signed_in: SignedIn, call: Call) -> Client:
        """The user allows what the device asks for; its next poll gets tokens.

        Raises:
            NotFound: as in `waiting`, also when it was answered a moment ago; nothing was changed.
            SignedOut: the user's session ended in the meantime; nothing was changed.
            Throttled: as in `waiting`.
            Conflict: as in `waiting`; nothing was changed.
            StorageUnavailable: nothing was changed.
        """
        code = self._counted(typed, signed_in, call)
        with self._database.writing() as stores:
            device, client = self._found(stores, code, call)
            still = still_signed_in(stores, signed_in, call.at)
            if still is None or still.user.must_change_password:
                raise SignedOut
            grant = self._granting.grant(
                stores,
                client=client,
                subject=still.user.subject,
                audience=device.audience,
                resource=device.resource,
                scopes=device.scopes,
                origin=GrantOrigin.DEVICE,
                session=still.session,
                nonce="",
                claims=RequestedClaims(),
                call=call,
            )
            self._move(stores, device, DeviceState.ALLOWED, grant.grant_id)
            self._consents.allow_in(
                stores,
                signed_in.user.subject,
                client.client_id,
                device.audience,
                device.scopes,
                call.at,
                call=call,
            )
            self._notices.device_allowed_in(stores, still.user, client, call)
        return client

    def deny(self, typed: str, signed_in: SignedIn, call: Call) -> Client:
        """The user refuses; the device's next poll is told. Raises as `allow`."""
        code = self._counted(typed, signed_in, call)
        with self._database.writing() as stores:
            device, client = self._found(stores, code, call)
            self._move(stores, device, DeviceState.DENIED)
            subject, scopes = signed_in.user.subject, device.scopes
            self._consents.deny_in(
                stores,
                Answered(subject, client.client_id, device.audience, scopes, call.at, call),
            )
        return client

    def _move(
        self, stores: Stores, device: DeviceAuthorization, to: DeviceState, grant_id: str = ""
    ) -> None:
        moved = stores.devices.move(device, expected=DeviceState.PENDING, to=to, grant_id=grant_id)
        if not moved:  # on a database that does not lock what is read
            raise _no_such_code()

    def _counted(self, typed: str, signed_in: SignedIn, call: Call) -> str:
        """The code, counted as a wrong one unless a device shows it.

        What is no code at all costs nothing: nobody learns anything by it.
        """
        code = read_user_code(typed)
        if code is None:
            raise _no_such_code()
        account = f"user code\0{signed_in.user.subject}"
        guess = self._guesses.count(account, known_browser="", call=call)
        with self._database.writing() as stores:
            is_shown = self._find(stores, code, call) is not None
            if is_shown:
                self._guesses.take_back(stores, guess)
            else:
                stores.audit.add(_wrong_code(signed_in, guess, call))
        if not is_shown:
            raise _no_such_code()
        return code

    def _found(self, stores: Stores, code: str, call: Call) -> tuple[DeviceAuthorization, Client]:
        found = self._find(stores, code, call)
        if found is None:
            raise _no_such_code()
        return found

    def _find(
        self, stores: Stores, code: str, call: Call
    ) -> tuple[DeviceAuthorization, Client] | None:
        device = stores.devices.find_by_user_code(
            digests_of(self._digester, USER_CODE_PURPOSE, code)
        )
        if (
            device is None
            or device.state is not DeviceState.PENDING
            or call.at >= device.expires_at
        ):
            return None
        client = stores.clients.get(device.client_id)
        if client is None or not _may_still(stores, client, device):
            return None
        return device, client


def _may_still(stores: Stores, client: Client, device: DeviceAuthorization) -> bool:
    """Whether the client could ask for the same now."""
    if not client.is_enabled or GrantType.DEVICE_CODE not in client.grant_types:
        return False
    if beyond(device.scopes, client.scopes):
        return False
    if not device.resource:
        return True
    resource = stores.resources.get(device.resource)
    return (
        device.resource in client.resources
        and resource is not None
        and resource.status is ResourceStatus.ENABLED
    )


def _wrong_code(signed_in: SignedIn, guess: Guess, call: Call) -> AuditEvent:
    """The record of a guess; `counters` are those that it filled: a block begins with it."""
    return AuditEvent(
        at=call.at,
        action="device.code_refused",
        outcome=Outcome.REFUSED,
        actor=Actor(ActorKind.USER, signed_in.user.subject),
        object_kind="device",
        reason="no device waits that shows this code",
        request_id=call.request_id,
        peer=call.peer,
        details={"counters": list(guess.full)},
    )


def _no_such_code() -> NotFound:
    return NotFound("device", "with this code")
