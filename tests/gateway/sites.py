"""Site configurations for tests: what they do not state is a plain Jira on loopback."""

from __future__ import annotations

from typing import Any, Final

from authserver.domain.hand_over import HandOverKind
from authserver.domain.resources import ResourceKind
from authserver.gateway.front_configuration import FrontConfiguration
from authserver.gateway.site_configuration import Mode, SiteConfiguration

IDENTITY_HEADER: Final = "X-Remote-User"
GATEWAY_KEY: Final = "asv_gw_made_up_for_tests"


def a_site(**values: Any) -> SiteConfiguration:
    """A configuration; the identity header comes by itself with its hand-over."""
    stated: dict[str, Any] = {
        "gateway": "jira-main",
        "resource": "jira-main",
        "kind": ResourceKind.JIRA_DC,
        "url": "https://jira.example.com",
        "base_path": "",
        "hand_over": HandOverKind.SERVICE_CREDENTIAL,
        "mode": Mode.API_HOST,
        "listen": "443",
        "server_name": "api.example.com",
        "certificate": "/etc/nginx/tls/api.example.com.crt",
        "certificate_key": "/etc/nginx/tls/api.example.com.key",
        "upstream": "http://127.0.0.1:8080",
        "decision_point": "http://127.0.0.1:8000",
        "key_file": "/etc/nginx/authserver/jira-main.key.conf",
    }
    stated |= values
    if stated["hand_over"] is HandOverKind.IDENTITY_HEADER:
        stated.setdefault("identity_header", IDENTITY_HEADER)
    return SiteConfiguration(**stated)


def a_front(**values: Any) -> FrontConfiguration:
    """A configuration of the front."""
    stated: dict[str, Any] = {
        "listen": "443",
        "server_name": "auth.example.com",
        "certificate": "/etc/nginx/tls/auth.example.com.crt",
        "certificate_key": "/etc/nginx/tls/auth.example.com.key",
        "upstream": "http://127.0.0.1:8000",
    }
    return FrontConfiguration(**(stated | values))
