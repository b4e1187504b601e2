"""Clients that register themselves, from outside."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from authserver.services.initial_access_tokens import InitialTokenDraft

if TYPE_CHECKING:
    from tests.machine.doors import Answer
    from tests.rfc.installations import Installation
    from tests.rfc.lanes import Lane

REGISTER: Final = "/oauth2/register"
CALLBACK: Final = "https://app.example.test/callback"
OPEN: Final = {"AUTHSERVER_REGISTRATION_MODE": "token"}


def initial_token(installation: Installation, **stated: Any) -> str:
    """An initial access token for ten clients, or as stated."""
    container = installation.container
    draft = InitialTokenDraft(**{"label": "tests", "quota": 10, **stated})
    return container.initial_access_tokens.create(draft, container.operator).value


@dataclass(frozen=True, slots=True)
class Registrar:
    """Knocks at the registration endpoint with one initial access token."""

    lane: Lane
    token: str

    def post(self, /, token: str | None = None, **metadata: Any) -> Answer:
        """Register with these members and a redirect URI; `...` leaves one out."""
        stated = {"redirect_uris": [CALLBACK], **metadata}
        body = {name: value for name, value in stated.items() if value is not ...}
        return self.send(json.dumps(body).encode(), token=token)

    def send(
        self, body: bytes, *, token: str | None = None, content_type: str = "application/json"
    ) -> Answer:
        """POST any body."""
        headers = {"Content-Type": content_type, "Authorization": f"Bearer {token or self.token}"}
        return self.lane.knock("POST", REGISTER, body, headers=headers)

    def registered(self, **metadata: Any) -> dict[str, Any]:
        """A client that was registered, as it is told."""
        answer = self.post(**metadata)
        assert answer.status == 201, answer.body
        return dict(answer.json)

    def manage(
        self, method: str, told: dict[str, Any], *, token: str = "", query: str = "", **body: Any
    ) -> Answer:
        """GET, PUT or DELETE a registration with its own token."""
        token = token or told["registration_access_token"]
        headers = {"Authorization": f"Bearer {token}"}
        if method == "PUT":
            headers["Content-Type"] = "application/json"
        return self.lane.knock(
            method,
            REGISTER,
            json.dumps(body).encode() if method == "PUT" else b"",
            query=query or f"client_id={told['client_id']}",
            headers=headers,
        )
