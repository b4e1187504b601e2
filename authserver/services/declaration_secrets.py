"""Secrets that files of configuration refer to, and never contain."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from authserver.services.declaration_reading import Stated


class SecretFiles(Protocol):
    """Files with one secret each. `source` is the file of configuration that refers to them."""

    def read(self, source: str, reference: str) -> str:
        """The secret. Raises InvalidField: it cannot be read."""
        ...

    def check_new(self, source: str, reference: str) -> None:
        """Make sure that the file could be made. Raises InvalidField."""
        ...

    def write(self, source: str, reference: str, value: str) -> str:
        """Make the file, for its owner only; its path. Raises InvalidField: it cannot be made."""
        ...

    def take_back(self) -> None:
        """Delete what was written: nothing became of it."""
        ...


class NoSecretFiles:
    """For callers whose files are not this server's."""

    def read(self, source: str, reference: str) -> str:
        """Refused."""
        raise InvalidField("", f"no file here: {source} cannot refer to {reference}")

    def check_new(self, source: str, reference: str) -> None:
        """Refused."""
        raise InvalidField("", f"no file here: {source} cannot refer to {reference}")

    def write(self, source: str, reference: str, value: str) -> str:  # noqa: ARG002 - the port's
        """Refused."""
        raise InvalidField("", f"no file here: {source} cannot refer to {reference}")

    def take_back(self) -> None:
        """Nothing was written."""


class SecretsOf:
    """The secrets that one object refers to."""

    def __init__(self, files: SecretFiles, stated: Stated) -> None:
        """Read for `stated`."""
        self._files = files
        self._stated = stated

    def read(self, key: str, reference: str) -> str:
        """What the file has that `key` names. Raises InvalidField for `key`."""
        try:
            return self._files.read(self._stated.source.file.name, reference)
        except InvalidField as refusal:
            raise InvalidField(key, refusal.allowed) from None
