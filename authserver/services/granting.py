"""Making grants, and the codes that stand for them until they are redeemed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.access_details import stated
from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.codes import CODE_PREFIX, CODE_PURPOSE, CODE_SECONDS, AuthorizationCode
from authserver.domain.device_authorizations import DEVICE_SECONDS
from authserver.domain.errors import Conflict
from authserver.domain.grants import Grant, GrantOrigin
from authserver.domain.scopes import format_scope
from authserver.domain.tokens import ACCESS_TOKEN_SECONDS_MAX
from authserver.services.refresh_rules import OFFLINE_ACCESS, may_refresh
from authserver.services.role_scopes import beyond_roles
from authserver.services.scope_ceilings import ceiling_of, within

if TYPE_CHECKING:
    from authserver.domain.access_details import AccessDetail
    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.ports import SecretDigester, SecretMaker, Stores
    from authserver.domain.requested_claims import RequestedClaims
    from authserver.domain.sessions import Session
    from authserver.services.refresh_rules import RefreshTimes


class Granting:
    """Writes down what a user allowed, inside the transaction of whoever asked the user."""

    def __init__(
        self,
        *,
        digester: SecretDigester,
        secret_maker: SecretMaker,
        refresh_times: RefreshTimes,
    ) -> None:
        """`refresh_times` are the server's own; clients may have others."""
        self._digester = digester
        self._secret_maker = secret_maker
        self._refresh_times = refresh_times

    def grant(
        self,
        stores: Stores,
        *,
        client: Client,
        subject: str,
        audience: str,
        resource: str,
        scopes: frozenset[str],
        origin: GrantOrigin,
        session: Session | None,
        nonce: str,
        claims: RequestedClaims,
        call: Call,
        details: tuple[AccessDetail, ...] | None = None,
    ) -> Grant:
        """A new grant, stored and recorded: within what the user's groups and roles give.

        `session` is the one in which the user allowed it: a code's grant belongs to it, and is
        bound to it without `offline_access`. A device has none; there it only tells how the user
        had signed in. Without a session the user counts as signed in now.

        Raises:
            Conflict: the user's credentials rest.
        """
        user = stores.users.get(subject)
        if user is not None and not user.has_credentials:
            raise Conflict("the credentials of the user rest")
        scopes = within(ceiling_of(stores, subject), scopes)
        scopes -= beyond_roles(stores, subject, scopes)
        took_part = session if origin is GrantOrigin.CODE else None
        session_bound = took_part is not None and OFFLINE_ACCESS not in scopes
        grant = Grant(
            grant_id=self._secret_maker.identifier(),
            client_id=client.client_id,
            subject=subject,
            audience=audience,
            resource=resource,
            scopes=scopes,
            origin=origin,
            session_id="" if took_part is None else took_part.session_id,
            session_bound=session_bound,
            nonce=nonce,
            auth_time=call.at if session is None else session.auth_time,
            acr="" if session is None else session.acr,
            amr=() if session is None else session.amr,
            claims=claims,
            details=details,
            created_at=call.at,
            expires_at=self._end(client, scopes, took_part, call.at, session_bound=session_bound),
        )
        stores.grants.add(grant)
        stores.audit.add(_created(grant, call))
        return grant

    def code(
        self, stores: Stores, grant: Grant, *, redirect_uri: str, code_challenge: str, now: float
    ) -> str:
        """The value of a new code for `grant`, of which the digest is stored.

        `code_challenge` is S256, empty for a client that is exempt from PKCE and sent none.
        """
        value = self._secret_maker.secret(CODE_PREFIX)
        pepper_id = self._digester.current_pepper
        stores.grants.add_code(
            AuthorizationCode(
                digest=self._digester.digest(CODE_PURPOSE, value, pepper_id),
                pepper_id=pepper_id,
                grant_id=grant.grant_id,
                client_id=grant.client_id,
                redirect_uri=redirect_uri,
                code_challenge=code_challenge,
                issued_at=now,
                expires_at=now + CODE_SECONDS,
            )
        )
        return value

    def _end(
        self,
        client: Client,
        scopes: frozenset[str],
        session: Session | None,
        now: float,
        *,
        session_bound: bool,
    ) -> float:
        if may_refresh(client, scopes, session_bound=session_bound):
            return now + self._refresh_times.of(client).absolute_seconds
        # Until the one access token is over, and as long as the client counts as a part of the
        # session: it may want to hear of the logout.
        redeemed_by = now + max(CODE_SECONDS, DEVICE_SECONDS)
        over = redeemed_by + min(client.access_token_seconds, ACCESS_TOKEN_SECONDS_MAX)
        return over if session is None else max(over, session.expires_at)


def _created(grant: Grant, call: Call) -> AuditEvent:
    return AuditEvent(
        at=call.at,
        action="grant.created",
        outcome=Outcome.SUCCESS,
        actor=Actor(ActorKind.USER, grant.subject),
        object_kind="grant",
        object_id=grant.grant_id,
        client_id=grant.client_id,
        resource=grant.audience,
        request_id=call.request_id,
        peer=call.peer,
        details={
            "origin": str(grant.origin),
            "scope": format_scope(grant.scopes),
            "session_bound": grant.session_bound,
            **({} if grant.details is None else {"limits": stated(grant.details)}),
            "expires_at": grant.expires_at,
        },
    )
