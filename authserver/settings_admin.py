"""Settings of the administration: where the console and the API may be used from."""

from __future__ import annotations

from dataclasses import dataclass

from authserver.settings_fields import setting
from authserver.settings_kinds import Networks


@dataclass(frozen=True, slots=True)
class AdminSettings:
    """The console and the administration API; the command line needs a shell, not a network."""

    networks: tuple[str, ...] = setting(
        Networks(),
        [],
        "Networks from which the console and the administration API may be used. A caller's "
        "address is that of the connection, or what a proxy of server.trusted_proxies says. "
        "Empty: everywhere.",
    )
