"""Where everything of one run lies and listens."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509

from tests.ports import free_port
from tests.upstream.certificates import TestAuthority


@dataclass(frozen=True, slots=True)
class SitePlaces:
    """One site: `port` is where everybody calls it, `site_port` where the stand-in listens."""

    name: str
    folder: Path
    port: int = field(default_factory=free_port)
    site_port: int = field(default_factory=free_port)

    @property
    def url(self) -> str:
        """The site as everybody knows it: through the gateway."""
        return f"https://localhost:{self.port}"

    @property
    def notes(self) -> Path:
        """What reached the stand-in."""
        return self.folder / f"{self.name}-notes.jsonl"

    @property
    def credential(self) -> Path:
        """The site's own credential for the gateway, as the administrator was given it."""
        return self.folder / f"{self.name}-credential"


@dataclass(frozen=True, slots=True)
class Places:
    """One folder, one certificate authority, and the loopback ports.

    `certificate` holds the private key too and is readable by the starting user alone; `ca_file`
    is what clients trust.
    """

    folder: Path
    ca_file: Path
    certificate: Path
    main: SitePlaces
    archive: SitePlaces
    front_port: int = field(default_factory=free_port)
    apache_port: int = field(default_factory=free_port)

    @property
    def issuer(self) -> str:
        """The authorization server as everybody knows it: through the TLS front."""
        return f"https://localhost:{self.front_port}"

    @property
    def apache_url(self) -> str:
        """The main site through the other enforcement point."""
        return f"https://localhost:{self.apache_port}"

    def site(self, name: str) -> SitePlaces:
        """The places of one site."""
        return {site.name: site for site in (self.main, self.archive)}[name]

    def room(self, name: str) -> Path:
        """A folder of one server; its worker processes may go through, others may not list it."""
        room = self.folder / name
        room.mkdir(mode=0o711, exist_ok=True)
        return room


def open_parent() -> Path:
    """A folder for temporary folders that the web servers' user can go through."""
    candidates = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]
    return next(folder for folder in candidates if _is_open(folder))


def make_places(folder: Path, main: str, archive: str) -> Places:
    """Lay out an empty folder: authority, certificate, ports."""
    folder.chmod(0o711)
    closed = folder / "authority"
    closed.mkdir(mode=0o700)
    authority = TestAuthority(closed)
    certificate = authority.server_file(x509.DNSName("localhost"), common_name="localhost")
    ca_file = folder / "ca.pem"
    shutil.copyfile(authority.ca_file, ca_file)
    ca_file.chmod(0o644)
    jira = folder / "jira"
    jira.mkdir(mode=0o700)
    return Places(folder, ca_file, certificate, SitePlaces(main, jira), SitePlaces(archive, jira))


def _is_open(folder: Path) -> bool:
    """Only root's web servers are somebody else; what belongs to others is no obstacle."""
    if os.geteuid() != 0:
        return True
    return all(place.stat().st_mode & 0o001 for place in (folder, *folder.resolve().parents))
