"""The issuer as people meet it: workers behind the rendered nginx front, with TLS; and an app."""

from __future__ import annotations

import base64
import hashlib
import itertools
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests.people.cast import ADA, App, Person, add_app, add_user
from tests.people.served_tls import make_passwords_cheap, serve_issuer
from tests.ports import free_port

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from authserver.wiring import Container
    from tests.instances import Instance, Site

HOST: Final = "auth.example.test"
ISSUER: Final = f"https://{HOST}"
APP_HOST: Final = "app.example.test"
CALLBACK: Final = f"https://{APP_HOST}/callback"

APP_SERVER: Final = """
server {{
    listen 127.0.0.1:{port} ssl;
    server_name {host};
    ssl_certificate {certificate};
    ssl_certificate_key {certificate};
    location / {{
        default_type text/html;
        return 200 "<!doctype html><html lang=en><title>The app</title><h1>The app</h1>";
    }}
}}
"""


@dataclass(frozen=True, slots=True)
class ServedPeople:
    """A running issuer at `ISSUER` and an app at `CALLBACK`, both by TLS on loopback ports.

    `pinned` names the certificate's key, for browsers that shall trust it and nothing else.
    """

    instance: Instance
    folder: Path
    port: int
    app_port: int
    pinned: str
    ca_file: Path
    jira: Site
    ada: Person
    web_app: App
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    @property
    def host_rules(self) -> str:
        """Chromium's words for where the names are."""
        return f"MAP {HOST} 127.0.0.1:{self.port},MAP {APP_HOST} 127.0.0.1:{self.app_port}"

    def newcomer(self) -> Person:
        """A new user with a password of the tests'."""
        username = f"ada-{next(self.numbers)}"
        with self.container() as container:
            return add_user(
                container, username, data=replace(ADA, email=f"{username}@example.test")
            )

    @contextmanager
    def container(self) -> Iterator[Container]:
        """The installation's services in this process."""
        with self.instance.container() as container:
            make_passwords_cheap(container)
            yield container


@contextmanager
def serve_people(
    folder: Path, overrides: Mapping[str, str] | None = None
) -> Iterator[ServedPeople]:
    """Install, register, serve; everything is stopped with the block."""
    app_port = free_port()

    def app(certificate: Path) -> str:
        return APP_SERVER.format(port=app_port, host=APP_HOST, certificate=certificate)

    with serve_issuer(
        folder,
        host=HOST,
        issuer=ISSUER,
        other_names=[APP_HOST],
        overrides=overrides,
        neighbours=app,
    ) as served:
        jira = served.instance.register_site("jira-main", "jira-dc", "https://jira.example.test")
        with served.container() as container:
            ada = add_user(container, "ada", data=ADA)
            web_app = add_app(container, jira, "web-app", CALLBACK)
        yield ServedPeople(
            served.instance,
            folder,
            served.port,
            app_port,
            pinned_key(served.certificate),
            served.ca_file,
            jira,
            ada,
            web_app,
        )


def pinned_key(certificate: Path) -> str:
    """Base64 of the SHA-256 of the certificate's public key, as Chromium wants it."""
    loaded = x509.load_pem_x509_certificate(certificate.read_bytes())
    key = loaded.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(hashlib.sha256(key).digest()).decode()
