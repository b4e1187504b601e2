"""A web site behind Apache with mod_auth_openidc, which signs its users in at the issuer."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from tests.clients.realm import APACHE_HOST
from tests.demo import needs
from tests.demo.configurations import WEB_USER, AtTemplate
from tests.demo.places import open_parent
from tests.demo.processes import Processes
from tests.not_run import not_run
from tests.people.remote import remote_browser

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.clients.realm import Realm
    from tests.people.browser import Browser
    from tests.people.cast import App, Person
    from tests.people.pages import Page

PAGE: Final = "/app/page"
CONTENT: Final = "the page"
OWN_PATH: Final = "/app/openid"
"""Where the module itself answers."""
GOODBYE: Final = "/goodbye"


@dataclass(frozen=True, slots=True)
class Portal:
    """The running site; `folder` holds Apache's error log."""

    realm: Realm
    origin: str
    folder: Path

    def browser(self) -> Browser:
        """A new browser at the site."""
        return remote_browser(self.origin, self.realm.ca_file)


@dataclass(slots=True)
class Visitor:
    """A person with a browser, which is two here: one for each origin."""

    portal: Portal
    person: Person
    at_portal: Browser
    at_issuer: Browser

    def open(self) -> Page:
        """Go to the page; sign in if asked."""
        page = self.at_portal.get(PAGE)
        if page.location:
            self.portal.realm.visit(self.at_issuer, page.location, self.person)
            page = self.at_portal.get(self.at_issuer.page.location, cross_site=True)
        return page

    def known(self) -> dict[str, Any]:
        """What the module keeps of the session."""
        told: dict[str, Any] = self.at_portal.get(f"{OWN_PATH}?info=json").json
        return told

    def is_signed_in(self) -> bool:
        """Whether the page opens by itself."""
        return self.at_portal.get(PAGE).text == CONTENT


def redirect_uri(port: int) -> str:
    """Where answers go."""
    return f"https://{APACHE_HOST}:{port}{OWN_PATH}"


@contextmanager
def serve_portal(
    realm: Realm, app: App, port: int, *, scope: str, algorithm: str = "RS256"
) -> Iterator[Portal]:
    """Start Apache for an app that was registered with `redirect_uri(port)`."""
    missing = [each.what for each in (needs.apache(), needs.openid_module()) if not each.path]
    if missing:
        not_run("mod_auth_openidc as a client", f"{' and '.join(missing)} not installed")
    processes = Processes()
    with tempfile.TemporaryDirectory(dir=open_parent(), prefix="portal-") as made:
        folder = Path(made)
        _furnish(folder, realm)
        words = {
            "folder": folder,
            "host": APACHE_HOST,
            "port": port,
            "modules": needs.APACHE_MODULES,
            "user_lines": f"User {WEB_USER}\nGroup {WEB_USER}" if os.geteuid() == 0 else "",
            "certificate": realm.served.certificate,
            "ca_file": folder / "ca.pem",
            "issuer": realm.issuer,
            "client_id": app.client_id,
            "client_secret": app.secret,
            "redirect_uri": app.redirect_uri,
            "scope": scope,
            "algorithm": algorithm,
        }
        template = AtTemplate((Path(__file__).parent / "portal.conf").read_text())
        configuration = folder / "portal.conf"
        configuration.touch(mode=0o600)
        configuration.write_text(template.substitute(words))
        binary = needs.apache().path
        command = [binary, "-d", str(folder), "-f", str(configuration), "-DFOREGROUND"]
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8"}
        try:
            log_file = processes.start("apache", command, folder, environment)
            processes.wait_for("apache", port, log_file)
            yield Portal(realm, f"https://{APACHE_HOST}:{port}", folder)
        finally:
            processes.stop()


def _furnish(folder: Path, realm: Realm) -> None:
    folder.chmod(0o755)
    shutil.copyfile(realm.ca_file, folder / "ca.pem")
    (folder / "ca.pem").chmod(0o644)
    pages = folder / "public" / "app"
    pages.mkdir(parents=True)
    (pages / "page").write_text(CONTENT)
    (folder / "public" / GOODBYE.lstrip("/")).write_text("goodbye")
    cache = folder / "cache"
    cache.mkdir(mode=0o700)
    if os.geteuid() == 0:
        shutil.chown(cache, WEB_USER)
