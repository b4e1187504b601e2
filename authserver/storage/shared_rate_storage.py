"""Counters that several nodes share, in Redis or Valkey, through the `limits` library.

The lists of moments are those of `limits`; but all quotas of a call are looked at and charged in
one script, by Redis' own clock: nobody gets in between, and clocks of nodes do not matter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import redis
from limits.storage import RedisStorage
from redis.backoff import NoBackoff
from redis.retry import Retry

from authserver.domain.rates import Quota, RatesUnavailable, Taken, Used

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

YOUNG: Final = "rates-store-young"
"""The detail of calls that may be counted with too few: within a window the store was emptied."""
LONGER: Final = 65 / 64
"""Windows are this much longer, and a moment, so that the node's counters, which count the first
part of a window whole, never refuse what these let pass."""
_MOMENT_SECONDS: Final = 0.01

_TAKE: Final = """
local time = redis.call('time')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local born = redis.call('get', KEYS[1])
if not born then
    born = string.format('%.6f', now)
    redis.call('set', KEYS[1], born)
end
local answer = {string.format('%.6f', now - tonumber(born))}
local passes = true
for place = 2, #KEYS do
    local calls, seconds = tonumber(ARGV[place * 2 - 3]), tonumber(ARGV[place * 2 - 2])
    local last = redis.call('lindex', KEYS[place], calls - 1)
    if last and tonumber(last) >= now - seconds then
        passes = false
    end
end
for place = 2, #KEYS do
    local key = KEYS[place]
    local calls, seconds = tonumber(ARGV[place * 2 - 3]), tonumber(ARGV[place * 2 - 2])
    local over = redis.call('lindex', key, calls - 1)
    local oldest
    if over and tonumber(over) >= now - seconds then
        answer[#answer + 1] = calls
        oldest = tonumber(over)
    else
        if passes then
            redis.call('lpush', key, string.format('%.6f', now))
            redis.call('ltrim', key, 0, calls - 1)
            redis.call('pexpire', key, math.ceil(seconds * 1000) + 1000)
        end
        local low, high = 0, redis.call('llen', key) - 1
        while low <= high do
            local middle = math.floor((low + high) / 2)
            if tonumber(redis.call('lindex', key, middle)) >= now - seconds then
                low = middle + 1
            else
                high = middle - 1
            end
        end
        answer[#answer + 1] = low
        oldest = low > 0 and tonumber(redis.call('lindex', key, low - 1)) or now - seconds
        over = false
    end
    answer[#answer + 1] = string.format('%.6f', oldest + seconds - now)
    answer[#answer + 1] = over and 1 or 0
end
return answer
"""
"""KEYS: the mark of this store's life, then one list each. ARGV: calls and seconds of each.

Answers the store's age, then for each list what is used, in how many seconds there is room, and
whether the call is one too many.
"""
_MARK: Final = "asv-rates:begun"


class SharedStorage(RedisStorage):
    """Satisfies `authserver.domain.rates.CallCounters`. Safe to share between threads."""

    def __init__(
        self, url: str, *, password: str | None, timeout: float, ca_file: Path | None = None
    ) -> None:
        """Remember where the server is; it is called with the first count.

        Args:
            url: as `redis.from_url` takes it, without a password.
            password: the password, if it asks for one.
            timeout: seconds that connecting and each answer may take.
            ca_file: the authorities to trust for TLS, if not the system's.
        """
        options = {
            "socket_timeout": timeout,
            "socket_connect_timeout": timeout,
            "protocol": 2,
            # Once more on a connection that had died unseen; never after a timeout. What was
            # counted twice by this is counted too much.
            "retry": Retry(NoBackoff(), 1, supported_errors=(redis.ConnectionError,)),
            **({} if password is None else {"password": password}),
            **({} if ca_file is None else {"ssl_ca_certs": str(ca_file)}),
        }
        super().__init__(url, key_prefix="asv-rates", **options)  # type: ignore[arg-type]  # passed on to redis-py, whatever it is
        # The library types its client as something smaller than it is.
        self._client: Any = self.storage
        self._take = self._client.register_script(_TAKE)

    def take(self, quotas: Sequence[Quota]) -> Taken:
        """Count one call against all `quotas` or, where one is over, against none.

        Raises:
            RatesUnavailable: Redis does not answer, or answers with an error.
        """
        keys = [_MARK, *(self.prefixed_key(each.key.hex()) for each in quotas)]
        numbers = [
            number
            for each in quotas
            for number in (each.calls, each.seconds * LONGER + _MOMENT_SECONDS)
        ]
        try:
            age, *answers = self._take(keys=keys, args=numbers)
        except redis.RedisError as error:
            # Its text may quote what was sent; its type says enough.
            raise RatesUnavailable(f"Redis does not count: {type(error).__name__}") from error
        used = [
            Used(int(answers[place]), max(0.0, float(answers[place + 1])), bool(answers[place + 2]))
            for place in range(0, len(answers), 3)
        ]
        is_young = float(age) < max(each.seconds for each in quotas)
        return Taken(used, YOUNG if is_young else "")

    def facts(self) -> dict[str, str]:
        """What Redis says of itself: version, memory policy, whether it writes to disk.

        Raises:
            RatesUnavailable: it does not answer.
        """
        try:
            server, memory = self._client.info("server"), self._client.info("memory")
            persistence = self._client.info("persistence")
        except redis.RedisError as error:
            raise RatesUnavailable(f"Redis does not answer: {type(error).__name__}") from error
        return {
            "version": str(server.get("redis_version", "")),
            "eviction": str(memory.get("maxmemory_policy", "")),
            "limit": str(memory.get("maxmemory", 0)),
            "appends": str(persistence.get("aof_enabled", 0)),
        }

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
