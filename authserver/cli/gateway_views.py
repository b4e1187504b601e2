"""How `authserver gateway` shows gateways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.cli.administration import json_value, time_or
from authserver.cli.durations import shown_age
from authserver.domain.resources import ResourceStatus
from authserver.services.gateways import described

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from authserver.domain.gateways import Gateway
    from authserver.domain.resources import ProtectedResource

COLUMNS: Final = ("name", "resource", "site", "session cookies", "live keys", "last used")
KEY_COLUMNS: Final = ("key ends with", "made", "expires", "last used")


def status_of(gateway: Gateway, resources: Iterable[ProtectedResource]) -> str:
    """What became of its resource; only deleted ones are not among `resources`."""
    found = (each.status for each in resources if each.name == gateway.resource)
    return str(next(found, ResourceStatus.DELETED))


def gateway_row(gateway: Gateway, status: str, now: float) -> Sequence[str]:
    """One gateway in a table; `status` is its resource's."""
    used = [key.last_used_at for key in gateway.keys if key.last_used_at is not None]
    return (
        gateway.name,
        gateway.resource,
        status,
        str(gateway.session_cookies),
        str(len(gateway.live_keys(now))),
        shown_age(max(used), now) if used else "-",
    )


def gateway_fields(gateway: Gateway, status: str) -> Mapping[str, str]:
    """One gateway, field by field; `status` is its resource's."""
    return {
        "name": gateway.name,
        "resource": gateway.resource,
        "site": status,
        "session cookies": str(gateway.session_cookies),
        "registered": time_or(gateway.created_at, "-"),
    }


def key_rows(gateway: Gateway, now: float) -> Iterable[Sequence[str]]:
    """The keys of a gateway, never more than how each ends."""
    for key in gateway.keys:
        expires = time_or(key.expires_at, "never")
        yield (
            key.hint or "-",
            time_or(key.created_at, "-"),
            expires if key.is_live(now) else f"expired {expires}",
            time_or(key.last_used_at, "-"),
        )


def gateway_value(gateway: Gateway, status: str) -> dict[str, Any]:
    """One gateway for scripts; `status` is its resource's."""
    value: dict[str, Any] = json_value(described(gateway))
    return {**value, "resource_status": status}
