"""What integrations do, with the libraries that integrations use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session as RequestsOauthlibSession

from tests.demo.scene import HeldToken, held
from tests.demo.steps import check

if TYPE_CHECKING:
    from tests.demo.scene import Scene

GRANT = "client_credentials"


def token_by_requests_oauthlib(scene: Scene, client_id: str, scope: str) -> HeldToken:
    """A client-credentials token, got by requests-oauthlib."""
    caller = scene.callers[client_id]
    client = BackendApplicationClient(client_id=client_id, scope=scope)
    with RequestsOauthlibSession(client=client) as session:
        answer = session.fetch_token(
            scene.endpoint("token"), client_secret=caller.secret, verify=scene.ca
        )
    # This library makes a list of the scope.
    return held({**answer, "scope": " ".join(answer["scope"])})


def token_by_authlib(scene: Scene, client_id: str, scope: str) -> HeldToken:
    """A client-credentials token, got by Authlib's client."""
    caller = scene.callers[client_id]
    with AuthlibSession(client_id, caller.secret, scope=scope) as session:
        answer = session.fetch_token(scene.endpoint("token"), grant_type=GRANT, verify=scene.ca)
    return held(answer)


def revoke_by_authlib(scene: Scene, client_id: str, token: HeldToken) -> int:
    """Give a token up (RFC 7009); the status."""
    caller = scene.callers[client_id]
    with AuthlibSession(client_id, caller.secret) as session:
        answer = session.revoke_token(
            scene.endpoint("revocation"),
            token=token.value,
            token_type_hint="access_token",
            verify=scene.ca,
        )
    return int(answer.status_code)


def introspect_by_authlib(scene: Scene, site_name: str, token: HeldToken) -> dict[str, Any]:
    """What the authorization server tells a site about a token (RFC 7662)."""
    site = scene.sites[site_name]
    scene.introspections += 1
    with AuthlibSession(site.name, site.secret) as session:
        answer = session.introspect_token(
            scene.endpoint("introspection"), token=token.value, verify=scene.ca
        )
    check(answer.status_code == 200, f"introspection answered {answer.status_code}")
    return dict(answer.json())
