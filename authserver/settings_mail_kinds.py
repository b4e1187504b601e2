"""Kinds of settings that only mail has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from authserver.domain.host_names import HOST_NAME
from authserver.domain.mail import is_address
from authserver.settings_kinds import items

_HOST: Final = re.compile(rf"{HOST_NAME}\Z")
_LONGEST: Final = 200


@dataclass(frozen=True, slots=True)
class Host:
    """The name or address of a machine, or nothing."""

    @property
    def allowed(self) -> str:
        """The form."""
        return "a host name in lower case or an IP address, without port; or empty for none"

    def parse(self, raw: object) -> str:
        """The name as it is, the address in its shortest spelling."""
        text = _text(raw)
        if not text or _HOST.match(text) is not None:
            return text
        return str(ip_address(text))


@dataclass(frozen=True, slots=True)
class MailAddress:
    """One e-mail address, or nothing."""

    @property
    def allowed(self) -> str:
        """The form."""
        return "one e-mail address like auth@example.com, without a name; or empty for none"

    def parse(self, raw: object) -> str:
        """The address as it is."""
        text = _text(raw)
        if text and not is_address(text):
            raise ValueError
        return text


@dataclass(frozen=True, slots=True)
class MailAddresses:
    """Several e-mail addresses."""

    @property
    def allowed(self) -> str:
        """The form."""
        return "a list of e-mail addresses like security@example.com; empty for none"

    def parse(self, raw: object) -> tuple[str, ...]:
        """The addresses as they are."""
        found = items(raw)
        if not all(map(is_address, found)):
            raise ValueError
        return found


@dataclass(frozen=True, slots=True)
class Words:
    """Several words out of a few."""

    words: tuple[str, ...]

    @property
    def allowed(self) -> str:
        """The words."""
        return "a list, empty for none, of " + ", ".join(self.words)

    def parse(self, raw: object) -> tuple[str, ...]:
        """The words, each once."""
        found = items(raw)
        if not set(found) <= set(self.words):
            raise ValueError
        return tuple(dict.fromkeys(found))


@dataclass(frozen=True, slots=True)
class Line:
    """A short text."""

    @property
    def allowed(self) -> str:
        """The form."""
        return f"a text of at most {_LONGEST} characters on one line"

    def parse(self, raw: object) -> str:
        """The text as it is."""
        return _text(raw)


def _text(raw: object) -> str:
    if not isinstance(raw, str) or len(raw) > _LONGEST or not raw.isprintable():
        raise ValueError
    return raw
