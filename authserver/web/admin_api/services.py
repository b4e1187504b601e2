"""The services behind the administration API, by the names that the container gives them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.ports import Clock
    from authserver.services.client_lists import ClientLists
    from authserver.services.clients import Clients
    from authserver.services.connect_keys import ConnectKeys
    from authserver.services.gateways import Gateways
    from authserver.services.grants import Grants
    from authserver.services.groups import Groups
    from authserver.services.hand_overs import HandOvers
    from authserver.services.identities import Identities
    from authserver.services.initial_access_tokens import InitialAccessTokens
    from authserver.services.listing import Listing
    from authserver.services.resources import Resources
    from authserver.services.sessions import Sessions
    from authserver.services.signing_keys import SigningKeys
    from authserver.services.subject_accounts import SubjectAccounts
    from authserver.services.user_credentials import UserCredentials
    from authserver.services.user_stops import UserStops
    from authserver.services.users import Users


class AdminServices(Protocol):
    """Everything that handlers use. Each is made when the first call needs it."""

    @property
    def clock(self) -> Clock:
        """Time."""
        ...

    @property
    def clients(self) -> Clients:
        """Client administration."""
        ...

    @property
    def client_lists(self) -> ClientLists:
        """Clients, page by page."""
        ...

    @property
    def resources(self) -> Resources:
        """Resource administration."""
        ...

    @property
    def hand_overs(self) -> HandOvers:
        """How calls are handed over to sites."""
        ...

    @property
    def subject_accounts(self) -> SubjectAccounts:
        """Accounts of sites that stand for subjects."""
        ...

    @property
    def gateways(self) -> Gateways:
        """Gateway administration."""
        ...

    @property
    def connect_keys(self) -> ConnectKeys:
        """Keys of Connect apps."""
        ...

    @property
    def initial_access_tokens(self) -> InitialAccessTokens:
        """Permissions to register clients."""
        ...

    @property
    def signing_keys(self) -> SigningKeys:
        """The life of signing keys."""
        ...

    @property
    def listing(self) -> Listing:
        """Long lists, page by page."""
        ...

    @property
    def users(self) -> Users:
        """Users."""
        ...

    @property
    def user_credentials(self) -> UserCredentials:
        """What speaks for a user."""
        ...

    @property
    def user_stops(self) -> UserStops:
        """Everything of a user at once."""
        ...

    @property
    def groups(self) -> Groups:
        """Local groups."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Who is signed in."""
        ...

    @property
    def grants(self) -> Grants:
        """What users allowed to apps."""
        ...

    @property
    def identities(self) -> Identities:
        """Who users are at providers."""
        ...

    @property
    def shown_settings(self) -> Mapping[str, object]:
        """Every setting by its name; none holds a secret."""
        ...
