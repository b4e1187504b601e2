"""Okta and Entra ID, played by `emulate` (npm).

It has pages where one picks a person, checks redirect URIs, client secrets, codes and PKCE, and
signs ID tokens by RS256. It lacks: passwords, a way to refuse, group overage, `{tenantid}`
metadata, access tokens that are JWTs, blanks in a secret that comes by Basic; at Entra ID it has no
groups at all.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.federation.fake_people import TENANT
from tests.standins.cast import CLIENT_ID, CLIENT_SECRET, ENGINEERS, GRACE, STRANGER, TENANTS
from tests.standins.processes import NodeProcess

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

COMMAND = "node_modules/emulate/dist/index.js"


def okta(packages: Path, folder: Path, port: int, redirect_uris: Sequence[str]) -> NodeProcess:
    """An org of Okta with the authorization server `default`; Grace is an engineer there."""
    seed: dict[str, Any] = {
        "users": [
            {
                "login": each.login,
                "email": each.email,
                "first_name": each.name.split()[0],
                "last_name": each.name.split()[1],
                "okta_id": each.key,
            }
            for each in (GRACE, STRANGER)
        ],
        "groups": [{"name": ENGINEERS, "okta_id": "00gEngineers"}],
        "group_memberships": [{"group_okta_id": "00gEngineers", "user_okta_id": GRACE.key}],
        "authorization_servers": [
            {"id": "default", "name": "default", "audiences": ["api://default"]}
        ],
        "oauth_clients": [{**_client(redirect_uris), "auth_server_id": "default"}],
    }
    health = "/oauth2/default/.well-known/openid-configuration"
    return _emulate("okta", seed, packages, folder, port, health)


def entra(packages: Path, folder: Path, port: int, redirect_uris: Sequence[str]) -> NodeProcess:
    """Two tenants of Entra ID: Grace's, and a stranger's."""
    seed = {
        "users": [
            {"email": each.email, "name": each.name, "tenant_id": TENANTS[each.login]}
            for each in (GRACE, STRANGER)
        ],
        "oauth_clients": [{**_client(redirect_uris), "tenant_id": TENANT}],
    }
    health = f"/{TENANT}/v2.0/.well-known/openid-configuration"
    return _emulate("microsoft", seed, packages, folder, port, health)


def _client(redirect_uris: Sequence[str]) -> dict[str, object]:
    return {
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
        "name": "authserver",
        "redirect_uris": list(redirect_uris),
    }


def _emulate(  # noqa: PLR0917 - called twice, a few lines above
    service: str,
    seed: Mapping[str, object],
    packages: Path,
    folder: Path,
    port: int,
    health: str,
) -> NodeProcess:
    folder.mkdir(parents=True, exist_ok=True)
    # JSON is YAML.
    (folder / "seed.yaml").write_text(json.dumps({service: seed}))
    words = [str(packages / COMMAND), "start", "--service", service, "--port", str(port)]
    return NodeProcess(folder, port, [*words, "--seed", "seed.yaml"], health)
