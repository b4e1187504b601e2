"""The configuration of a reverse proxy."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from authserver.gateway.nginx_files import CA_FILE, LOG_DIRECTORY, MAX_BODY
from authserver.web.admin_api.models.members import Asking, Shown

LONGEST = 300


class NginxQuery(Asking):
    """What nobody has registered. What is left out is found out from what is."""

    part: Literal["site", "front", "all"] = Field(
        "site", description="The gateway of the site, the front of this server, or both."
    )
    mode: Literal["api-host", "in-front"] = Field(
        "api-host",
        description="A host name of its own for calls with a token, or the site's own with its "
        "pages.",
    )
    server_name: str = Field(
        "", max_length=LONGEST, description="The host name that callers use; required but of front."
    )
    listen: str = Field("", max_length=LONGEST, description="Port, or address and port: 443.")
    plain_listen: str = Field("", max_length=LONGEST, description="The same without TLS.")
    certificate: str = Field("", max_length=LONGEST, description="PEM file on the gateway.")
    certificate_key: str = Field("", max_length=LONGEST, description="PEM file on the gateway.")
    upstream: str = Field(
        "", max_length=LONGEST, description="Where the site answers; required for in-front."
    )
    site_host: str = Field("", max_length=LONGEST, description="What the site gets as Host.")
    decision_point: str = Field(
        "", max_length=LONGEST, description="This server, as the gateway finds it."
    )
    key_file: str = Field("", max_length=LONGEST, description="Where the gateway has its key.")
    ca_file: str = Field(CA_FILE, max_length=LONGEST)
    log_directory: str = Field(LOG_DIRECTORY, max_length=LONGEST)
    max_body: str = Field(MAX_BODY, max_length=LONGEST, description="Largest body of a call.")
    gateway_addresses: str = Field(
        "",
        max_length=LONGEST * 10,
        description="Front: who may ask for decisions, with commas between; nobody.",
    )
    plain_http: bool = Field(
        default=False, description="No TLS, on a loopback address: for trying out."
    )


class NginxShown(Shown):
    """A complete file for nginx's http context. It holds no key."""

    text: str
    warnings: list[str]
