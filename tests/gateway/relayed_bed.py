"""A whole gateway of a test's own, with a relay between nginx and the decision point."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import requests

from tests.gateway.bed import GatewayBed
from tests.gateway.call_load import ISSUE
from tests.gateway.relay import Relay
from tests.instances import Instance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from tests.gateway.shapes import Shape

RECOVERY_SECONDS: Final = 10.0


@dataclass(slots=True)
class RelayedBed(GatewayBed):
    """A bed whose nginx asks for decisions through `relay`."""

    relay: Relay = field(init=False)

    def render(self, *options: str) -> str:
        """The same with the relay for a decision point."""
        # Named with `GatewayBed`: without arguments `super` does not know a class with slots.
        decision_point = f"http://127.0.0.1:{self.relay.port}"
        return GatewayBed.render(self, "--decision-point", decision_point, *options)

    def wait_for_service(self, token: str) -> None:
        """Until a good call passes again, which nobody has to see to."""
        deadline = time.monotonic() + RECOVERY_SECONDS
        while True:
            answer = self.request("GET", ISSUE, token)
            if answer.status_code == requests.codes.ok:
                return
            assert answer.status_code == requests.codes.service_unavailable, answer.text
            assert time.monotonic() < deadline, "no recovery"
            time.sleep(0.02)


@contextmanager
def a_relayed_bed(
    folder: Path, shape: Shape, settings: Mapping[str, str] | None = None
) -> Iterator[RelayedBed]:
    """One, with a server of its own."""
    with ExitStack() as stack:
        server = Instance(folder / "authserver", settings or {}).initialise()
        stack.callback(server.stop)
        server.start()
        bed = RelayedBed(folder, shape, server)
        bed.relay = stack.enter_context(Relay(server.port))
        yield stack.enter_context(bed)
