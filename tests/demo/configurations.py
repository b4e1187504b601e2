"""The configuration files of nginx and Apache, filled in."""

from __future__ import annotations

import os
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

from tests.demo.needs import APACHE_MODULES

if TYPE_CHECKING:
    from tests.demo.places import Places
    from tests.instances import Site

WEB_USER: Final = "www-data"
"""Debian's user for web servers; their workers become it when the demo runs as root."""


class AtTemplate(Template):
    """Both languages have uses of their own for the dollar sign."""

    delimiter = "@"


def nginx_configuration(places: Places, folder: Path, authserver_port: int) -> str:
    """The TLS front of authserver."""
    return _filled(
        "nginx.conf",
        user_line=f"user {WEB_USER};" if _is_root() else "",
        folder=folder,
        port=places.front_port,
        certificate=places.certificate,
        authserver_port=authserver_port,
    )


def apache_configuration(places: Places, folder: Path, site: Site) -> str:
    """The guard of the site; the introspection secret stands in it."""
    return _filled(
        "apache.conf",
        user_lines=f"User {WEB_USER}\nGroup {WEB_USER}" if _is_root() else "",
        folder=folder,
        port=places.apache_port,
        modules=APACHE_MODULES,
        certificate=places.certificate,
        ca_file=places.ca_file,
        introspection_endpoint=f"{places.issuer}/oauth2/introspect",
        resource_name=site.name,
        introspection_secret=site.secret,
        jira_port=places.jira_port,
    )


def _filled(name: str, **words: object) -> str:
    text = (Path(__file__).parent / name).read_text()
    return AtTemplate(text).substitute(words)


def _is_root() -> bool:
    return os.geteuid() == 0
