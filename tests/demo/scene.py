"""What the steps share: the places, the processes, who is registered, and the tokens they hold."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from tests.demo.processes import Processes, leash
from tests.gateway.nginx_process import NginxProcess
from tests.instances import Instance
from tests.standin.notes import Note, read_notes

if TYPE_CHECKING:
    from tests.demo.places import Places
    from tests.demo.refusals import Refusal
    from tests.instances import Caller, Site

SITE: Final = "jira-main"
OTHER_SITE: Final = "jira-archive"
NGINX_SETTINGS: Final = "variables_hash_max_size 4096;\n"
"""For the http context, once: the variables of two gateways are more than nginx expects."""


@dataclass(frozen=True, slots=True)
class HeldToken:
    """An access token and when, on the monotonic clock, it is no longer good."""

    value: str
    scope: str
    ends_at: float

    @property
    def seconds_left(self) -> float:
        """How long it is good yet."""
        return max(0.0, self.ends_at - time.monotonic())


def held(answer: dict[str, Any]) -> HeldToken:
    """A token answer (RFC 6749 section 5.1), received just now."""
    ends_at = time.monotonic() + float(answer["expires_in"])
    return HeldToken(str(answer["access_token"]), str(answer["scope"]), ends_at)


@dataclass(slots=True)
class Scene:
    """Everything that lives as long as the demo."""

    places: Places
    instance: Instance = field(init=False)
    nginx: NginxProcess = field(init=False)
    processes: Processes = field(default_factory=Processes)
    sites: dict[str, Site] = field(default_factory=dict)
    callers: dict[str, Caller] = field(default_factory=dict)
    tokens: dict[str, HeldToken] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    refusals: list[Refusal] = field(default_factory=list)
    introspections: int = 0

    def __post_init__(self) -> None:
        """Settle how authserver is set up: loopback behind the TLS front, which it trusts."""
        overrides = {
            "AUTHSERVER_ISSUER": self.places.issuer,
            "AUTHSERVER_SERVER_TRUSTED_PROXIES": "127.0.0.1/32",
        }
        folder = self.places.folder / "authserver"
        self.instance = Instance(folder, overrides, launcher=leash())
        self.nginx = NginxProcess(self.places.room("nginx"), NGINX_SETTINGS)

    @property
    def jira_url(self) -> str:
        """The main site as everybody calls it."""
        return self.places.main.url

    @property
    def ca(self) -> str:
        """The file with the authority that everybody trusts here."""
        return str(self.places.ca_file)

    def endpoint(self, name: str) -> str:
        """An endpoint's URL as the metadata tells it (RFC 8414)."""
        return str(self.metadata[f"{name}_endpoint"])

    def stop(self) -> None:
        """End every process that still runs, also one that was interrupted while it started."""
        started = {"authserver": self.instance.process, "nginx": self.nginx.process}
        for name, process in started.items():
            if process is not None:
                self.processes.watch(name, process)
        self.processes.stop()

    def last_log_lines(self) -> list[tuple[str, str]]:
        """The last thing each server said, by file."""
        told = []
        for path in sorted(self.places.folder.glob("*/*.log")):
            lines = path.read_text(errors="replace").strip().splitlines()
            if lines:
                told.append((f"{path.parent.name}/{path.name}", lines[-1]))
        return told

    def seen_by(self, site_name: str) -> list[Note]:
        """Every request that reached the stand-in of a site, in order."""
        notes = self.places.site(site_name).notes
        return read_notes(notes) if notes.exists() else []

    def holder(self, client_id: str) -> HeldToken:
        """The token that a client holds."""
        return self.tokens[client_id]
