"""The configuration file of Apache, filled in."""

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
    """Apache has uses of its own for the dollar sign."""

    delimiter = "@"


def apache_configuration(places: Places, folder: Path, site: Site, credential: str) -> str:
    """The guard of the site; the introspection secret and the site's credential stand in it."""
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
        site_credential=credential,
        jira_port=places.main.site_port,
    )


def _filled(name: str, **words: object) -> str:
    text = (Path(__file__).parent / name).read_text()
    return AtTemplate(text).substitute(words)


def _is_root() -> bool:
    return os.geteuid() == 0
