"""What the core asks of storage for devices, dynamic registration, logout deliveries, groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from authserver.domain.device_authorizations import DeviceAuthorization, DeviceState
    from authserver.domain.groups import Group, GroupHead
    from authserver.domain.logout_deliveries import LogoutDelivery
    from authserver.domain.people_ports import Digests
    from authserver.domain.registrations import InitialAccessToken, Registration


class DeviceStore(Protocol):
    """Device authorizations."""

    def add(self, device: DeviceAuthorization) -> None:
        """Insert. Raises AlreadyExists when its user code is taken by another live one."""
        ...

    def find(self, digests: Digests) -> DeviceAuthorization | None:
        """By device code; locked until the end when writing."""
        ...

    def find_by_user_code(self, digests: Digests) -> DeviceAuthorization | None:
        """By user code; locked until the end when writing."""
        ...

    def note_poll(self, device: DeviceAuthorization, *, at: float, interval: int) -> None:
        """Record a poll and the interval that holds from now on."""
        ...

    def move(
        self,
        device: DeviceAuthorization,
        *,
        expected: DeviceState,
        to: DeviceState,
        grant_id: str = "",
    ) -> bool:
        """Conditional state change; False when it was not in `expected`."""
        ...


class RegistrationStore(Protocol):
    """Initial access tokens and what was registered with them."""

    def add_initial(self, token: InitialAccessToken) -> None:
        """Insert."""
        ...

    def find_initial(self, digests: Digests) -> InitialAccessToken | None:
        """By the token's digest."""
        ...

    def list_initial(self) -> Sequence[InitialAccessToken]:
        """All, newest first."""
        ...

    def revoke_initial(self, token_id: str, at: float) -> bool:
        """Revoke; False when there is no such live token."""
        ...

    def use_initial(self, token_id: str, now: float) -> bool:
        """Count one registration: False when the quota is used up, it is revoked, or expired."""
        ...

    def add(self, registration: Registration) -> None:
        """Insert."""
        ...

    def get(self, client_id: str) -> Registration | None:
        """Of one client."""
        ...

    def replace_token(self, client_id: str, *, digest: bytes, pepper_id: str) -> bool:
        """Rotate the registration access token; False when there is no such registration."""
        ...

    def remove(self, client_id: str) -> None:
        """Forget it."""
        ...

    def note_use(self, client_id: str, at: float) -> None:
        """The client got a token; never moves back."""
        ...

    def unused_since(self, before: float, limit: int) -> Sequence[str]:
        """Ids of dynamically registered clients that were last used before `before`."""
        ...


class LogoutDeliveryStore(Protocol):
    """Clients that are still to be told of a logout."""

    def add(self, delivery: LogoutDelivery) -> None:
        """Insert."""
        ...

    def due(self, now: float, limit: int) -> Sequence[LogoutDelivery]:
        """Those to try at `now`, longest waiting first."""
        ...

    def retry(self, delivery_id: str, *, next_attempt_at: float) -> None:
        """Count an attempt that failed."""
        ...

    def remove(self, delivery_id: str) -> None:
        """Delivered, or given up."""
        ...


class GroupStore(Protocol):
    """Local groups and their members: by hand, and by `IdentityStore.set_groups`."""

    def get(self, name: str) -> Group | None:
        """By name; locked until the end when writing."""
        ...

    def list(self) -> Sequence[Group]:
        """All, by name."""
        ...

    def heads(self) -> Sequence[GroupHead]:
        """All, by name, without their members."""
        ...

    def first_members(self, name: str, limit: int) -> Sequence[str]:
        """The subjects of so many members of a group, the first in their order."""
        ...

    def count_members(self, names: Iterable[str]) -> Mapping[str, int]:
        """How many members each of these groups has."""
        ...

    def add(self, group: Group) -> None:
        """Insert. Raises AlreadyExists."""
        ...

    def remove(self, name: str) -> None:
        """Delete with its memberships. Raises NotFound."""
        ...

    def join(self, name: str, subject: str) -> bool:
        """Add a member by hand; False when it was one so. Raises NotFound: no such group."""
        ...

    def leave(self, name: str, subject: str) -> bool:
        """Remove a member that was added by hand; False when it was none."""
        ...

    def of(self, subject: str) -> Sequence[str]:
        """Names of the groups of a user, sorted."""
        ...

    def of_each(self, subjects: Iterable[str]) -> Mapping[str, Sequence[str]]:
        """The same of several users, by subject."""
        ...
