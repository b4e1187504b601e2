"""What a reverse proxy in front of a site has to know."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from authserver.domain.errors import InvalidField
from authserver.domain.hand_over import HandOverKind
from authserver.domain.resources import ResourceKind
from authserver.domain.site_urls import check_context_path, check_site_url
from authserver.gateway.configuration_fields import (
    check_authority,
    check_file,
    check_host,
    check_name,
    check_size,
    read_listen,
    read_origin,
    read_server,
)
from authserver.services.hand_over_rules import check_header

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.gateway.configuration_fields import Listen, Origin

HTTP_PORT: Final = 80
HTTPS_PORT: Final = 443
_LONGEST_IN_NAMES: Final = 20
"""Characters of a gateway's name; nginx has no place for variables of more than 46."""
_CLOUD: Final = frozenset({ResourceKind.JIRA_CLOUD, ResourceKind.CONFLUENCE_CLOUD})


@contextmanager
def _naming(field: str) -> Iterator[None]:
    """Refusals name the field of the configuration."""
    try:
        yield
    except InvalidField as refusal:
        raise InvalidField(field, refusal.allowed) from None


class Mode(StrEnum):
    """Where the proxy stands.

    `API_HOST`: a host name of its own, only for calls with a token; every one is decided.
    `IN_FRONT`: the site's own host name; pages pass, calls of the REST API are decided.
    """

    API_HOST = "api-host"
    IN_FRONT = "in-front"


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteConfiguration:
    """One gateway of one site. Every field is checked: none can end a directive.

    Attributes:
        gateway: the gateway's name; ends those of variables, so that files stand beside each other.
        resource: the protected resource's name.
        kind: product and hosting; Cloud cannot be fronted.
        url: where the site answers, as its users know it; its host goes on as `Host`.
        base_path: what stands before `/rest`: empty, or like `/jira`.
        hand_over: what takes the place of the caller's credential; `None`: not set yet.
        identity_header: its name, where that is the hand-over, else empty.
        listen: a port, or an address and a port.
        plain_listen: the same without TLS, where calls with a credential are refused and pages
            sent to TLS; empty: port 80 where `listen` is 443, else nowhere.
        server_name: the host name that callers use.
        certificate, certificate_key: PEM files; unused with `plain_http`.
        upstream: `scheme://host:port` to connect to; must not lead back to this proxy.
        decision_point: `scheme://host:port` of this server, or `unix:` and its socket's path.
        site_host: what the site gets as `Host`; empty: the host of `url`.
        key_file: what `gateway add --key-file` wrote.
        ca_file: PEM file of the authorities that https servers are verified against.
        log_directory: where the access log and the error log go.
        max_body: largest body of a call, in nginx's notation.
        plain_http: no TLS; only on a loopback address.

    Raises:
        InvalidField: names the field and what is allowed.
    """

    gateway: str
    resource: str
    kind: ResourceKind
    url: str
    base_path: str
    hand_over: HandOverKind | None
    identity_header: str = ""
    mode: Mode
    listen: str
    plain_listen: str = ""
    server_name: str
    certificate: str
    certificate_key: str
    upstream: str
    decision_point: str
    site_host: str = ""
    key_file: str
    ca_file: str = "/etc/ssl/certs/ca-certificates.crt"
    log_directory: str = "/var/log/nginx"
    max_body: str = "100m"
    plain_http: bool = False

    def __post_init__(self) -> None:
        """Check every value."""
        check_name("gateway", self.gateway)
        check_name("resource", self.resource)
        check_host("server_name", self.server_name)
        for field in ("certificate", "certificate_key", "key_file", "ca_file", "log_directory"):
            check_file(field, getattr(self, field))
        check_size("max_body", self.max_body)
        if check_site_url("url", self.url) != self.url:
            raise InvalidField("url", "a site's URL in its one spelling")
        with _naming("base_path"):
            if check_context_path(self.base_path) != self.base_path:
                raise InvalidField("base_path", "empty, or a path like /jira")
        listen = read_listen("listen", self.listen)
        if self.plain_http and not listen.is_loopback:
            raise InvalidField("listen", "a loopback address, like 127.0.0.1:8080, without TLS")
        if self.plain_listen:
            self._check_plain_listen()
        read_server("decision_point", self.decision_point)
        if self.site_host:
            check_authority("site_host", self.site_host)
        self._check_upstream()
        self._check_hand_over()

    def _check_plain_listen(self) -> None:
        plain = read_listen("plain_listen", self.plain_listen)
        if self.plain_http or plain.port == self.listener.port:
            raise InvalidField("plain_listen", "another port than --listen, and only beside TLS")

    def _check_upstream(self) -> None:
        origin = read_origin("upstream", self.upstream)
        if not self.is_cloud:
            return
        if self.mode is Mode.IN_FRONT:
            raise InvalidField(
                "mode",
                "api-host for a site in Atlassian's Cloud: its own host name is Atlassian's, "
                "so nothing can be put in front of it",
            )
        if origin.scheme != "https":
            raise InvalidField("upstream", "https:// for a site in Atlassian's Cloud")

    def _check_hand_over(self) -> None:
        if self.hand_over is HandOverKind.IDENTITY_HEADER:
            if self.is_cloud:
                raise InvalidField("hand_over", "for Data Center only: Cloud believes no header")
            with _naming("identity_header"):
                check_header(self.identity_header)
        elif self.identity_header:
            raise InvalidField("identity_header", "only with the hand-over identity-header")

    @property
    def is_cloud(self) -> bool:
        """Whether Atlassian hosts the site."""
        return self.kind in _CLOUD

    @property
    def is_in_front(self) -> bool:
        """Whether pages pass as well."""
        return self.mode is Mode.IN_FRONT

    @property
    def own(self) -> str:
        """Ends the name of each variable, zone and location of this gateway.

        No other gateway has it: names have no underscores, and do not begin with a hyphen.
        """
        name = self.gateway.replace("-", "_")
        if len(name) > _LONGEST_IN_NAMES:
            name = f"_{sha256(name.encode()).hexdigest()[:16]}"
        return f"__{name}"

    @property
    def hand_over_answer(self) -> str:
        """What a decision states as its hand-over when it is still that of this file.

        Empty where none is set: then no call with a token goes on.
        """
        if self.identity_header:
            return f"{HandOverKind.IDENTITY_HEADER}:{self.identity_header}"
        return self.hand_over or ""

    @property
    def host_header(self) -> str:
        """The value of `Host` for the site."""
        return self.site_host or urlsplit(self.url).netloc

    @property
    def site_name(self) -> str:
        """The host of `url`, without a port: what the certificate of the site is for."""
        return urlsplit(self.url).hostname or ""

    @property
    def site(self) -> Origin:
        """Where to connect for the site."""
        return read_origin("upstream", self.upstream)

    @property
    def decisions(self) -> Origin:
        """Where to connect for a decision."""
        return read_server("decision_point", self.decision_point)

    @property
    def listener(self) -> Listen:
        """Where to listen."""
        return read_listen("listen", self.listen)

    @property
    def plain_listener(self) -> Listen | None:
        """Where to listen without TLS, to refuse; `None`: nowhere."""
        if self.plain_http:
            return None
        if self.plain_listen:
            return read_listen("plain_listen", self.plain_listen)
        listener = self.listener
        return listener.with_port(HTTP_PORT) if listener.port == HTTPS_PORT else None
