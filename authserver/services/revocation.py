"""Taking tokens back, so that nobody accepts them once it has been answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.authority import Change, ChangeKind
from authserver.domain.tokens import CLOCK_SKEW_SECONDS

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.ports import Database, TokenReader
    from authserver.services.authority import AuthorityView
    from authserver.services.commit_barrier import CommitBarrier
    from authserver.services.refresh_revocation import RefreshTokenRevocation


class Revocation:
    """Revokes tokens at a client's request (RFC 7009)."""

    def __init__(
        self,
        *,
        database: Database,
        view: AuthorityView,
        tokens: TokenReader,
        refresh_tokens: RefreshTokenRevocation,
        barrier: CommitBarrier,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._refresh_tokens = refresh_tokens
        self._view = view
        self._tokens = tokens
        self._barrier = barrier

    def revoke_token(self, client: Client, token_value: str, call: Call) -> bool:
        """Revoke an access or refresh token of this client; whether there was anything to revoke.

        A refresh token takes its grant along, an access token nothing else.

        What is unknown, expired or another client's is left alone: the caller answers all of them
        alike. So is what is revoked already, but for the wait. When this returns, no worker accepts
        the token any more.

        Raises:
            StorageUnavailable: nothing was revoked.
        """
        if self._refresh_tokens.is_about(token_value):
            return self._refresh_tokens.revoke(client, token_value, call)
        token = self._tokens.read(token_value)
        if token is None:
            # Its key may be younger than this worker's keyring.
            self._view.poll()
            token = self._tokens.read(token_value)
        if token is None or token.client_id != client.client_id:
            return False
        # Longer than the token lives by this clock: another node's may be behind.
        needed_until = float(token.expires_at + CLOCK_SKEW_SECONDS)
        if call.at >= needed_until:
            return False
        if self._view.is_denied(token):
            # Somebody may be at it this moment: other workers need not have heard of it yet.
            with self._barrier.passing():
                return False
        with self._barrier.passing(), self._database.writing() as stores:
            stores.authority.advance([Change(ChangeKind.TOKEN, token.token_id, needed_until)])
            stores.audit.add(
                AuditEvent(
                    at=call.at,
                    action="token.revoked",
                    outcome=Outcome.SUCCESS,
                    actor=Actor(ActorKind.CLIENT, client.client_id),
                    object_kind="token",
                    object_id=token.token_id,
                    client_id=client.client_id,
                    resource=token.audience,
                    token_id=token.token_id,
                    request_id=call.request_id,
                    peer=call.peer,
                )
            )
        return True
