"""nginx's configuration of a gateway and of this server's front, out of what is registered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from authserver.domain.errors import InvalidField
from authserver.gateway.front_configuration import FrontConfiguration
from authserver.gateway.nginx import render_front, render_site
from authserver.gateway.site_configuration import Mode, SiteConfiguration

if TYPE_CHECKING:
    from authserver.services.gateways import Gateways
    from authserver.services.hand_overs import HandOvers
    from authserver.services.resources import Resources

CA_FILE: Final = "/etc/ssl/certs/ca-certificates.crt"
LOG_DIRECTORY: Final = "/var/log/nginx"
MAX_BODY: Final = "100m"


@dataclass(frozen=True, slots=True, kw_only=True)
class NginxOptions:
    """What nobody has registered; what is empty is found out from what is."""

    mode: Mode = Mode.API_HOST
    server_name: str = ""
    listen: str = ""
    plain_listen: str = ""
    certificate: str = ""
    certificate_key: str = ""
    upstream: str = ""
    site_host: str = ""
    decision_point: str = ""
    key_file: str = ""
    ca_file: str = CA_FILE
    log_directory: str = LOG_DIRECTORY
    max_body: str = MAX_BODY
    gateway_addresses: tuple[str, ...] = ()
    plain_http: bool = False


class NginxFiles:
    """Renders files for nginx's http context. Every refusal is an InvalidField for an option."""

    def __init__(
        self,
        *,
        resources: Resources,
        gateways: Gateways,
        hand_overs: HandOvers,
        issuer: str,
        here: str,
    ) -> None:
        """`here` is where this server listens, as nginx on the same machine finds it."""
        self._resources = resources
        self._gateways = gateways
        self._hand_overs = hand_overs
        self._issuer_host = urlsplit(issuer).hostname or ""
        self._here = here

    def site(self, gateway: str, options: NginxOptions) -> str:
        """The gateway of a site.

        Raises:
            NotFound: there is no such gateway.
            InvalidField: an option is missing or not allowed.
        """
        resource = self._resources.get(self._gateways.get(gateway).resource)
        hand_over = self._hand_overs.get(resource.name)
        if options.mode is Mode.IN_FRONT and not options.upstream:
            raise InvalidField(
                "upstream",
                "stated: the site's own host name will lead to nginx, so where the site itself "
                "listens, like http://127.0.0.1:8080",
            )
        configuration = SiteConfiguration(
            gateway=gateway,
            resource=resource.name,
            kind=resource.kind,
            url=resource.url,
            base_path=resource.base_path,
            hand_over=hand_over.kind if hand_over else None,
            identity_header=hand_over.header if hand_over else "",
            mode=options.mode,
            plain_listen=options.plain_listen,
            upstream=options.upstream or _origin_of(resource.url),
            decision_point=options.decision_point or self._here,
            site_host=options.site_host,
            key_file=options.key_file or f"/etc/nginx/authserver/{gateway}.key.conf",
            ca_file=options.ca_file,
            max_body=options.max_body,
            **_listening(
                options, options.server_name, options.certificate, options.certificate_key
            ),
        )
        return render_site(configuration)

    def front(self, options: NginxOptions) -> str:
        """The front of this server, under its issuer's name unless another is stated.

        Raises:
            InvalidField: an option is not allowed.
        """
        return self._front(
            options,
            options.server_name or self._issuer_host,
            options.certificate,
            options.certificate_key,
        )

    def both(self, gateway: str, options: NginxOptions) -> str:
        """The gateway of a site, and the front beside it under the issuer's name.

        Raises:
            NotFound: there is no such gateway.
            InvalidField: an option is missing or not allowed.
        """
        if options.server_name == self._issuer_host:
            raise InvalidField(
                "server_name", f"another name than the issuer's, {self._issuer_host}"
            )
        front = self._front(options, self._issuer_host, "", "")
        return "\n".join((self.site(gateway, options), front))

    def has_hand_over(self, gateway: str) -> bool:
        """Whether calls of the gateway's site can be handed over yet. Raises NotFound."""
        return self._hand_overs.get(self._gateways.get(gateway).resource) is not None

    def _front(self, options: NginxOptions, name: str, certificate: str, key: str) -> str:
        configuration = FrontConfiguration(
            upstream=self._here,
            gateway_addresses=options.gateway_addresses,
            **_listening(options, name, certificate, key),
        )
        return render_front(configuration)


def _listening(
    options: NginxOptions, server_name: str, certificate: str, certificate_key: str
) -> dict[str, Any]:
    return {
        "listen": options.listen or ("127.0.0.1:8080" if options.plain_http else "443"),
        "server_name": server_name,
        "certificate": certificate or f"/etc/nginx/tls/{server_name}.crt",
        "certificate_key": certificate_key or f"/etc/nginx/tls/{server_name}.key",
        "log_directory": options.log_directory,
        "plain_http": options.plain_http,
    }


def _origin_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
