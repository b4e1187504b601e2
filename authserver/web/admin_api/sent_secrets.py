"""Secrets that come in a call, for files that refer to them; new ones go into its answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Mapping


class SentSecrets:
    """The `SecretFiles` of one call: nothing of this server's disk is read or written."""

    def __init__(self, sent: Mapping[str, str]) -> None:
        """`sent` are secrets by the paths that files refer to them by."""
        self._sent = sent
        self._promised: set[str] = set()

    def read(self, source: str, reference: str) -> str:  # noqa: ARG002 - paths are the call's
        """The secret. Raises InvalidField: it was not sent along."""
        found = self._sent.get(reference)
        if found is None:
            raise InvalidField("", "the path of a secret that is sent along, in `secrets`")
        return found

    def check_new(self, source: str, reference: str) -> None:  # noqa: ARG002 - paths are the call's
        """Make sure that one path is for one new secret. Raises InvalidField."""
        if reference in self._sent:
            raise InvalidField("", "a path that no secret was sent along for: this one is made")
        if reference in self._promised:
            raise InvalidField("", "a path of its own: another new secret goes there")
        self._promised.add(reference)

    def write(self, source: str, reference: str, value: str) -> str:  # noqa: ARG002 - it is answered
        """The path: the secret is in the answer."""
        return reference

    def take_back(self) -> None:
        """Nothing was written."""
