"""Where everything of one run lies and listens."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509

from tests.instances import free_port
from tests.upstream.certificates import TestAuthority


@dataclass(frozen=True, slots=True)
class Places:
    """One folder, one certificate authority, and the loopback ports.

    `certificate` holds the private key too and is readable by the starting user alone; `ca_file`
    is what clients trust.
    """

    folder: Path
    ca_file: Path
    certificate: Path
    front_port: int
    apache_port: int
    jira_port: int

    @property
    def issuer(self) -> str:
        """The authorization server as everybody knows it: through the TLS front."""
        return f"https://localhost:{self.front_port}"

    @property
    def jira_url(self) -> str:
        """Jira as everybody knows it: through Apache."""
        return f"https://localhost:{self.apache_port}"

    @property
    def jira_notes(self) -> Path:
        """What reached the stand-in."""
        return self.folder / "jira" / "notes.jsonl"

    def room(self, name: str) -> Path:
        """A folder of one server; its worker processes may go through, others may not list it."""
        room = self.folder / name
        room.mkdir(mode=0o711)
        return room


def open_parent() -> Path:
    """A folder for temporary folders that the web servers' user can go through."""
    candidates = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp")]
    return next(folder for folder in candidates if _is_open(folder))


def make_places(folder: Path) -> Places:
    """Lay out an empty folder: authority, certificate, ports."""
    folder.chmod(0o711)
    closed = folder / "authority"
    closed.mkdir(mode=0o700)
    authority = TestAuthority(closed)
    certificate = authority.server_file(x509.DNSName("localhost"), common_name="localhost")
    ca_file = folder / "ca.pem"
    shutil.copyfile(authority.ca_file, ca_file)
    ca_file.chmod(0o644)
    return Places(folder, ca_file, certificate, free_port(), free_port(), free_port())


def _is_open(folder: Path) -> bool:
    """Only root's web servers are somebody else; what belongs to others is no obstacle."""
    if os.geteuid() != 0:
        return True
    return all(place.stat().st_mode & 0o001 for place in (folder, *folder.resolve().parents))
