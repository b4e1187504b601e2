"""Clients that the suite registers by itself, for each module anew."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from authserver.services.initial_access_tokens import InitialTokenDraft
from tests.oidf.clients import CALLBACK, ClientKey, SuiteClient
from tests.oidf.op import metadata
from tests.oidf.run import Run
from tests.people.world import ISSUER

if TYPE_CHECKING:
    from tests.machine.doors import Answer
    from tests.oidf.suite_server import SuiteServer
    from tests.people.world import PeopleWorld

JSON_TYPE: Final = "application/json;charset=UTF-8"
QUOTA: Final = 200
_numbers: Final = itertools.count()


@dataclass(frozen=True, slots=True)
class DynamicPlan:
    """The plan on a server that lets clients register, with the suite's own server beside it."""

    world: PeopleWorld
    initial_access_token: str
    key: ClientKey
    suite: SuiteServer
    origin: str

    @property
    def jwks_uri(self) -> str:
        """Where the suite publishes what is in `suite.jwks`."""
        return f"{self.origin}/test/a/authserver/jwks"

    def asked(self, **members: Any) -> Answer:
        """The answer to a registration request; `None` takes a member out."""
        usual: dict[str, Any] = {
            "client_name": f"authserver rehearsal {next(_numbers)}",
            "grant_types": ["authorization_code"],
            "jwks": {"keys": [self.key.public_jwk()]},
            "token_endpoint_auth_method": "private_key_jwt",
            "response_types": ["code"],
            "redirect_uris": [CALLBACK],
            "contacts": ["certification@oidf.org"],
        }
        body = {name: value for name, value in {**usual, **members}.items() if value is not None}
        headers = {
            "Accept": "application/json",
            "Authorization": f"Bearer {self.initial_access_token}",
            "Content-Type": JSON_TYPE,
        }
        return self.world.lane.knock(
            "POST", "/oauth2/register", json.dumps(body).encode(), headers=headers
        )

    def register(
        self, *, key: ClientKey | None = None, kid: str = "", **members: Any
    ) -> SuiteClient:
        """A client, after the checks of every registration."""
        answer = self.asked(**members)
        assert answer.status == 201, answer.body
        assert answer.headers["content-type"] == "application/json"
        told = dict(answer.json)
        assert told["registration_client_uri"].startswith(f"{ISSUER}/oauth2/register")
        assert told["registration_access_token"]
        assert "client_secret" not in told or "client_secret_expires_at" in told
        (redirect_uri,) = told["redirect_uris"]
        return SuiteClient(
            told["client_id"],
            told.get("client_secret", ""),
            told["token_endpoint_auth_method"],
            redirect_uri,
            (key or self.key) if "client_secret" not in told else None,
            kid,
            told,
        )

    def run(self, client: SuiteClient | None = None, /, **members: Any) -> Run:
        """A module's run with a client of its own."""
        return Run(self.world, client or self.register(**members))

    def unregister(self, client: SuiteClient) -> None:
        """What the suite does at the end of each module."""
        uri, _, query = client.told["registration_client_uri"].partition("?")
        headers = {"Authorization": f"Bearer {client.told['registration_access_token']}"}
        path = uri.removeprefix(ISSUER)
        assert self.world.lane.knock("DELETE", path, query=query, headers=headers).status == 204


def dynamic_plan(world: PeopleWorld, suite: SuiteServer, origin: str) -> DynamicPlan:
    """The plan with an initial access token as the how-to makes it."""
    assert metadata(world)["registration_endpoint"] == f"{ISSUER}/oauth2/register"
    container = world.container
    draft = InitialTokenDraft(
        "conformance", pkce_exempt=True, assertion_audience="token_endpoint", quota=QUOTA
    )
    token = container.initial_access_tokens.create(draft, container.operator).value
    return DynamicPlan(world, token, ClientKey(), suite, origin)
