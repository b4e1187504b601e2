"""Codes and refresh tokens for the benchmark: made as the authorization endpoint makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.calls import Call
from authserver.domain.clients import GrantType
from authserver.domain.grants import GrantOrigin
from authserver.domain.requested_claims import RequestedClaims
from tests.bench.load import Prepared
from tests.people.cast import VERIFIER, add_app, add_user, challenge

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.domain.grants import Grant
    from authserver.domain.ports import Stores
    from authserver.wiring import Container
    from tests.instances import Instance, Site
    from tests.people.cast import App

REDIRECT_URI: Final = "https://app.bench.example/callback"
BATCH: Final = 500
SCOPES: Final = frozenset({"openid", "offline_access", "READ"})


@dataclass(frozen=True, slots=True)
class BenchApp:
    """An app and the user who has allowed it everything."""

    instance: Instance
    site: Site
    app: App
    subject: str

    def codes(self, count: int) -> list[Prepared]:
        """Redemptions of fresh codes, each good once and for a minute."""
        with self.instance.container() as container:
            codes = [
                container.granting.code(
                    stores,
                    grant,
                    redirect_uri=REDIRECT_URI,
                    code_challenge=challenge(VERIFIER),
                    now=call.at,
                )
                for stores, grant, call in self._grants(container, count)
            ]
        return [
            self._token_request(
                grant_type="authorization_code",
                code=code,
                redirect_uri=REDIRECT_URI,
                code_verifier=VERIFIER,
            )
            for code in codes
        ]

    def refreshes(self, count: int) -> list[Prepared]:
        """First refreshes of families of their own."""
        values = []
        with self.instance.container() as container:
            client = container.clients.get(self.app.client_id)
            for stores, grant, call in self._grants(container, count):
                prepared = container.user_tokens.prepare(
                    client,
                    grant,
                    scopes=frozenset({"READ"}),
                    resources=(),
                    nonce="",
                    call=call,
                )
                container.user_tokens.store(stores, prepared, GrantType.AUTHORIZATION_CODE, call)
                values.append(prepared.refresh_token)
        return [
            self._token_request(grant_type="refresh_token", refresh_token=value) for value in values
        ]

    def _grants(self, container: Container, count: int) -> Iterator[tuple[Stores, Grant, Call]]:
        client = container.clients.get(self.app.client_id)
        container.view.ensure_fresh()
        container.keys.load()
        for begin in range(0, count, BATCH):
            with container.database.writing() as stores:
                call = Call(container.clock.now(), "bench", "127.0.0.1")
                for _ in range(min(BATCH, count - begin)):
                    grant = container.granting.grant(
                        stores,
                        client=client,
                        subject=self.subject,
                        audience=self.site.identifier,
                        resource=self.site.name,
                        scopes=SCOPES,
                        origin=GrantOrigin.CODE,
                        session=None,
                        nonce="n",
                        claims=RequestedClaims(),
                        call=call,
                    )
                    yield stores, grant, call

    def _token_request(self, **form: str) -> Prepared:
        assert self.app.authorization is not None
        return Prepared("/oauth2/token", self.app.authorization, form)


def app_of(instance: Instance, site: Site) -> BenchApp:
    """Register the app and its user."""
    with instance.container() as container:
        person = add_user(container, "bench")
        app = add_app(container, site, "bench-app", REDIRECT_URI)
    return BenchApp(instance, site, app, person.subject)
