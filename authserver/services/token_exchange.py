"""Tokens of identity providers exchanged for ours (RFC 8693): for users, and one site each."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

from authserver.domain.clients import GrantType
from authserver.domain.errors import ProtocolRefusal
from authserver.domain.external_tokens import ExternalProblem
from authserver.domain.grants import Grant, GrantOrigin
from authserver.domain.requested_claims import RequestedClaims
from authserver.domain.scope_reach import common
from authserver.domain.scopes import USER_SCOPES
from authserver.domain.upstream_ports import ForeignTokenRefused
from authserver.services.exchange_records import REFUSED, about, exchanged
from authserver.services.exchange_standing import why_not
from authserver.services.external_reading import ExternalTokenRefused
from authserver.services.external_tokens import mention_of
from authserver.services.grant_presentations import Presentation, Verdict
from authserver.services.role_scopes import refuse_administration
from authserver.services.scope_ceilings import ceiling_of, within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.external_tokens import ExternalToken
    from authserver.domain.ports import Database, SecretMaker, Stores
    from authserver.domain.users import User
    from authserver.services.audiences import Aim, Audiences
    from authserver.services.external_speakers import Speaker
    from authserver.services.grant_presentations import GrantPresentations
    from authserver.services.user_tokens import PreparedTokens, UserTokens

NO_USE: Final = "subject_token: not one that counts here, now, for this"
"""One text for every cause: whoever holds a token learns nothing of users from it."""
NOTHING_LEFT: Final = (
    "none of the scopes asked for is within the token's, this client's and the user's"
)


@dataclass(frozen=True, slots=True)
class PresentedSubjectToken:
    """A provider's token, the `scope` parameter as sent, and every `resource` and `audience`."""

    value: str = field(repr=False)
    scope: str | None = None
    resources: Sequence[str] = ()


class ExternalSubjects(Protocol):
    """Verifies what providers signed, and says for whom it speaks."""

    def speaker(self, token_value: str, now: float) -> tuple[ExternalToken, Speaker]:
        """The token and its speaker. Raises ForeignTokenRefused, StorageUnavailable."""
        ...


class _Subject(NamedTuple):
    """A token that may be exchanged: the user it speaks for, and our scopes within it."""

    token: ExternalToken
    user: User
    scopes: frozenset[str]


class TokenExchange:
    """Issues access tokens that last no longer, and reach no further, than what is presented.

    Each exchange is a grant of its own, which can be listed and ended like others; it has no
    refresh token. The user is not asked: whom a provider lets act for its people at us is for
    administrators to say, by the clients that they name.
    """

    def __init__(
        self,
        *,
        database: Database,
        external: ExternalSubjects,
        audiences: Audiences,
        tokens: UserTokens,
        presentations: GrantPresentations,
        secret_maker: SecretMaker,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._external = external
        self._audiences = audiences
        self._tokens = tokens
        self._presentations = presentations
        self._secret_maker = secret_maker

    def exchange(
        self, client: Client, presented: PresentedSubjectToken, call: Call
    ) -> PreparedTokens:
        """An access token for the authenticated client, on record before this returns.

        Raises:
            ProtocolRefusal: `unauthorized_client`; `invalid_request` for a token that does not
                count (RFC 8693 section 2.2.2); `invalid_target` or `invalid_scope`. Recorded.
            StorageUnavailable: nothing was issued; or the commit failed, and nobody was told.
        """
        presentation = Presentation(client, GrantType.TOKEN_EXCHANGE, call)
        if GrantType.TOKEN_EXCHANGE not in client.grant_types or not client.is_confidential:
            refusal = ProtocolRefusal(
                "unauthorized_client", f"this client may not use {GrantType.TOKEN_EXCHANGE}"
            )
            return self._refuse(presentation, refusal)
        try:
            subject = self._subject(presented.value, call.at)
        except ForeignTokenRefused as error:
            return self._refuse(presentation, _refusal(error), about(error))
        try:
            prepared = self._prepared(client, subject, presented, call)
        except ProtocolRefusal as refusal:
            return self._refuse(presentation, refusal, about(subject.token))
        return self._presentations.settle(
            presentation, lambda stores: self._store(stores, presentation, subject, prepared)
        )

    def _refuse(
        self,
        presentation: Presentation,
        refusal: ProtocolRefusal,
        details: dict[str, object] | None = None,
    ) -> PreparedTokens:
        verdict = Verdict(refusal=refusal, action=REFUSED, details=details or {})
        return self._presentations.settle(presentation, lambda _: verdict)

    def _subject(self, token_value: str, now: float) -> _Subject:
        token, speaker = self._external.speaker(token_value, now)
        if speaker.user is None:
            # A client that speaks for itself has credentials of its own here.
            raise _refused(token, ExternalProblem.USER_UNKNOWN, "it speaks for a client alone")
        if int(token.expires_at) <= int(now):
            # It may still count, for clocks differ; but ours lasts no longer than it.
            raise _refused(token, ExternalProblem.EXPIRED)
        return _Subject(token, speaker.user, speaker.scopes)

    def _prepared(
        self, client: Client, subject: _Subject, presented: PresentedSubjectToken, call: Call
    ) -> PreparedTokens:
        aim = self._audiences.aim(
            client, presented.scope, tuple(dict.fromkeys(presented.resources))
        )
        refuse_administration(aim.scopes, "by a token of a provider")
        scopes = common(aim.scopes - USER_SCOPES, subject.scopes)
        with self._database.reading() as stores:
            scopes = within(ceiling_of(stores, subject.user.subject), scopes)
        if not scopes:
            raise ProtocolRefusal("invalid_scope", NOTHING_LEFT)
        grant = self._grant(client, subject, aim, scopes, call)
        prepared = self._tokens.prepare(
            client, grant, scopes=scopes, resources=(), nonce="", call=call
        )
        # The provider's token is what one comes again with.
        return replace(prepared, refresh_token="")

    def _grant(
        self, client: Client, subject: _Subject, aim: Aim, scopes: frozenset[str], call: Call
    ) -> Grant:
        return Grant(
            grant_id=self._secret_maker.identifier(),
            client_id=client.client_id,
            subject=subject.user.subject,
            audience=aim.audience,
            resource=aim.resource,
            scopes=scopes,
            origin=GrantOrigin.TOKEN_EXCHANGE,
            session_id="",
            session_bound=False,
            nonce="",
            auth_time=subject.token.issued_at,
            acr="",
            amr=(),
            claims=RequestedClaims(),
            created_at=call.at,
            expires_at=min(subject.token.expires_at, call.at + client.access_token_seconds),
        )

    def _store(
        self,
        stores: Stores,
        presentation: Presentation,
        subject: _Subject,
        prepared: PreparedTokens,
    ) -> Verdict:
        token, grant = subject.token, prepared.grant
        problem = why_not(stores, token, grant)
        if problem:
            refusal = _unusable(problem)
            return Verdict(refusal=refusal, action=REFUSED, details=about(token))
        stores.grants.add(grant)
        stores.audit.add(exchanged(grant, token, presentation.call))
        self._tokens.store(stores, prepared, presentation.grant_type, presentation.call)
        return Verdict(tokens=prepared)


def _refused(
    token: ExternalToken, problem: ExternalProblem, detail: str = ""
) -> ExternalTokenRefused:
    return ExternalTokenRefused(ForeignTokenRefused(problem, detail), mention_of(token))


def _refusal(error: ForeignTokenRefused) -> ProtocolRefusal:
    if error.problem is ExternalProblem.NO_MAPPED_SCOPE:
        return ProtocolRefusal("invalid_scope", NOTHING_LEFT, detail=str(error))
    return _unusable(str(error))


def _unusable(detail: str) -> ProtocolRefusal:
    return ProtocolRefusal("invalid_request", NO_USE, detail=detail)
