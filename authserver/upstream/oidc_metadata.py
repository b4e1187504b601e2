"""A provider's metadata (OpenID Connect Discovery 1.0): read, judged, reduced to what we use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.outbound import OutboundRefused
from authserver.domain.provider_documents import ProviderMetadata
from authserver.domain.upstream_ports import DocumentRefused
from authserver.upstream.http_urls import parse_url

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.providers import Provider
    from authserver.upstream.http_urls import Target

URL_CHARS_MAX: Final = 2048
SHOWN_CHARS_MAX: Final = 200


def read_metadata(
    provider: Provider, document: Mapping[str, object], opened_origins: frozenset[str]
) -> ProviderMetadata:
    """The checked metadata. `opened_origins` may be plain http.

    The issuer must be the configured one, to the letter (section 4.3; of Entra ID that serves many
    tenants it is the template). Endpoints must be where the provider is: a document must not lead
    our secrets, or our requests, to somebody else.

    Raises:
        DocumentRefused: it must not be used.
    """
    reading = _Reading(provider, document, opened_origins)
    issuer = reading.text("issuer")
    if issuer != provider.issuer:
        raise DocumentRefused(
            f"its issuer is {_shown(issuer)}, and {_shown(provider.issuer)} is configured"
        )
    signs_in = provider.accepts_login
    return ProviderMetadata(
        issuer=issuer,
        authorization_endpoint=reading.endpoint("authorization_endpoint", is_needed=signs_in),
        token_endpoint=reading.endpoint("token_endpoint", is_needed=signs_in),
        jwks_uri=reading.endpoint("jwks_uri", is_needed=True),
        userinfo_endpoint=reading.endpoint("userinfo_endpoint"),
        end_session_endpoint=reading.endpoint("end_session_endpoint"),
        sends_issuer=reading.flag("authorization_response_iss_parameter_supported"),
        backchannel_logout=reading.flag("backchannel_logout_supported"),
    )


class _Reading:
    """Reads one document; says of every member what is wrong with it."""

    def __init__(
        self, provider: Provider, document: Mapping[str, object], opened_origins: frozenset[str]
    ) -> None:
        self._document = document
        self._opened = opened_origins
        home = issuer_origin(provider.issuer)
        self._authorities = {home.authority, *provider.endpoint_hosts}
        self._hosts = {home.host, *provider.endpoint_hosts}

    def text(self, name: str, *, is_needed: bool = True) -> str:
        """The text of a member; "" for one that is not there and need not be."""
        value = self._document.get(name)
        if value is None and not is_needed:
            return ""
        if not isinstance(value, str) or not 0 < len(value) <= URL_CHARS_MAX:
            wrong = "missing" if value is None else "not a text of a sensible length"
            raise DocumentRefused(f"its {name} is {wrong}")
        return value

    def flag(self, name: str) -> bool:
        """The truth value of a member; false when it is not there."""
        value = self._document.get(name, False)
        if not isinstance(value, bool):
            raise DocumentRefused(f"its {name} is neither true nor false")
        return value

    def endpoint(self, name: str, *, is_needed: bool = False) -> str:
        """The address of an endpoint."""
        url = self.text(name, is_needed=is_needed)
        if not url:
            return ""
        try:
            target = parse_url(url)
        except OutboundRefused:
            raise DocumentRefused(f"its {name} is not an address that can be called") from None
        if target.scheme != "https" and target.origin not in self._opened:
            raise DocumentRefused(f"its {name} is not https")
        if not self._is_at_home(target):
            raise DocumentRefused(
                f"its {name} is at {target.authority}, which is neither the issuer's host nor a "
                "host named for endpoints of this provider"
            )
        return url

    def _is_at_home(self, target: Target) -> bool:
        if target.authority in self._authorities:
            return True
        # Whoever opened an origin has named its port.
        return target.origin in self._opened and target.host in self._hosts


def issuer_origin(issuer: str) -> Target:
    """Scheme, host and port of an issuer or issuer template.

    Raises:
        DocumentRefused: it is not an address.
    """
    scheme, _, rest = issuer.partition("://")
    try:
        return parse_url(f"{scheme}://{rest.partition('/')[0]}/")
    except OutboundRefused:
        raise DocumentRefused("the configured issuer is not an address") from None


def _shown(issuer: str) -> str:
    """The text as it may stand in a message."""
    shown = issuer if issuer.isprintable() and issuer.isascii() else ascii(issuer)
    return shown[:SHOWN_CHARS_MAX]
