"""Connect keys and the JWTs that they sign, wired."""

from __future__ import annotations

from functools import cached_property

from authserver.crypto.connect_tokens import ClaimedConnectJwt, ConnectTokenReader, RsaKeySets
from authserver.domain.scopes import close_matches
from authserver.services.connect_key_rules import ConnectKeyRules
from authserver.services.connect_keys import ConnectKeys
from authserver.services.connect_verdicts import ConnectVerdicts
from authserver.services.connect_view import ConnectView
from authserver.wiring_provider_administration import ProviderAdministrationParts


class ConnectParts(ProviderAdministrationParts):
    """The part of a container that knows Connect apps."""

    @cached_property
    def connect_keys(self) -> ConnectKeys:
        """Keys of Connect apps."""
        return ConnectKeys(
            administration=self.administration,
            rules=ConnectKeyRules(scopes_of_kind=self.scopes_of_kind, suggest=close_matches),
            key_sets=RsaKeySets(),
            sealer=self.sealer,
        )

    @cached_property
    def connect_verdicts(self) -> ConnectVerdicts[ClaimedConnectJwt]:
        """The verdict on Connect JWTs."""
        return ConnectVerdicts(
            issuer=self.settings.issuer,
            directory=self.directory,
            keys=ConnectView(self.database, self.view, self.sealer),
            reader=ConnectTokenReader(),
            database=self.database,
        )
