"""Rate limits, wired: where calls are counted, and wrong credentials."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from authserver.domain.errors import InvalidField
from authserver.domain.rates import CountersLook, RatesUnavailable
from authserver.services.attempt_throttle import AttemptThrottle
from authserver.services.rate_counting import RateCounting
from authserver.services.shared_counting import SharedCounting
from authserver.settings_rates import NODE, REDIS
from authserver.settings_secrets import read_secret_file
from authserver.storage.late_counters import LateNodeCounters
from authserver.storage.node_rate_storage import SCHEME, NodeStorage
from authserver.wiring_directory import DirectoryParts

if TYPE_CHECKING:
    from authserver.domain.ports import Clock
    from authserver.domain.rates import CallCounters
    from authserver.settings import Settings
    from authserver.storage.shared_rate_storage import SharedStorage

MILLISECOND: Final = 0.001


class RateParts(DirectoryParts):
    """The part of a container that counts calls."""

    def close(self) -> None:
        """Close what was opened."""
        for name in ("node_counters", "shared_counters"):
            part = self.__dict__.get(name)
            if part is not None:
                part.close()
        super().close()

    @cached_property
    def node_counters(self) -> LateNodeCounters:
        """Counters of this machine."""
        uri, size = _node_uri(self.settings), _size(self.settings)
        return LateNodeCounters(lambda: NodeStorage(uri, clock=self.clock, mebibytes=size))

    @cached_property
    def shared_counters(self) -> SharedStorage:
        """Counters of all machines. Raises InvalidField for a password file that is no good."""
        return shared_counters(self.settings)

    @cached_property
    def call_counters(self) -> CallCounters:
        """Where calls are counted."""
        rates = self.settings.rates
        if rates.store != REDIS:
            return self.node_counters
        return SharedCounting(
            shared=self.shared_counters,
            node=self.node_counters,
            clock=self.clock,
            falls_back=rates.on_failure == NODE,
            aside=self.turns.aside,
        )

    @cached_property
    def rate_counting(self) -> RateCounting:
        """Counts calls for the limits of policies."""
        return RateCounting(
            counters=self.call_counters, clock=self.clock, networks=self.throttle_limits
        )

    @cached_property
    def attempt_throttle(self) -> AttemptThrottle:
        """Counts wrong credentials at gateways."""
        return AttemptThrottle(self.database, self.throttle_limits)


def shared_counters(settings: Settings) -> SharedStorage:
    """Counters in the Redis of the settings; it is called with the first count.

    Raises:
        InvalidField: the password file cannot be used.
    """
    # Takes a tenth of a second to import, and most installations and commands need none of it.
    from authserver.storage.shared_rate_storage import SharedStorage  # noqa: PLC0415 - see above

    rates = settings.rates
    password = rates.password_file and read_secret_file("rates.password_file", rates.password_file)
    return SharedStorage(
        rates.redis_url,
        password=password or None,
        timeout=rates.timeout_milliseconds * MILLISECOND,
        ca_file=rates.ca_file,
    )


def look_at_node_counters(settings: Settings, clock: Clock) -> CountersLook:
    """How the machine's own counters stand; their file is not made for this."""
    if not settings.counters_file.exists():
        return CountersLook()
    try:
        counters = NodeStorage(_node_uri(settings), clock=clock, mebibytes=_size(settings)).counters
    except RatesUnavailable as error:
        return CountersLook(str(error))
    try:
        return CountersLook(fullest=counters.fullest())
    except RatesUnavailable as error:
        return CountersLook(str(error))
    finally:
        counters.close()


def look_at_shared_counters(settings: Settings) -> CountersLook:
    """How the counters in Redis stand."""
    try:
        counters = shared_counters(settings)
    except InvalidField as error:
        return CountersLook(str(error))
    try:
        return CountersLook(facts=counters.facts())
    except RatesUnavailable as error:
        return CountersLook(str(error))
    finally:
        counters.close()


def _node_uri(settings: Settings) -> str:
    return f"{SCHEME}://{quote(str(settings.counters_file))}"


def _size(settings: Settings) -> int:
    return settings.rates.file_mebibytes
