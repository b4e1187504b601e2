"""Checks of where calls are counted for rate limits."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from authserver.cli.checks import Check, Finding, Subject, ok, warning
from authserver.settings_kinds import is_loopback_host
from authserver.settings_rates import NODE, REDIS

_NEARLY_FULL: Final = 0.75
_KEEPS_ALL: Final = "noeviction"


def node_counters(subject: Subject) -> Finding:
    """What cannot be counted is refused."""
    settings = subject.loaded.settings
    look = subject.inspection.node_counters()
    if look.problem:
        return warning(
            f"{look.problem}: calls that a rate limit concerns are refused",
            f"stop the server, remove {settings.counters_file}, and start it again; counting "
            "begins anew",
        )
    if look.fullest >= _NEARLY_FULL:
        return warning(
            f"the file of counters is {look.fullest:.0%} full in places; callers that find no room "
            "in it are refused",
            f"set rates.file_mebibytes to {2 * settings.rates.file_mebibytes}",
        )
    return ok("calls are counted on this machine" + _and_elsewhere(settings.rates.store))


def shared_counters(subject: Subject) -> Finding:
    """Redis must not forget counts, nor may anybody else read along."""
    rates = subject.loaded.settings.rates
    if rates.store != REDIS:
        return ok("no Redis counts calls")
    look = subject.inspection.shared_counters()
    if look.problem:
        falls_back = rates.on_failure == NODE
        meanwhile = "are counted by each machine for itself" if falls_back else "are refused"
        return warning(
            f"{look.problem}: calls that a rate limit concerns {meanwhile}",
            "start Redis, or correct rates.redis_url and rates.password_file",
        )
    if look.facts.get("limit", "0") != "0" and look.facts.get("eviction") != _KEEPS_ALL:
        return warning(
            f"Redis forgets counts when it is full (maxmemory-policy {look.facts.get('eviction')})",
            "set maxmemory-policy to noeviction: then calls that cannot be counted are treated as "
            "rates.on_failure says",
        )
    if _crosses_the_network(rates.redis_url):
        return warning(
            "Redis is asked over the network without TLS: whoever is on the way can change counts "
            "and read the password",
            "use rediss:// in rates.redis_url",
        )
    return ok(f"Redis {look.facts.get('version', '')} counts calls for all machines")


def _crosses_the_network(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "redis" and not is_loopback_host(parts.hostname or "")


def _and_elsewhere(store: str) -> str:
    return " and in Redis" if store == REDIS else " alone"


RATE_CHECKS: Final = (
    Check("node-counters", (), node_counters),
    Check("shared-counters", (), shared_counters),
)
