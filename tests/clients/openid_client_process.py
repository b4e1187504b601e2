"""openid-client in a process of its own: commands in, answers out."""

from __future__ import annotations

import json
import os
import subprocess
from typing import TYPE_CHECKING, Any, Self

from tests.node_packages import node

if TYPE_CHECKING:
    from pathlib import Path


class ClientRefused(Exception):
    """The client raised: `error` is the OAuth code, or its own name for what went wrong."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(f"{error}: {description}")
        self.error = error
        self.description = description


class OpenIdClient:
    """Use as a block. `ca_file` is trusted beside the usual authorities."""

    def __init__(self, driver: Path, ca_file: Path) -> None:
        self._process = subprocess.Popen(
            [node(), str(driver)],
            cwd=driver.parent,
            env={**os.environ, "NODE_EXTRA_CA_CERTS": str(ca_file)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(10)

    def do(self, command: str, **given: object) -> Any:
        """Carry out one command of the driver; what it answered.

        Raises:
            ClientRefused: the library raised.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"command": command, **given}) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        if "error" in answer:
            raise ClientRefused(answer["error"], answer["description"])
        return answer["result"]
