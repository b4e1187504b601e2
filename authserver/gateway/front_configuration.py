"""What a reverse proxy in front of this server has to know."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from authserver.domain.errors import InvalidField
from authserver.gateway.configuration_fields import (
    check_file,
    check_host,
    check_networks,
    read_listen,
    read_server,
)

if TYPE_CHECKING:
    from authserver.gateway.configuration_fields import Listen, Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontConfiguration:
    """The front of this server itself. Every field is checked: none can end a directive.

    Attributes:
        listen: a port, or an address and a port.
        server_name: the issuer's host name.
        certificate, certificate_key: PEM files; unused with `plain_http`.
        upstream: `http://host:port` where the server listens, or `unix:` and its socket's path.
        gateway_addresses: addresses and networks that may ask for decisions; empty: nobody.
        log_directory: where the access log and the error log go.
        plain_http: no TLS; only on a loopback address.

    Raises:
        InvalidField: names the field and what is allowed.
    """

    listen: str
    server_name: str
    certificate: str
    certificate_key: str
    upstream: str
    gateway_addresses: tuple[str, ...] = ()
    log_directory: str = "/var/log/nginx"
    plain_http: bool = False

    def __post_init__(self) -> None:
        """Check every value."""
        check_host("server_name", self.server_name)
        for field in ("certificate", "certificate_key", "log_directory"):
            check_file(field, getattr(self, field))
        check_networks("gateway_addresses", self.gateway_addresses)
        listen = read_listen("listen", self.listen)
        if self.plain_http and not listen.is_loopback:
            raise InvalidField("listen", "a loopback address, like 127.0.0.1:8080, without TLS")
        if read_server("upstream", self.upstream).scheme != "http":
            raise InvalidField("upstream", "http:// and the address that the server listens on")

    @property
    def listener(self) -> Listen:
        """Where to listen."""
        return read_listen("listen", self.listen)

    @property
    def server(self) -> Origin:
        """Where to connect."""
        return read_server("upstream", self.upstream)
