"""Codes put where the token endpoint finds them: what a browser does before has its own tests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.calls import Call
from authserver.domain.grants import GrantOrigin
from authserver.domain.requested_claims import RequestedClaims
from tests.people.cast import VERIFIER, challenge

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authserver.domain.grants import Grant
    from authserver.domain.sessions import Session
    from authserver.wiring import Container
    from tests.people.cast import App

OFFLINE: Final = ("openid", "offline_access", "READ", "WRITE")


class Codes:
    """What one user allows, written down by the issuer's own services."""

    def __init__(self, container: Container, subject: str) -> None:
        self.container = container
        self.subject = subject

    def grant(
        self,
        app: App,
        scopes: Iterable[str] = OFFLINE,
        *,
        site: str = "jira-main",
        session: Session | None = None,
    ) -> Grant:
        """The user allows the app these scopes, at a site or (empty) for signing in alone."""
        container = self.container
        with container.database.writing() as stores:
            resource = stores.resources.get(site)
            return container.granting.grant(
                stores,
                client=container.clients.get(app.client_id),
                subject=self.subject,
                audience=container.settings.issuer if resource is None else resource.identifier,
                resource="" if resource is None else resource.name,
                scopes=frozenset(scopes),
                origin=GrantOrigin.CODE,
                session=session,
                nonce="nonce-of-the-app",
                claims=RequestedClaims(),
                call=Call(container.clock.now(), "r-codes", "192.0.2.1"),
            )

    def code(self, app: App, grant: Grant | None = None, *, verifier: str = VERIFIER) -> str:
        """A code for a grant (a new one of `OFFLINE`); an empty verifier means no PKCE."""
        container = self.container
        grant = grant or self.grant(app)
        with container.database.writing() as stores:
            return container.granting.code(
                stores,
                grant,
                redirect_uri=app.redirect_uri,
                code_challenge=challenge(verifier) if verifier else "",
                now=container.clock.now(),
            )

    def session(self) -> Session:
        """A session of the user that begins now."""
        container = self.container
        call = Call(container.clock.now(), "r-codes", "192.0.2.1")
        with container.database.writing() as stores:
            user = stores.users.get(self.subject)
            assert user is not None
            started = container.sessions.begin(
                stores, user, acr="", amr=("pwd",), previous=None, call=call, user_agent="a test"
            )
        return started.session
