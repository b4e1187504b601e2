"""A served installation: two worker processes behind one socket, logging at DEBUG."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from tests.instances import Caller, Instance, Site
from tests.rfc.raw import Heard, request, say

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HEAD_SECONDS: Final = 2
"""How long a client may take to send the head of a request."""
METRICS_KEY: Final = "a-metrics-key-of-the-tests-0123456789"
FORM_TYPE: Final = "Content-Type: application/x-www-form-urlencoded"
GRANT: Final = b"grant_type=client_credentials"


@dataclass(frozen=True, slots=True)
class Served:
    """A running server with one site and one client; `printed` is what `init` printed."""

    instance: Instance
    site: Site
    caller: Caller
    printed: str

    @property
    def authorization(self) -> str:
        """The client's header line."""
        return f"Authorization: {self.caller.authorization}"

    def say(self, sent: bytes) -> Heard:
        """Bytes on a connection of their own."""
        return say(self.instance.port, sent)

    def knock(self, method: str, target: str, *headers: str, body: bytes = b"") -> Heard:
        """One request with header lines exactly as given."""
        return self.say(request(method, target, *headers, body=body))

    def post_token(self, *headers: str, body: bytes = GRANT) -> Heard:
        """A token request as the client sends it, but for framing: that is up to `headers`."""
        return self.knock(
            "POST", "/oauth2/token", FORM_TYPE, self.authorization, *headers, body=body
        )


@contextmanager
def serve(folder: Path) -> Iterator[Served]:
    """Install and start a server; stop it with the block."""
    folder.mkdir()
    key_file = folder / "metrics.key"
    key_file.touch(mode=0o600)
    key_file.write_text(METRICS_KEY)
    overrides = {
        "AUTHSERVER_LOG_LEVEL": "debug",
        "AUTHSERVER_SERVER_HEADER_TIMEOUT_SECONDS": str(HEAD_SECONDS),
        "AUTHSERVER_METRICS_KEY_FILE": str(key_file),
        "AUTHSERVER_THROTTLING_FAILURES": "1000",
    }
    with Instance(folder, overrides) as instance:
        printed = instance.run("init").stdout
        site = instance.register_site("jira", "jira-dc", "https://jira.example.org")
        caller = instance.register_caller("reader", site, "READ")
        yield Served(instance.start(), site, caller, printed)
