"""Any OpenID Connect provider, played by `oidc-provider` (npm), which is a certified one.

It is strict about what we send, and has pages to sign in (any password will do), to consent and to
refuse. Who is who stands in `generic.mjs`' argument.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.standins.cast import CLIENT_ID, CLIENT_SECRET, ENGINEERS, GRACE, STRANGER
from tests.standins.processes import NodeProcess

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def generic(
    packages: Path, folder: Path, port: int, redirect_uris: Sequence[str], back: str
) -> NodeProcess:
    """A provider where Grace is an engineer; `back` is where people go who signed out there."""
    known = {
        "port": port,
        "clients": [
            {
                "client_id": CLIENT_ID,
                "client_secret": CLIENT_SECRET,
                "redirect_uris": list(redirect_uris),
                "post_logout_redirect_uris": [back],
            }
        ],
        "people": {
            each.login: {
                "name": each.name,
                "preferred_username": each.username,
                "email": each.email,
                "email_verified": True,
                "groups": [ENGINEERS] if each is GRACE else [],
            }
            for each in (GRACE, STRANGER)
        },
    }
    words = [str(packages / "generic.mjs"), json.dumps(known)]
    health = "/.well-known/openid-configuration"
    return NodeProcess(folder, port, words, health)
