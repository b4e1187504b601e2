"""What a client may know of its own tokens: whether they are good, and for what."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from authserver.domain.clients import GrantType
from authserver.domain.refresh_tokens import REFRESH_PREFIX, REFRESH_PURPOSE
from authserver.services.grant_standing import why_not
from authserver.services.introspection import UnfitToken
from authserver.services.secret_digests import digests_of

if TYPE_CHECKING:
    from authserver.domain.calls import Call
    from authserver.domain.clients import Client
    from authserver.domain.grants import Grant
    from authserver.domain.ports import Database, SecretDigester, SecretMaker
    from authserver.domain.refresh_tokens import RefreshToken
    from authserver.domain.tokens import AccessToken
    from authserver.services.introspection import Introspection


@dataclass(frozen=True, slots=True)
class GoodRefreshToken:
    """A refresh token that would be taken now, and the grant it belongs to."""

    token: RefreshToken
    grant: Grant


class OwnTokens:
    """Looks at access and refresh tokens for the client they were issued to."""

    def __init__(
        self,
        *,
        database: Database,
        introspection: Introspection,
        digester: SecretDigester,
        secret_maker: SecretMaker,
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._introspection = introspection
        self._digester = digester
        self._secret_maker = secret_maker

    def good_token(
        self, token_value: str, client: Client, call: Call
    ) -> AccessToken | GoodRefreshToken | None:
        """The token, if it is good now and this client's; `None` for everything else.

        Raises:
            StorageUnavailable: nobody can be sure now.
        """
        if self._secret_maker.looks_like(REFRESH_PREFIX, token_value):
            return self._refresh_token(token_value, client, call)
        verdict = self._introspection.judge_anywhere(token_value, call.at)
        if isinstance(verdict, UnfitToken) or verdict.client_id != client.client_id:
            return None
        return verdict

    def _refresh_token(self, value: str, client: Client, call: Call) -> GoodRefreshToken | None:
        """The leaf of a family whose grant may still yield tokens.

        A superseded one is not good, though its successor can be had again for a moment: who asks
        should use what it was given instead.
        """
        if GrantType.REFRESH_TOKEN not in client.grant_types:
            return None
        with self._database.reading() as stores:
            token = stores.grants.find_refresh_token(
                digests_of(self._digester, REFRESH_PURPOSE, value)
            )
            if token is None or token.superseded_at is not None or call.at >= token.expires_at:
                return None
            grant = stores.grants.get(token.grant_id)
            if grant is None or grant.client_id != client.client_id:
                return None
            return (
                None if why_not(stores, grant, client, call.at) else GoodRefreshToken(token, grant)
            )
