"""An installation in which some administer and others do not, and every deed about a user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.roles import Area, Role, to_read, to_write
from authserver.domain.sessions import PASSWORD_ACR, PASSWORD_AMR
from authserver.services.api_token_drafts import ApiTokenDraft, Delivery, Maker
from authserver.services.user_rules import PersonalUpdate
from authserver.services.users import UserUpdate
from tests.rfc.administering import BOUND, FREE, person_with
from tests.rfc.api_tokens import put_token
from tests.services.grouped import identity_of
from tests.storage.provider_examples import provider

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from authserver.services.administration import Act
    from tests.people.cast import Person
    from tests.rfc.installations import Installation

    Deed = Callable[[Act], object]

READ, WRITE = to_read(Area.CLIENTS), to_write(Area.CLIENTS)
POLICY = '[access]\nreason = "known people only"\ngroups = ["trusted"]\n'


class Cast:
    """One of each: `boss` administers, `ada` does not, and the same of clients and providers."""

    def __init__(self, installation: Installation) -> None:
        self.installation = installation
        self.container = container = installation.container
        self.boss = person_with(installation, "boss", Role.OWNER)
        self.ada = person_with(installation, "ada")
        site = installation.site("jira")
        installation.caller("admin-bot", installation.administration(), READ)
        installation.caller("site-bot", site, "READ")
        for name in ("trusted", "other"):
            container.groups.create(name, "", FREE)
        container.policies.apply("default", POLICY, FREE)
        with container.database.writing() as stores:
            for each, person in (("corp", self.boss), ("shop", self.ada)):
                stores.providers.add(provider(each))
                stores.identities.add(identity_of(person.subject, each))
        for person, token in ((self.boss, "boss-token"), (self.ada, "ada-token")):
            put_token(installation, person, site, token)
        self.sessions = {each: self.session(each) for each in (self.boss, self.ada)}

    def session(self, person: Person) -> str:
        container = self.container
        with container.database.writing() as stores:
            user = stores.users.get(person.subject)
            assert user is not None
            started = container.sessions.begin(
                stores,
                user,
                acr=PASSWORD_ACR,
                amr=PASSWORD_AMR,
                previous=None,
                call=BOUND.call(self.installation.clock.now()),
                user_agent="",
            )
        return started.session.session_id

    def written(self) -> Any:
        """All that deeds could have changed, as far as records tell."""
        with self.container.database.reading() as stores:
            return (stores.authority.position().seq, len(self.installation.records()))


def on_people(cast: Cast, person: Person) -> Mapping[str, Deed]:
    """Every deed about one user, but its end."""
    container, name = cast.container, person.username
    users, token = container.users, f"{name}-token"
    draft = ApiTokenDraft(name, "export", ("READ",), ("jira",))
    maker, link = Maker("user:helper"), Delivery.LINK
    key = f"key-of-{person.subject}"
    provider_name = "corp" if name == "boss" else "shop"
    personal = UserUpdate(personal=PersonalUpdate(email="x@example.org"))
    return {
        "update": lambda act: users.update(name, personal, act),
        "join": lambda act: container.groups.add("other", name, act),
        "disable": lambda act: users.disable(name, act),
        "enable": lambda act: users.enable(name, act),
        "reset password": lambda act: users.reset_password(name, act),
        "rest": lambda act: container.user_credentials.disable(name, act),
        "work": lambda act: container.user_credentials.enable(name, act),
        "end sessions": lambda act: container.sessions.end_all(person.subject, act=act),
        "end grants": lambda act: container.grants.end(
            GrantFilter(subject=person.subject), GrantEnd.REVOKED_BY_ADMINISTRATOR, act
        ),
        "forget consent": lambda act: container.consents.revoke(
            person.subject, "admin-app", cast.installation.administration().identifier, act
        ),
        "make token": lambda act: container.api_tokens.create(draft, act, maker, delivery=link),
        "stop token": lambda act: container.api_token_power.disable(token, act),
        "start token": lambda act: container.api_token_power.enable(token, act),
        "rotate token": lambda act: container.api_tokens.rotate(
            token, act, maker, overlap_seconds=0, delivery=link
        ),
        "unlink": lambda act: container.identities.unlink(provider_name, key, act),
        "delete": lambda act: users.delete(name, act),
    }


ALLOWED_ON_ALL = frozenset({"stop token"})
"""Stopping what leaked waits for nobody."""
