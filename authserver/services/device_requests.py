"""Devices that ask to act for a user who answers elsewhere (RFC 8628 section 3.1)."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.clients import GrantType
from authserver.domain.device_authorizations import (
    DEVICE_PREFIX,
    DEVICE_PURPOSE,
    DEVICE_SECONDS,
    POLL_SECONDS,
    USER_CODE_PURPOSE,
    DeviceAuthorization,
    DeviceState,
)
from authserver.domain.errors import (
    AlreadyExists,
    ProtocolRefusal,
    StorageUnavailable,
    Throttled,
)
from authserver.domain.scopes import format_scope
from authserver.domain.user_codes import new_user_code
from authserver.services.role_scopes import refuse_administration
from authserver.services.throttling import network_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.ports import Database, Entropy, SecretDigester, SecretMaker, Stores
    from authserver.services.audiences import Audiences
    from authserver.services.throttling import ThrottleLimits

DRAWS: Final = 5
USER_AGENT_CHARACTERS: Final = 200
BEGINNINGS_MOST: Final = 100
"""Devices of one public client that begin in one network in one minute."""
BEGINNINGS_SECONDS: Final = 60


@dataclass(frozen=True, slots=True)
class StartedDevice:
    """What a device is told once; `user_code` is in its canonical form, times are in seconds."""

    device_code: str = field(repr=False)
    user_code: str = field(repr=False)
    expires_in: int
    interval: int


class DeviceRequests:
    """Begins device authorizations."""

    def __init__(
        self,
        *,
        database: Database,
        digester: SecretDigester,
        secret_maker: SecretMaker,
        entropy: Entropy,
        audiences: Audiences,
        networks: ThrottleLimits,
    ) -> None:
        """`networks` say how many bits of an address name a network."""
        self._networks = networks
        self._database = database
        self._digester = digester
        self._secret_maker = secret_maker
        self._entropy = entropy
        self._audiences = audiences

    def begin(
        self,
        client: Client,
        scope: str | None,
        resources: Sequence[str],
        *,
        user_agent: str,
        call: Call,
    ) -> StartedDevice:
        """A device authorization of the authenticated client, stored and recorded.

        `scope` and `resources` are the parameters as sent.

        Raises:
            ProtocolRefusal: `unauthorized_client`, `invalid_scope` or `invalid_target`.
            Throttled: too many devices of a public client began there; nothing was stored.
            StorageUnavailable: nothing was stored.
        """
        if GrantType.DEVICE_CODE not in client.grant_types:
            raise ProtocolRefusal(
                "unauthorized_client", f"this client may not use {GrantType.DEVICE_CODE}"
            )
        aim = self._audiences.aim(client, scope, resources)
        refuse_administration(aim.scopes, "for a device, which somebody else may hold")
        pepper_id = self._digester.current_pepper
        said = "".join(each for each in user_agent if each.isprintable())
        for _ in range(DRAWS):
            device_code = self._secret_maker.secret(DEVICE_PREFIX)
            user_code = new_user_code(self._entropy)
            device = DeviceAuthorization(
                digest=self._digester.digest(DEVICE_PURPOSE, device_code, pepper_id),
                user_code_digest=self._digester.digest(USER_CODE_PURPOSE, user_code, pepper_id),
                pepper_id=pepper_id,
                client_id=client.client_id,
                scopes=aim.scopes,
                audience=aim.audience,
                resource=aim.resource,
                state=DeviceState.PENDING,
                interval=POLL_SECONDS,
                created_at=call.at,
                expires_at=call.at + DEVICE_SECONDS,
                peer=call.peer,
                user_agent=said[:USER_AGENT_CHARACTERS],
            )
            try:
                self._store(device, client, call)
            except AlreadyExists:
                continue  # somebody else's device shows this very code now
            return StartedDevice(device_code, user_code, DEVICE_SECONDS, POLL_SECONDS)
        raise StorageUnavailable("no user code is free: too many devices wait for their users")

    def _store(self, device: DeviceAuthorization, client: Client, call: Call) -> None:
        with self._database.writing() as stores:
            if not client.is_confidential:
                # Anybody may begin in its name, and each beginning is on record for good.
                self._count(stores, client, call)
            stores.devices.add(device)
            stores.audit.add(
                AuditEvent(
                    at=call.at,
                    action="device.requested",
                    outcome=Outcome.SUCCESS,
                    actor=Actor(ActorKind.CLIENT, device.client_id),
                    object_kind="client",
                    object_id=device.client_id,
                    client_id=device.client_id,
                    resource=device.audience,
                    request_id=call.request_id,
                    peer=call.peer,
                    details={"scope": format_scope(device.scopes)},
                )
            )

    def _count(self, stores: Stores, client: Client, call: Call) -> None:
        """Count one beginning; what is too much is rolled back with the rest."""
        text = f"device\0{client.client_id}\0{network_of(call.peer, self._networks)}"
        key = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:40]
        start = call.at - call.at % BEGINNINGS_SECONDS
        end = start + BEGINNINGS_SECONDS
        if stores.failures.add([key], start, end)[key] > BEGINNINGS_MOST:
            wait = max(1, math.ceil(end - call.at))
            raise Throttled(wait, detail="too many devices began", of="devices at once")
