"""The way into the administration API of a world: tokens, calls, answers."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.resources import ADMINISTRATION, ADMINISTRATION_PATH
from authserver.domain.roles import PERMISSIONS, Role
from authserver.services.clients import ClientDraft
from tests.instances import Caller, Site
from tests.people.cast import add_app
from tests.people.walking import finish

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.machine.doors import Answer
    from tests.people.cast import Person
    from tests.people.world import PeopleWorld

JSON: Final = "application/json"


class Rest:
    """Calls the API of a world with the token of a client that may do everything, or another."""

    def __init__(self, world: PeopleWorld) -> None:
        self.world = world
        self.container = world.container
        self.container.administration_resource.ensure(self.container.operator)
        self.identifier = self.container.administration_resource.identifier
        self.token = self.token_with(PERMISSIONS, client_id="all-scopes")

    def wait(self, seconds: float) -> None:
        """Let time pass, and have a token that is good then."""
        self.world.clock.advance(seconds)
        fresh = self.container.clients.rotate_secret("all-scopes", self.container.operator)
        self.token = self.world.lane.token(
            Caller("all-scopes", fresh.value), resource=self.identifier
        )

    def token_with(self, scopes: Iterable[str], *, client_id: str = "") -> str:
        """A client's token with these scopes."""
        scopes = sorted(scopes)
        client_id = client_id or "only-" + scopes[0].replace(":", "-")
        draft = ClientDraft(
            client_id, client_id=client_id, scopes=scopes, resources=(ADMINISTRATION,)
        )
        made = self.container.clients.create(draft, self.container.operator)
        assert made.secret is not None
        caller = Caller(client_id, made.secret.value)
        return self.world.lane.token(caller, resource=self.identifier)

    def call(
        self,
        method: str,
        path: str,
        said: Any = None,
        *,
        token: str | None = "",
        query: str = "",
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = JSON,
    ) -> Answer:
        """One call; `token=None` sends none, without one it is the usual one."""
        sent = dict(headers or {})
        if token is not None:
            sent.setdefault("Authorization", f"Bearer {token or self.token}")
        data = body if body is not None else b"" if said is None else json.dumps(said).encode()
        if data:
            sent["Content-Type"] = content_type
        return self.world.lane.knock(
            method, ADMINISTRATION_PATH + path, data, query=query, headers=sent
        )

    def get(self, path: str, **stated: Any) -> Any:
        """What a GET shows."""
        answer = self.call("GET", path, **stated)
        assert answer.status == 200, answer.body
        return answer.json

    def tag(self, path: str) -> str:
        """The ETag of what is there."""
        answer = self.call("GET", path)
        assert answer.status == 200, answer.body
        return answer.headers["etag"]

    def made(self, path: str, said: Any, **stated: Any) -> Any:
        """What a POST that creates answers."""
        answer = self.call("POST", path, said, **stated)
        assert answer.status == 201, answer.body
        return answer.json

    def person(self, role: Role | None) -> Person:
        """A user with a role, or with none."""
        name = f"the-{role or 'nobody'}"
        person = self.world.user(name)
        self.give(person, role)
        return person

    def give(self, person: Person, role: Role | None) -> None:
        """Make it the user's only role."""
        with self.container.database.writing() as stores:
            user = stores.users.get(person.subject)
            assert user is not None
            others = frozenset() if role in {None, Role.OWNER} else frozenset({role})
            is_owner = role is Role.OWNER
            stores.users.save(replace(user, is_administrator=is_owner, roles=others))

    def user_token(self, person: Person) -> str:
        """The token of an app that a user has allowed everything."""
        site = Site(ADMINISTRATION, self.identifier, "")
        url = "https://console.example.test/callback"
        scopes = ("openid", *sorted(PERMISSIONS))
        app = add_app(self.container, site, "console-app", url, scopes=scopes)
        browser = self.world.browser()
        self.world.authorize(browser, app, scope=" ".join(scopes), resource=self.identifier)
        page = finish(browser, person)
        answer = self.world.redeem(app, page.answer["code"])
        assert answer.status == 200, answer.body
        return str(answer.json["access_token"])


def pointers(answer: Answer) -> list[str]:
    """Where a refusal found mistakes in the body."""
    assert answer.headers["content-type"] == "application/problem+json", answer.body
    return [each["pointer"] for each in answer.json["errors"]]


def problem(answer: Answer) -> tuple[int, str]:
    """Status and kind of a refusal."""
    document = answer.json
    assert answer.headers["content-type"] == "application/problem+json", answer.body
    assert document["status"] == answer.status
    assert document["request_id"] == answer.headers["x-request-id"]
    return answer.status, document["type"].removeprefix("/problems#")
