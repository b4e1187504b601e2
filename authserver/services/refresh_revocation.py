"""Taking refresh tokens back: with one its grant ends, and every access token of that grant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.audit import Actor, ActorKind
from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.refresh_tokens import REFRESH_PREFIX, REFRESH_PURPOSE
from authserver.services.secret_digests import digests_of

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.grants import Grant
    from authserver.domain.people_ports import Digests
    from authserver.domain.ports import Database, SecretDigester, SecretMaker, Stores
    from authserver.services.commit_barrier import CommitBarrier
    from authserver.services.grants import Grants


class RefreshTokenRevocation:
    """Ends grants at the request of clients that hold one of their refresh tokens."""

    def __init__(
        self,
        *,
        database: Database,
        digester: SecretDigester,
        secret_maker: SecretMaker,
        grants: Grants,
        barrier: CommitBarrier,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._digester = digester
        self._secret_maker = secret_maker
        self._grants = grants
        self._barrier = barrier

    def is_about(self, value: str) -> bool:
        """Whether `value` has the form of a refresh token, known or not."""
        return self._secret_maker.looks_like(REFRESH_PREFIX, value)

    def revoke(self, client: Client, value: str, call: Call) -> bool:
        """End the grant of a refresh token of this client; whether it was live.

        Superseded members of the family count as well: the client may have lost a race against its
        own refresh. When this returns, no worker accepts a token of the grant any more.

        Raises:
            StorageUnavailable: nothing was revoked; or the commit failed, and the client's next
                attempt will tell.
        """
        digests = digests_of(self._digester, REFRESH_PURPOSE, value)
        with self._database.reading() as stores:
            grant = _grant_of(stores, digests)
        if grant is None or grant.client_id != client.client_id:
            return False
        # Also when it has ended: other workers need not have heard of it yet.
        with self._barrier.passing(), self._database.writing() as stores:
            ended = self._grants.end_in(
                stores,
                GrantFilter(grant_id=grant.grant_id),
                GrantEnd.REVOKED_BY_CLIENT,
                actor=Actor(ActorKind.CLIENT, client.client_id),
                call=call,
                now=call.at,
            )
        return bool(ended)


def _grant_of(stores: Stores, digests: Digests) -> Grant | None:
    token = stores.grants.find_refresh_token(digests)
    return None if token is None else stores.grants.get(token.grant_id)
