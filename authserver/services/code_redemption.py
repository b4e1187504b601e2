"""Redeeming authorization codes: each yields tokens once, whatever runs beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from authserver.domain.clients import GrantType
from authserver.domain.codes import CODE_PURPOSE
from authserver.domain.errors import ProtocolRefusal
from authserver.domain.grants import GrantEnd
from authserver.domain.pkce import verifier_fits
from authserver.services.grant_presentations import Presentation, Verdict, invalid_grant
from authserver.services.grant_standing import why_not
from authserver.services.secret_digests import digests_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.codes import AuthorizationCode
    from authserver.domain.people_ports import Digests
    from authserver.domain.ports import Database, SecretDigester, Stores
    from authserver.services.grant_presentations import GrantPresentations
    from authserver.services.user_tokens import PreparedTokens, UserTokens

CODE_REUSED: Final = "code.reused"


@dataclass(frozen=True, slots=True)
class PresentedCode:
    """A code with what has to come with it; `None` where a parameter is absent.

    `resources` are the values of the `resource` parameter, `details` that of
    `authorization_details`.
    """

    code: str = field(repr=False)
    redirect_uri: str | None
    code_verifier: str | None = field(repr=False)
    resources: Sequence[str] = ()
    details: str | None = None


class CodeRedemption:
    """Exchanges codes for tokens (RFC 6749 section 4.1.3, RFC 7636 section 4.6).

    The first presentation by anybody burns a code, and one statement decides which one was first.
    A second one by the client it belongs to ends the grant with everything that came of it.
    """

    def __init__(
        self,
        *,
        database: Database,
        digester: SecretDigester,
        tokens: UserTokens,
        presentations: GrantPresentations,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._digester = digester
        self._tokens = tokens
        self._presentations = presentations

    def redeem(self, client: Client, presented: PresentedCode, call: Call) -> PreparedTokens:
        """The tokens of the authenticated client's code, on record before this returns.

        Raises:
            ProtocolRefusal: `unauthorized_client`; or `invalid_grant` or `invalid_target`, and the
                code is burned.
            Throttled: a public client fails too often.
            StorageUnavailable: nothing was changed, the code is as good as before; or the commit
                failed, and the next presentation will tell.
        """
        presentation = Presentation(client, GrantType.AUTHORIZATION_CODE, call)
        self._presentations.admit(presentation)
        digests = digests_of(self._digester, CODE_PURPOSE, presented.code)
        prepared = self._prepared(client, presented, digests, call)
        return self._presentations.settle(
            presentation, lambda stores: self._spend(stores, presentation, digests, prepared)
        )

    def _prepared(
        self, client: Client, presented: PresentedCode, digests: Digests, call: Call
    ) -> PreparedTokens | ProtocolRefusal:
        """What the code is worth should this presentation turn out to be the first."""
        with self._database.reading() as stores:
            code = stores.grants.find_code(digests)
            if code is None:
                return invalid_grant("no such code")
            grant = stores.grants.get(code.grant_id)
            problem = _misfit(code, client, presented, call.at)
            if grant is None:
                problem = problem or "the grant is gone"
            else:
                problem = problem or why_not(stores, grant, client, call.at)
        if problem or grant is None:
            return invalid_grant(problem)
        try:
            return self._tokens.prepare(
                client,
                grant,
                scopes=grant.scopes,
                resources=presented.resources,
                details=presented.details,
                nonce=grant.nonce,
                call=call,
            )
        except ProtocolRefusal as refusal:
            return refusal

    def _spend(
        self,
        stores: Stores,
        presentation: Presentation,
        digests: Digests,
        prepared: PreparedTokens | ProtocolRefusal,
    ) -> Verdict:
        call = presentation.call
        code = stores.grants.spend_code(digests, call.at)
        if code is None:
            return self._not_the_first(stores, presentation, digests)
        if isinstance(prepared, ProtocolRefusal):
            return Verdict(refusal=prepared, grant_id=code.grant_id)
        if not self._tokens.store(stores, prepared, presentation.grant_type, call):
            return Verdict(refusal=invalid_grant("the grant has ended"), grant_id=code.grant_id)
        return Verdict(tokens=prepared)

    def _not_the_first(
        self, stores: Stores, presentation: Presentation, digests: Digests
    ) -> Verdict:
        code = stores.grants.find_code(digests)
        if code is None:
            return Verdict(refusal=invalid_grant("no such code"))
        if code.client_id != presentation.client.client_id:
            refusal = invalid_grant("spent before, and another client's")
            return Verdict(refusal=refusal, grant_id=code.grant_id)
        return self._presentations.reused(
            stores, presentation, code.grant_id, GrantEnd.CODE_REUSED, CODE_REUSED
        )


def _misfit(code: AuthorizationCode, client: Client, presented: PresentedCode, now: float) -> str:
    """Why the code does not go with the rest of the request, for the record; empty when it does."""
    if code.client_id != client.client_id:
        return "another client's code"
    if code.spent_at is not None:
        return "spent before"
    if now >= code.expires_at:
        return "the code has expired"
    # May be absent, as in OAuth 2.1: the code is bound to its verifier.
    if presented.redirect_uri not in (None, code.redirect_uri):
        return "another redirect_uri"
    return _misfit_of_verifier(code.code_challenge, presented.code_verifier)


def _misfit_of_verifier(challenge: str, verifier: str | None) -> str:
    if not challenge:
        # Somebody has taken the challenge out of the request (RFC 9700 section 4.8.2).
        return "" if verifier is None else "a verifier for a request without challenge"
    if verifier is None:
        return "no code_verifier"
    return "" if verifier_fits(challenge, verifier) else "the code_verifier does not fit"
