"""Refreshing: families of refresh tokens that rotate, and what is done about thieves."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from authserver.domain.clients import GrantType
from authserver.domain.errors import InvalidField, ProtocolRefusal, StorageUnavailable
from authserver.domain.grants import GrantEnd
from authserver.domain.refresh_tokens import GRACE_SECONDS, GRACE_USES_MAX, REFRESH_PURPOSE
from authserver.domain.scope_reach import beyond
from authserver.domain.scopes import parse_scope
from authserver.services.grant_presentations import Presentation, Verdict, invalid_grant
from authserver.services.grant_standing import why_not
from authserver.services.living import Living
from authserver.services.secret_digests import digests_of
from authserver.services.security_notices import SILENT, SecurityNotices

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.grants import Grant
    from authserver.domain.key_ports import SuccessorSealer
    from authserver.domain.people_ports import Digests
    from authserver.domain.ports import Database, SecretDigester, Stores
    from authserver.domain.refresh_tokens import RefreshToken
    from authserver.domain.users import User
    from authserver.services.grant_presentations import GrantPresentations
    from authserver.services.user_tokens import PreparedTokens, UserTokens

REFRESH_REUSED: Final = "refresh.reused"
ASLEEP: Final = (
    "the user has not signed in for long and must sign in here again; this token works after that"
)
"""Only who presents a good token of its own hears it: it is the one cause that passes."""


@dataclass(frozen=True, slots=True)
class PresentedRefreshToken:
    """A refresh token with what may come with it; `scope` is `None` where it is absent.

    `resources` are the values of the `resource` parameter, `details` that of
    `authorization_details`.
    """

    value: str = field(repr=False)
    scope: str | None = None
    resources: Sequence[str] = ()
    details: str | None = None


class Refreshing:
    """Exchanges refresh tokens for new tokens (RFC 6749 section 6, RFC 9700 section 4.14.2).

    The first use of a token makes its successor, and stores it sealed under the token itself. Who
    presents the same token shortly after, because its answer was lost or its workers race, gets the
    same successor; the database never holds anything that can be used. Later, or when the successor
    has been used, the token must be a stolen one, or its thief was faster: the grant ends.
    """

    def __init__(
        self,
        *,
        database: Database,
        digester: SecretDigester,
        sealer: SuccessorSealer,
        tokens: UserTokens,
        presentations: GrantPresentations,
        notices: SecurityNotices = SILENT,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._digester = digester
        self._sealer = sealer
        self._tokens = tokens
        self._presentations = presentations
        self._notices = notices

    def refresh(
        self, client: Client, presented: PresentedRefreshToken, call: Call
    ) -> PreparedTokens:
        """New tokens for the authenticated client, on record before this returns.

        Raises:
            ProtocolRefusal: `unauthorized_client`, `invalid_grant`, `invalid_scope`,
                `invalid_target` or `invalid_authorization_details`.
            Throttled: a public client fails too often.
            StorageUnavailable: nothing was changed, the token is as good as before; or the commit
                failed, and presenting it again gives what it would have given.
        """
        presentation = Presentation(client, GrantType.REFRESH_TOKEN, call)
        self._presentations.admit(presentation)
        digests = digests_of(self._digester, REFRESH_PURPOSE, presented.value)
        prepared, owner = self._prepared(client, presented, digests, call)

        def judge(stores: Stores) -> Verdict:
            verdict = self._judge(stores, presentation, presented.value, digests, prepared)
            if verdict.action == REFRESH_REUSED and owner is not None:
                self._notices.refresh_reused_in(stores, owner, client, call)
            return verdict

        return self._presentations.settle(presentation, judge)

    def _prepared(
        self, client: Client, presented: PresentedRefreshToken, digests: Digests, call: Call
    ) -> tuple[PreparedTokens | ProtocolRefusal, User | None]:
        """What the token is worth, should nothing turn out to be wrong with its family.

        With it comes its owner, where the token was used before: who has locked the grant may not
        look the owner up any more.
        """
        owner = None
        with self._database.reading() as stores:
            token = stores.grants.find_refresh_token(digests)
            grant = None if token is None else stores.grants.get(token.grant_id)
            if token is None or grant is None:
                return invalid_grant("no such refresh token"), None
            if grant.client_id != client.client_id:
                return invalid_grant("another client's refresh token"), None
            problem = _refusal(stores, grant, client, call.at)
            if token.superseded_at is not None:
                owner = stores.users.get(grant.subject)
        if problem is not None:
            return problem, owner
        return self._made(client, grant, presented, call), owner

    def _made(
        self, client: Client, grant: Grant, presented: PresentedRefreshToken, call: Call
    ) -> PreparedTokens | ProtocolRefusal:
        try:
            prepared = self._tokens.prepare(
                client,
                grant,
                scopes=_narrowed(presented.scope, grant),
                resources=presented.resources,
                details=presented.details,
                nonce="",
                call=call,
            )
        except ProtocolRefusal as refusal:
            return refusal
        if not prepared.refresh_token:
            return invalid_grant("the client may not have refresh tokens like this one any more")
        return prepared

    def _judge(
        self,
        stores: Stores,
        presentation: Presentation,
        value: str,
        digests: Digests,
        prepared: PreparedTokens | ProtocolRefusal,
    ) -> Verdict:
        """Decide under the locks of the token and of its grant, which are taken in this order."""
        call = presentation.call
        token = stores.grants.find_refresh_token(digests)
        grant = None if token is None else stores.grants.get(token.grant_id)
        if token is None or grant is None:
            return Verdict(refusal=invalid_grant("no such refresh token"))
        problem = ""
        if grant.client_id != presentation.client.client_id:
            problem = "another client's refresh token"
        elif not grant.is_live(call.at):
            problem = "the grant is over"
        elif token.superseded_at is None and call.at >= token.expires_at:
            problem = "not used for too long"
        if problem:
            return Verdict(refusal=invalid_grant(problem), grant_id=token.grant_id)
        if token.superseded_at is not None:
            return self._again(stores, presentation, value, token, prepared)
        if isinstance(prepared, ProtocolRefusal):
            return Verdict(refusal=prepared, grant_id=token.grant_id)
        return self._rotate(stores, presentation, value, token, prepared)

    def _rotate(
        self,
        stores: Stores,
        presentation: Presentation,
        value: str,
        token: RefreshToken,
        prepared: PreparedTokens,
    ) -> Verdict:
        call, generation = presentation.call, token.generation + 1
        sealed = self._sealer.seal(prepared.refresh_token, under=value, context=token.grant_id)
        if not stores.grants.supersede(token, at=call.at, sealed_successor=sealed):
            raise StorageUnavailable("a refresh token was superseded under its lock")
        self._tokens.add_refresh_token(stores, prepared, generation, call)
        self._tokens.record(
            stores, prepared, presentation.grant_type, call, {"generation": generation}
        )
        return Verdict(tokens=prepared)

    def _again(
        self,
        stores: Stores,
        presentation: Presentation,
        value: str,
        token: RefreshToken,
        prepared: PreparedTokens | ProtocolRefusal,
    ) -> Verdict:
        call = presentation.call
        successor = self._successor(stores, token, value, call.at)
        if successor is None or stores.grants.count_grace_use(token) > GRACE_USES_MAX:
            return self._presentations.reused(
                stores, presentation, token.grant_id, GrantEnd.REFRESH_REUSED, REFRESH_REUSED
            )
        if isinstance(prepared, ProtocolRefusal):
            return Verdict(refusal=prepared, grant_id=token.grant_id)
        tokens = replace(prepared, refresh_token=successor)
        details = {"generation": token.generation + 1, "again": True}
        self._tokens.record(stores, tokens, presentation.grant_type, call, details)
        return Verdict(tokens=tokens)

    def _successor(self, stores: Stores, token: RefreshToken, value: str, now: float) -> str | None:
        """The successor that the token still yields; `None` when its time is over."""
        if token.superseded_at is None or now - token.superseded_at > GRACE_SECONDS:
            return None
        successor = self._sealer.open(token.sealed_successor, under=value, context=token.grant_id)
        leaf = stores.grants.leaf(token.grant_id)
        if successor is None or leaf is None:
            return None
        digest = self._digester.digest(REFRESH_PURPOSE, successor, leaf.pepper_id)
        return successor if hmac.compare_digest(digest, leaf.digest) else None


def _refusal(stores: Stores, grant: Grant, client: Client, now: float) -> ProtocolRefusal | None:
    """Why no token may descend from the grant now; `None` when one may."""
    problem = why_not(stores, grant, client, now)
    if problem:
        return invalid_grant(problem)
    if Living.is_asleep(stores, grant.subject):
        return ProtocolRefusal("invalid_grant", ASLEEP, detail="the user's identities sleep")
    return None


def _narrowed(scope: str | None, grant: Grant) -> frozenset[str]:
    """The scopes asked for; never more than the user allowed, whatever came before (section 6)."""
    if scope is None:
        return grant.scopes
    try:
        requested = parse_scope(scope)
    except InvalidField as error:
        raise ProtocolRefusal("invalid_scope", f"scope: {error.allowed}") from None
    if beyond(requested, grant.scopes):
        raise ProtocolRefusal("invalid_scope", "scope: only what the user allowed, or less of it")
    return requested
