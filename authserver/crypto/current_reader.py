"""Reading with the keyring of the moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from authserver.domain.ports import TokenReader
    from authserver.domain.tokens import AccessToken


class CurrentTokenReader:
    """A `TokenReader` for those who outlive a keyring: each read asks for the one that counts.

    What was verified is remembered by the keyrings (`token_memory.VerifiedTokens`), not here.
    """

    def __init__(self, current: Callable[[], TokenReader]) -> None:
        self._current = current

    def read(self, token_value: str) -> AccessToken | None:
        """The verified claims, or `None` for anything that is not our access token."""
        return self._current().read(token_value)
