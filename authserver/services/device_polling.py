"""Devices ask whether their user has answered, and get their tokens once (RFC 8628 section 3.4)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from authserver.domain.clients import GrantType
from authserver.domain.device_authorizations import DEVICE_PURPOSE, DeviceState
from authserver.domain.errors import ProtocolRefusal
from authserver.services.grant_presentations import Presentation, Verdict, invalid_grant
from authserver.services.grant_standing import why_not
from authserver.services.secret_digests import digests_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.device_authorizations import DeviceAuthorization
    from authserver.domain.people_ports import Digests
    from authserver.domain.ports import Database, SecretDigester, Stores
    from authserver.services.grant_presentations import GrantPresentations
    from authserver.services.user_tokens import PreparedTokens, UserTokens

SLOWER_BY_SECONDS: Final = 5
"""RFC 8628 section 3.5: "by 5 seconds for this and all subsequent requests"."""
EARLY_SECONDS: Final = 1.0
"""A poll that comes so much too early was sent in time: networks do not keep the beat."""


_ENDED: Final[Mapping[DeviceState, Callable[[], ProtocolRefusal]]] = {
    DeviceState.SPENT: lambda: invalid_grant("spent before"),
    DeviceState.DENIED: lambda: ProtocolRefusal("access_denied", "the user did not allow it"),
}


@dataclass(frozen=True, slots=True)
class PresentedDeviceCode:
    """A device code; `resources` are the values of the `resource` parameter."""

    value: str = field(repr=False)
    resources: Sequence[str] = ()


class DevicePolling:
    """Answers polls. Of many that come at once, one gets the tokens."""

    def __init__(
        self,
        *,
        database: Database,
        digester: SecretDigester,
        tokens: UserTokens,
        presentations: GrantPresentations,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._digester = digester
        self._tokens = tokens
        self._presentations = presentations

    def poll(self, client: Client, presented: PresentedDeviceCode, call: Call) -> PreparedTokens:
        """The tokens of the authenticated client's device, on record before this returns.

        Raises:
            ProtocolRefusal: `authorization_pending`, `slow_down`, `access_denied`, `expired_token`,
                `invalid_grant`, `invalid_target`, or `unauthorized_client`.
            Throttled: a public client presents too many codes that are none.
            StorageUnavailable: nothing was changed; or the commit failed, and the next poll tells.
        """
        presentation = Presentation(client, GrantType.DEVICE_CODE, call)
        self._presentations.admit(presentation)
        digests = digests_of(self._digester, DEVICE_PURPOSE, presented.value)
        with self._database.reading() as stores:
            device = stores.devices.find(digests)
        if _waits(device, client, call):
            self._keep_waiting(client, digests, call)
        prepared = self._prepared(device, client, presented, call)
        return self._presentations.settle(
            presentation, lambda stores: self._spend(stores, presentation, digests, prepared)
        )

    def _keep_waiting(self, client: Client, digests: Digests, call: Call) -> None:
        """Answer a poll that comes before the user's answer; nothing is recorded of it.

        Returns when the user has answered meanwhile.
        """
        with self._database.writing() as stores:
            device = stores.devices.find(digests)
            if device is None or not _waits(device, client, call):
                return
            last, interval = device.last_polled_at, device.interval
            too_fast = last is not None and call.at - last < interval - EARLY_SECONDS
            if too_fast:
                interval += SLOWER_BY_SECONDS
            stores.devices.note_poll(device, at=call.at, interval=interval)
        if too_fast:
            raise ProtocolRefusal("slow_down", f"ask every {interval} seconds, no more often")
        raise _pending()

    def _prepared(
        self,
        device: DeviceAuthorization | None,
        client: Client,
        presented: PresentedDeviceCode,
        call: Call,
    ) -> PreparedTokens | ProtocolRefusal:
        """What the code is worth should this poll turn out to be the one that spends it."""
        if device is None:
            return invalid_grant("no such device code")
        with self._database.reading() as stores:
            grant = stores.grants.get(device.grant_id) if device.grant_id else None
            problem = "" if grant is None else why_not(stores, grant, client, call.at)
        if grant is None or problem:
            return invalid_grant(problem or "there is no grant")
        try:
            return self._tokens.prepare(
                client,
                grant,
                scopes=grant.scopes,
                resources=presented.resources,
                nonce="",
                call=call,
            )
        except ProtocolRefusal as refusal:
            return refusal

    def _spend(
        self,
        stores: Stores,
        presentation: Presentation,
        digests: Digests,
        prepared: PreparedTokens | ProtocolRefusal,
    ) -> Verdict:
        device = stores.devices.find(digests)
        refusal = _misfit(device, presentation.client, presentation.call)
        if refusal is not None or device is None:
            return Verdict(refusal=refusal or invalid_grant("no such device code"))
        if isinstance(prepared, ProtocolRefusal):
            return Verdict(refusal=prepared, grant_id=device.grant_id)
        if not stores.devices.move(device, expected=DeviceState.ALLOWED, to=DeviceState.SPENT):
            return Verdict(refusal=invalid_grant("spent before"), grant_id=device.grant_id)
        if not self._tokens.store(stores, prepared, presentation.grant_type, presentation.call):
            return Verdict(refusal=invalid_grant("the grant has ended"), grant_id=device.grant_id)
        return Verdict(tokens=prepared)


def _waits(device: DeviceAuthorization | None, client: Client, call: Call) -> bool:
    return (
        device is not None
        and device.client_id == client.client_id
        and device.state is DeviceState.PENDING
        and call.at < device.expires_at
    )


def _misfit(
    device: DeviceAuthorization | None, client: Client, call: Call
) -> ProtocolRefusal | None:
    """Why no tokens come of the code now, `None` when nothing is in the way."""
    if device is None:
        return invalid_grant("no such device code")
    if device.client_id != client.client_id:
        return invalid_grant("another client's device code")
    if device.state in _ENDED:
        return _ENDED[device.state]()
    if call.at >= device.expires_at:
        return ProtocolRefusal("expired_token", "the device code is over, begin again")
    return _pending() if device.state is DeviceState.PENDING else None


def _pending() -> ProtocolRefusal:
    return ProtocolRefusal("authorization_pending", "the user has not answered yet")
