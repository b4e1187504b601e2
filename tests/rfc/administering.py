"""People with roles, and tokens for the administration, in a whole installation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind
from authserver.domain.roles import PERMISSIONS, ROLES_WRITE, Role
from authserver.services.administration import Act
from authserver.services.user_roles import with_roles
from tests.rfc.granted import Granter, add_person

if TYPE_CHECKING:
    from authserver.domain.users import User
    from authserver.services.admin_callers import AdminCaller
    from authserver.services.introspection import UnfitToken
    from tests.people.cast import Person
    from tests.rfc.granted import Granted
    from tests.rfc.installations import Installation

BOUND: Final = Act(
    Actor(ActorKind.ADMINISTRATOR, "user:helper"), "r-bound", powers=PERMISSIONS - {ROLES_WRITE}
)
"""Everything but who administers."""
FREE: Final = replace(BOUND, powers=PERMISSIONS)


def person_with(installation: Installation, username: str, *roles: Role) -> Person:
    """A user who has these roles by hand."""
    person = add_person(installation, username)
    give(installation, person, *roles)
    return person


def give(installation: Installation, person: Person, *roles: Role) -> None:
    """Let these be the roles by hand."""
    with installation.container.database.writing() as stores:
        user = stores.users.get(person.subject)
        assert user is not None
        stores.users.save(with_roles(user, frozenset(roles)))


def user_of(installation: Installation, person: Person) -> User:
    """The user as stored."""
    return installation.container.users.get(person.subject).user


def allowed(installation: Installation, person: Person, *scopes: str) -> Granted:
    """What `person` allowed an app at the administration."""
    site = installation.administration()
    granter = Granter(installation, person)
    app = granter.app(site, "admin-app", scopes=(*scopes, "openid"))
    return granter.allow(app, scopes=frozenset(scopes), site=site)


def caller_of(installation: Installation, token_value: str) -> AdminCaller | UnfitToken:
    """Who the first worker says brings the token now."""
    installation.poll()
    container = installation.container
    return container.admin_callers.of_token(token_value, BOUND.call(installation.clock.now()))
