"""A world with people whose mail goes to a real server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.api_tokens import ApiToken, ApiTokenStatus
from tests.people.cast import ADA
from tests.storage.api_token_examples import api_token

if TYPE_CHECKING:
    from tests.mail_servers import LocalMailServer, Received
    from tests.people.cast import Person
    from tests.people.world import PeopleWorld

DAY: Final = 86_400.0
LINK: Final = re.compile(r"https://auth\.example\.test(/account/pick-up/(asv_pu_\S+))")


def overrides(server: LocalMailServer, notices: str = "") -> dict[str, str]:
    """Settings that send mail to the server, in clear; of notices these."""
    return {
        "AUTHSERVER_MAIL_HOST": "127.0.0.1",
        "AUTHSERVER_MAIL_PORT": str(server.port),
        "AUTHSERVER_MAIL_SECURITY": "none",
        "AUTHSERVER_MAIL_SENDER": "no-reply@auth.example.test",
        "AUTHSERVER_MAIL_NOTICES": notices,
    }


@dataclass
class MailWorld:
    """The people, and what arrives for them."""

    people: PeopleWorld
    server: LocalMailServer

    def pending(self, token_id: str = "t1", **stated: Any) -> ApiToken:
        """A token that an administrator made for ada."""
        return self.add(
            api_token(
                token_id,
                **{
                    "status": ApiTokenStatus.PENDING,
                    "secret": None,
                    "subject": self.people.ada.subject,
                    "owner": self.people.ada.subject,
                    "client_id": "",
                    "name": "Export <to> BI",
                    "purpose": "nightly run",
                    "team": "",
                    "scopes": frozenset({"READ"}),
                    "resources": frozenset({"jira-main"}),
                    "details": None,
                    "networks": None,
                    "successor_id": "",
                    "expires_at": self.people.clock.now() + 90 * DAY,
                    "last_use": None,
                    "exposed_at": None,
                    **stated,
                },
            )
        )

    def add(self, token: ApiToken) -> ApiToken:
        with self.people.container.database.writing() as stores:
            stores.api_tokens.add(token)
        return token

    def offer(self, token: ApiToken) -> None:
        container = self.people.container
        with container.database.writing() as stores:
            container.token_pick_ups.offer_in(stores, token, container.operator)

    def deliver(self) -> list[Received]:
        """What arrives when mail is sent now."""
        before = len(self.server.received)
        self.people.container.mail_deliveries.deliver(lambda: True)
        return self.server.received[before:]

    def link(self, token: ApiToken | None = None) -> str:
        """The path of the link that ada gets for a token."""
        self.offer(token or self.pending())
        (received,) = self.deliver()
        found = LINK.search(received.text)
        assert found is not None, received.text
        return found[1]

    def token(self, token_id: str = "t1") -> ApiToken:
        with self.people.container.database.reading() as stores:
            found = stores.api_tokens.get(token_id)
        assert found is not None
        return found

    def bob(self) -> Person:
        return self.people.user("bob", data=ADA)
