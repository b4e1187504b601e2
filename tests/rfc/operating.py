"""The command line of an installation, run inside the test process on its parts and its clock."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.cli.runs import run
from tests.cli.stub_wiring import StubInstallation

if TYPE_CHECKING:
    from click.testing import Result

    from authserver.wiring import Container
    from tests.rfc.installations import Installation


class Operator:
    """Somebody with a shell on the server."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        actor = installation.container.operator.actor
        self.actor = {"kind": str(actor.kind), "id": actor.identifier}

    def run(self, *arguments: str) -> Result:
        """One command, however it ends."""
        wiring = StubInstallation(container=_Kept(self._installation.container))
        return run(*arguments, wiring=wiring, environment=self._installation.environment)

    def told(self, *arguments: str) -> Any:
        """What a command that succeeds says to scripts."""
        result = self.run(*arguments, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    def refused(self, *arguments: str) -> None:
        """A command that is refused for what it asks, not for how it was typed."""
        result = self.run(*arguments)
        assert result.exit_code == 1, result.output


class _Kept:
    """The parts of a worker that goes on when the command has ended."""

    def __init__(self, container: Container) -> None:
        self._container = container

    def __getattr__(self, name: str) -> Any:
        return getattr(self._container, name)

    def close(self) -> None:
        """Leave it open."""
