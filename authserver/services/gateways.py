"""Registering gateways (reverse proxies in front of a site) and looking after their keys."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from authserver.domain.authority import Change, ChangeKind
from authserver.domain.errors import Conflict, InvalidField, NotFound
from authserver.domain.gateways import Gateway, SessionCookies
from authserver.services.administration import before_and_after
from authserver.services.clients import OVERLAP_SECONDS
from authserver.services.gateway_authentication import GATEWAY_KEY
from authserver.services.resources import check_name, check_overlap
from authserver.services.sites import existing_site

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.ports import Stores
    from authserver.domain.stored_secrets import FreshSecret
    from authserver.services.administration import Act, Administration
    from authserver.services.fresh_secrets import FreshSecrets

PREFIX: Final = "gw"
MOST_LIVE_KEYS: Final = 2
"""One in use and its successor."""


@dataclass(frozen=True, slots=True)
class RegisteredGateway:
    """A gateway and, at creation only, its key."""

    gateway: Gateway
    key: FreshSecret


class Gateways:
    """Use cases of gateway administration."""

    def __init__(self, *, administration: Administration, fresh_secrets: FreshSecrets) -> None:
        """Take the collaborators; hold no state of its own."""
        self._administration = administration
        self._fresh_secrets = fresh_secrets

    def list(self) -> Sequence[Gateway]:
        """All gateways, by name; also those whose resource was deleted."""
        with self._administration.database.reading() as stores:
            return stores.gateways.list()

    def get(self, name: str) -> Gateway:
        """One gateway. Raises NotFound."""
        with self._administration.database.reading() as stores:
            return _existing(stores, name)

    def add(
        self, name: str, resource: str, act: Act, *, session_cookies: str = SessionCookies.BLOCK
    ) -> RegisteredGateway:
        """Register a gateway in front of a resource; its key is in the answer only.

        Raises:
            InvalidField: names the field and what is allowed; nothing was stored.
            NotFound: there is no such resource.
            AlreadyExists: there is a gateway of that name.
        """
        key = self._fresh_secrets.make(PREFIX, GATEWAY_KEY, None)
        gateway = Gateway(
            name=check_name(name),
            resource=resource,
            session_cookies=_session_cookies(session_cookies),
            keys=(key.stored,),
            created_at=self._administration.clock.now(),
        )
        with self._administration.changing(_changed(name), takes_power=False) as stores:
            existing_site(stores, resource)
            stores.gateways.add(gateway)
            self._administration.record(
                stores,
                act,
                "gateway.created",
                name,
                {"after": described(gateway)},
                resource=resource,
            )
        return RegisteredGateway(gateway, key)

    def update(self, name: str, act: Act, *, session_cookies: str) -> Gateway:
        """Change what a gateway lets pass; the change holds everywhere when this returns.

        Raises:
            NotFound: there is no such gateway.
            InvalidField: names the field and what is allowed; nothing was changed.
        """
        allowed = _session_cookies(session_cookies)
        with self._administration.changing(_changed(name), takes_power=True) as stores:
            before = _existing(stores, name)
            act.expect(described(before))
            after = replace(before, session_cookies=allowed)
            stores.gateways.save(after)
            self._administration.record(
                stores,
                act,
                "gateway.updated",
                name,
                before_and_after(described(before), described(after)),
                resource=after.resource,
            )
        return after

    def rotate_key(
        self, name: str, act: Act, *, overlap_seconds: float = OVERLAP_SECONDS
    ) -> FreshSecret:
        """Give a gateway a new key; the old ones end after the overlap at the latest.

        Raises:
            NotFound: there is no such gateway.
            Conflict: it has too many live keys.
            InvalidField: the overlap is out of range.
        """
        check_overlap(overlap_seconds)
        now = self._administration.clock.now()
        fresh = self._fresh_secrets.make(PREFIX, GATEWAY_KEY, None)
        with self._administration.changing(_changed(name), takes_power=True) as stores:
            gateway = _existing(stores, name)
            live = gateway.live_keys(now)
            if overlap_seconds > 0 and len(live) >= MOST_LIVE_KEYS:
                raise Conflict(
                    f"gateway {name} has {len(live)} live keys, the most there may be: rotate with "
                    "overlap 0 to end the old ones now"
                )
            stores.gateways.add_key(name, fresh.stored)
            ended = stores.gateways.expire_keys(
                name, keep=fresh.stored.secret_id, at=now + overlap_seconds
            )
            self._administration.record(
                stores,
                act,
                "gateway.key_rotated",
                name,
                {
                    "secret_id": fresh.stored.secret_id,
                    "old_keys": ended,
                    "overlap_seconds": overlap_seconds,
                },
                resource=gateway.resource,
            )
        return fresh

    def remove(self, name: str, act: Act) -> None:
        """Forget a gateway and its keys; no worker accepts them when this returns.

        Its name may be given to another one. Raises NotFound.
        """
        with self._administration.changing(_changed(name), takes_power=True) as stores:
            gateway = _existing(stores, name)
            act.expect(described(gateway))
            stores.gateways.remove(name)
            self._administration.record(
                stores,
                act,
                "gateway.removed",
                name,
                {"before": described(gateway)},
                resource=gateway.resource,
            )


def described(gateway: Gateway) -> dict[str, object]:
    """A gateway as records and listings show it: no secret."""
    return {
        "name": gateway.name,
        "resource": gateway.resource,
        "session_cookies": str(gateway.session_cookies),
        "created_at": gateway.created_at,
        "keys": [
            {
                "secret_id": key.secret_id,
                "ends_with": key.hint,
                "created_at": key.created_at,
                "expires_at": key.expires_at,
                "last_used_at": key.last_used_at,
            }
            for key in gateway.keys
        ],
    }


def _changed(name: str) -> list[Change]:
    return [Change(ChangeKind.GATEWAY, name, 0.0)]


def _existing(stores: Stores, name: str) -> Gateway:
    gateway = stores.gateways.get(name)
    if gateway is None:
        raise NotFound("gateway", name)
    return gateway


def _session_cookies(value: str) -> SessionCookies:
    if value not in list(SessionCookies):
        raise InvalidField("session_cookies", "one of " + ", ".join(SessionCookies))
    return SessionCookies(value)
