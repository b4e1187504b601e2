"""API tokens as people paste them: an id, or the secret itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.api_tokens import API_TOKEN_PREFIX, API_TOKEN_PURPOSE
from authserver.domain.errors import InvalidField
from authserver.services.secret_digests import digests_of

if TYPE_CHECKING:
    from authserver.domain.ports import Database, SecretDigester, SecretMaker


class PastedTokens:
    """Finds the id of what was pasted; the secret goes no further."""

    def __init__(
        self, *, database: Database, digester: SecretDigester, secret_maker: SecretMaker
    ) -> None:
        """Take the collaborators; hold no state of its own."""
        self._database = database
        self._digester = digester
        self._secret_maker = secret_maker

    def token_id(self, text: str) -> str:
        """The id of an API token, whatever became of it.

        Raises:
            InvalidField: for `secret`, it is neither an id nor a secret that was given out here.
        """
        is_secret = self._secret_maker.looks_like(API_TOKEN_PREFIX, text)
        with self._database.reading() as stores:
            if is_secret:
                digests = digests_of(self._digester, API_TOKEN_PURPOSE, text)
                token = stores.api_tokens.by_secret(digests)
            else:
                token = stores.api_tokens.get(text) if text else None
        if token is None:
            raise InvalidField("secret", "an API token of this server (asv_pat_…), or its id")
        return token.token_id
