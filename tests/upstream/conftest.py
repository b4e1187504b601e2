"""What the tests of outgoing calls share: an authority, and clients that clean up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import pytest

from authserver.crypto.system import SystemClock
from authserver.domain.outbound import OutboundPolicy
from authserver.upstream.http_client import GuardedHttpClient
from tests.upstream.certificates import TestAuthority

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from authserver.domain.ports import Clock
    from authserver.upstream.http_resolver import Resolver
    from tests.upstream.servers import LoopbackServer


class ClientFor(Protocol):
    """Makes a client that may call the given loopback servers."""

    def __call__(
        self,
        *servers: LoopbackServer,
        clock: Clock | None = None,
        resolver: Resolver | None = None,
        trusting: bool = True,
        **policy: Any,
    ) -> GuardedHttpClient: ...


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> TestAuthority:
    return TestAuthority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def no_system_authorities(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where OpenSSL looks for the system's CAs there are none (and reading them takes long)."""
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "none.pem"))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path / "none"))


@pytest.fixture
def client_for(authority: TestAuthority) -> Iterator[ClientFor]:
    made: list[GuardedHttpClient] = []

    def make(
        *servers: LoopbackServer,
        clock: Clock | None = None,
        resolver: Resolver | None = None,
        trusting: bool = True,
        **policy: Any,
    ) -> GuardedHttpClient:
        origins = frozenset(server.origin for server in servers)
        client = GuardedHttpClient(
            clock=clock or SystemClock(),
            policy=OutboundPolicy(
                private_origins=policy.pop("private_origins", frozenset()) | origins, **policy
            ),
            resolver=resolver,
            ca_file=authority.ca_file if trusting else None,
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()
