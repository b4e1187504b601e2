"""Who calls the administration, and with which permissions: by access token, or at the console.

Both doors get an `AdminCaller`, and its `act` carries the permissions into the services, where
whatever touches those who administer asks for them again (`Act.need`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind
from authserver.domain.grants import GrantOrigin
from authserver.domain.resources import ADMINISTRATION, ResourceStatus
from authserver.domain.roles import PERMISSIONS, permissions_of
from authserver.services.administration import Act
from authserver.services.administrators import roles_of
from authserver.services.introspection import TokenProblem, UnfitToken

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.ports import Database, Stores
    from authserver.domain.roles import Role
    from authserver.domain.tokens import AccessToken
    from authserver.domain.users import User
    from authserver.services.directory import Directory
    from authserver.services.introspection import Introspection

REST: Final = "rest"
CONSOLE: Final = "console"


@dataclass(frozen=True, slots=True)
class AdminCaller:
    """Somebody at a door of the administration, at one moment: never kept from call to call.

    `subject` is a user's or a client's; `powers` are the permissions that count now, perhaps none.
    `roles` and `username` are empty for a client that acts for itself. `via` is the door
    (`REST`, `CONSOLE`), and `via_client` the client whose token speaks for a user.
    """

    actor: Actor
    subject: str
    powers: frozenset[str]
    via: str
    roles: frozenset[Role] = frozenset()
    username: str = ""
    via_client: str = ""

    def may(self, permission: str) -> bool:
        """Whether the caller has a permission (`domain.roles`)."""
        return permission in self.powers

    def act(self, call: Call) -> Act:
        """The act of this caller in `call`, with the caller's permissions and no others."""
        return Act(
            self.actor,
            request_id=call.request_id,
            peer=call.peer,
            powers=self.powers,
            via=self.via,
            via_client=self.via_client,
        )


class AdminCallers:
    """Finds out who calls. Roles are read from the database at each call, never remembered."""

    def __init__(
        self, *, database: Database, directory: Directory, introspection: Introspection
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._directory = directory
        self._introspection = introspection

    def of_token(self, token_value: str, call: Call) -> AdminCaller | UnfitToken:
        """Whose access token it is and what it lets them do, or why it is not good here.

        Only our own access tokens for the administration API count, and of those for users only
        what came by an authorization code: nobody administers by an exchanged token, or on a device
        that somebody else may hold. A client has its token's scopes as far as it is registered for
        them now; a user those of them that the user's roles give now, which may be none.

        Raises:
            StorageUnavailable: nobody can be sure now.
        """
        verdict = self._introspection.judge_anywhere(token_value, call.at)
        if isinstance(verdict, UnfitToken):
            return verdict
        problem = self._misfit(verdict)
        if problem is not None:
            return UnfitToken(problem, verdict)
        client = self._directory.clients.get(verdict.client_id)
        if client is None:
            return UnfitToken(TokenProblem.CLIENT_MAY_NOT, verdict)
        powers = verdict.scopes & client.scopes & PERMISSIONS
        if verdict.subject == client.subject:
            actor = Actor(ActorKind.CLIENT, client.client_id)
            return AdminCaller(actor, client.subject, powers, REST)
        with self._database.reading() as stores:
            return _user_with(stores, verdict, powers, call.at)

    def of_user(self, user: User) -> AdminCaller | None:
        """Somebody who is signed in at the console; `None` when the user has no role now.

        Raises:
            StorageUnavailable: the database does not answer.
        """
        with self._database.reading() as stores:
            known = stores.users.get(user.subject)
            roles = frozenset() if known is None else roles_of(stores, known)
        if known is None or not roles:
            return None
        return _caller(known, roles, permissions_of(roles), CONSOLE)

    def _misfit(self, token: AccessToken) -> TokenProblem | None:
        resource = self._directory.resources.get(ADMINISTRATION)
        if resource is None or resource.is_site or token.audience != resource.identifier:
            return TokenProblem.OTHER_RESOURCE
        if resource.status is not ResourceStatus.ENABLED:
            return TokenProblem.RESOURCE_STOPPED
        # What details limit are operations of sites: they leave nothing here.
        return None if token.details is None else TokenProblem.NOTHING_LEFT


def _user_with(
    stores: Stores, token: AccessToken, scopes: frozenset[str], now: float
) -> AdminCaller | UnfitToken:
    user = stores.users.get(token.subject)
    if user is None or not user.has_credentials:
        return UnfitToken(TokenProblem.OWNER_MAY_NOT, token)
    grant = stores.grants.get(token.grant_id)
    if grant is None or not grant.is_live(now):
        return UnfitToken(TokenProblem.REVOKED, token)
    if grant.origin is not GrantOrigin.CODE or grant.subject != token.subject:
        return UnfitToken(TokenProblem.CAME_ANOTHER_WAY, token)
    roles = roles_of(stores, user)
    return _caller(user, roles, scopes & permissions_of(roles), REST, token.client_id)


def _caller(
    user: User, roles: frozenset[Role], powers: frozenset[str], via: str, via_client: str = ""
) -> AdminCaller:
    return AdminCaller(
        Actor(ActorKind.ADMINISTRATOR, user.subject),
        user.subject,
        powers,
        via,
        roles=roles,
        username=user.username,
        via_client=via_client,
    )
