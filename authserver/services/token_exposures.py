"""API tokens that came over plain HTTP, where everybody on the way could read them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind
from authserver.services.administration import Act
from authserver.services.api_token_records import record
from authserver.services.remembering import MOST_REMEMBERED

if TYPE_CHECKING:
    from authserver.domain.ports import Database

_GATEWAY: Final = Actor(ActorKind.SYSTEM, "gateway")


class TokenExposures:
    """Marks tokens, once each. Satisfies `services.decision_ports.Exposures`.

    Marked, a token goes on to count over TLS: whoever stops it then would let strangers who guess
    nothing, and only listen, switch integrations off. Lists and reports show the mark.
    """

    def __init__(self, database: Database) -> None:
        """Know of none."""
        self._database = database
        self._known: set[str] = set()

    def seen_in_the_clear(self, token_id: str, decision_id: str, address: str, at: float) -> None:
        """A token that counts came in the clear with the call of a decision.

        Raises:
            StorageUnavailable: it could not be marked.
        """
        if token_id in self._known:
            return
        act = Act(_GATEWAY, decision_id, address)
        with self._database.writing() as stores:
            token = stores.api_tokens.get(token_id)
            if token is not None and token.exposed_at is None:
                stores.api_tokens.save(replace(token, exposed_at=at))
                record(stores, act, "token.exposed", token, at=at, reason="plain HTTP")
        if len(self._known) >= MOST_REMEMBERED:
            self._known.clear()
        self._known.add(token_id)
