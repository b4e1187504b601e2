"""An issuer as the world meets it: workers behind the rendered nginx front, with TLS."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509

from authserver.crypto.passwords import BcryptHasher
from authserver.gateway.front_configuration import FrontConfiguration
from authserver.gateway.nginx import render_front
from tests.gateway.nginx_process import NginxProcess
from tests.instances import Instance
from tests.ports import free_port
from tests.upstream.certificates import TestAuthority

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from authserver.wiring import Container


@dataclass(frozen=True, slots=True)
class ServedIssuer:
    """A running issuer on a loopback port; `certificate` holds its private key too."""

    instance: Instance
    issuer: str
    port: int
    certificate: Path
    ca_file: Path

    @contextmanager
    def container(self) -> Iterator[Container]:
        """The installation's services in this process."""
        with self.instance.container() as container:
            make_passwords_cheap(container)
            yield container


def make_passwords_cheap(container: Container) -> None:
    """Let new hashes be weak: every check takes as long as its hash was made for."""
    vars(container)["passwords"] = BcryptHasher(container.entropy, cost=4)


def no_neighbours(certificate: Path) -> str:
    """Nothing else in nginx's configuration."""
    del certificate
    return ""


@contextmanager
def serve_issuer(
    folder: Path,
    *,
    host: str = "localhost",
    issuer: str = "",
    other_names: Sequence[str] = (),
    overrides: Mapping[str, str] | None = None,
    neighbours: Callable[[Path], str] = no_neighbours,
) -> Iterator[ServedIssuer]:
    """Install and serve; everything is stopped with the block.

    `issuer` is `https://<host>:<port>` unless given. `neighbours` makes further servers of nginx
    of the certificate, which is good for `other_names` too.
    """
    folder.mkdir(parents=True, exist_ok=True)
    authority = TestAuthority(folder)
    certificate = authority.server_file(*map(x509.DNSName, (host, *other_names)), common_name=host)
    port = free_port()
    issuer = issuer or f"https://{host}:{port}"
    settings = {
        "AUTHSERVER_ISSUER": issuer,
        "AUTHSERVER_LOG_LEVEL": "debug",
        "AUTHSERVER_SERVER_TRUSTED_PROXIES": "127.0.0.1",
        "AUTHSERVER_OUTBOUND_CA_FILE": str(authority.ca_file),
        **(overrides or {}),
    }
    with Instance(folder, settings) as instance:
        instance.run("init")
        front = FrontConfiguration(
            listen=f"127.0.0.1:{port}",
            server_name=host,
            certificate=str(certificate),
            certificate_key=str(certificate),
            upstream=f"http://127.0.0.1:{instance.port}",
            log_directory=str(folder / "nginx"),
        )
        instance.start()
        with NginxProcess(folder / "nginx", render_front(front) + neighbours(certificate)):
            yield ServedIssuer(instance, issuer, port, certificate, authority.ca_file)
