"""Settings of rate limits: where calls are counted, and what happens when they cannot be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from authserver.settings_fields import setting
from authserver.settings_kinds import Choice, FilePath, WholeNumber

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

REDIS: Final = "redis"
NODE: Final = "node"
_REDIS_URL: Final = re.compile(
    r"rediss?://([^@/?#\s]+@)?[^@/?#\s]+(/[0-9]{1,4})?\Z|redis\+unix:///[^?#\s]+\Z"
)


@dataclass(frozen=True, slots=True)
class RedisUrl:
    """Where Redis or Valkey is."""

    @property
    def allowed(self) -> str:
        """The form."""
        return (
            "redis://host:port/number, rediss:// for TLS, or redis+unix:///path, without a password"
            " (rates.password_file names the file that holds it); empty for none"
        )

    def parse(self, raw: object) -> str:
        """The URL as it is."""
        if raw == "":
            return ""
        # Options in a query could undo ours, and a password may stand there too.
        if not isinstance(raw, str) or not raw.isprintable() or _REDIS_URL.match(raw) is None:
            raise ValueError
        parts = urlsplit(raw)
        if parts.password is not None or (parts.hostname is None and not parts.path):
            raise ValueError
        _ = parts.port
        return raw


@dataclass(frozen=True, slots=True)
class RatesSettings:
    """How calls are counted for the rate limits of policies."""

    store: str = setting(
        Choice((NODE, REDIS)),
        NODE,
        "Where calls are counted. node: in a file in data_directory, which all workers of this "
        "machine share; each machine counts for itself. redis: in Redis or Valkey, for several "
        "machines together, and on each machine as well.",
    )
    redis_url: str = setting(RedisUrl(), "", "The Redis that counts, with store = redis.")
    password_file: Path | None = setting(
        FilePath(optional=True),
        "",
        "File whose first line is the password of Redis; not readable by others.",
    )
    ca_file: Path | None = setting(
        FilePath(optional=True),
        "",
        "PEM file with the certificate authorities to trust for rediss://; empty: the system's.",
    )
    timeout_milliseconds: int = setting(
        WholeNumber(5, 5000),
        100,
        "How long Redis may take to answer. After three failures in a row it is left alone for a "
        "second at a time.",
        unit="milliseconds",
    )
    on_failure: str = setting(
        Choice(("refuse", NODE)),
        "refuse",
        "What happens while Redis does not answer. refuse: calls that a rate limit concerns are "
        "answered 503. node: each machine counts for itself meanwhile, and the decision's record "
        "says so.",
    )
    file_mebibytes: int = setting(
        WholeNumber(1, 4096),
        16,
        "Size of the file of counters: room for about 2,500 callers and limits that count at the "
        "same time per mebibyte; further ones are answered 503, nobody is forgotten for them. "
        "Another size is another file: counting begins anew.",
        unit="mebibytes",
    )


def contradictions_of_rates(rates: RatesSettings) -> Iterator[str]:
    """One line for each rule between these settings that is broken."""
    if rates.store == REDIS and not rates.redis_url:
        yield "rates.redis_url: must name the server when rates.store is redis"
    if rates.store != REDIS and rates.redis_url:
        yield "rates.redis_url: only when rates.store is redis"
    if rates.password_file is not None and not rates.redis_url:
        yield "rates.password_file: only for a rates.redis_url"
    if rates.ca_file is not None and not rates.redis_url.startswith("rediss:"):
        yield "rates.ca_file: only for a rates.redis_url that begins with rediss:"
