"""The kinds of values in files of configuration; what they mean is for the services to judge."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from authserver.services.policy_places import REFUSED

if TYPE_CHECKING:
    from authserver.services.policy_places import Place
    from authserver.services.policy_values import Kind


@dataclass(frozen=True, slots=True)
class AnyText:
    """A text that the database can hold."""

    said: str = "a text"

    def read(self, raw: object, place: Place) -> Any:
        """The text as it is."""
        if isinstance(raw, str) and "\0" not in raw:
            return raw
        place.refuse(
            "must be a text, in quotation marks" if not isinstance(raw, str) else self.said
        )
        return REFUSED


@dataclass(frozen=True, slots=True)
class Texts:
    """A list of texts."""

    said: str = "a list of texts"

    def read(self, raw: object, place: Place) -> Any:
        """The list, in its order."""
        if not isinstance(raw, list):
            place.refuse(f"must be {self.said}, in square brackets")
            return REFUSED
        read = [AnyText().read(each, place.item(index)) for index, each in enumerate(raw)]
        return REFUSED if REFUSED in read else read


@dataclass(frozen=True, slots=True)
class Entries:
    """A table whose keys are the administrator's own words."""

    of: Kind
    said: str

    def read(self, raw: object, place: Place) -> Any:
        """The table."""
        if not isinstance(raw, dict):
            place.refuse(f"must be {self.said}")
            return REFUSED
        keys = [AnyText("keys without U+0000").read(key, place) for key in raw]
        read = {key: self.of.read(value, place.key(key)) for key, value in raw.items()}
        return REFUSED if REFUSED in (*keys, *read.values()) else read


@dataclass(frozen=True, slots=True)
class Members:
    """A table that another part of the server reads: public keys as JWKs."""

    said: str = "a table: a public key, its members as in a JWK (RFC 7517)"

    def read(self, raw: object, place: Place) -> Any:
        """The table as it is, of plain values."""
        if isinstance(raw, dict) and all(map(_is_plain, raw.values())):
            return dict(raw)
        place.refuse(f"must be {self.said}")
        return REFUSED


@dataclass(frozen=True, slots=True)
class Each:
    """A list of values of one kind."""

    of: Kind
    said: str

    def read(self, raw: object, place: Place) -> Any:
        """The list, in its order."""
        if not isinstance(raw, list):
            place.refuse(f"must be {self.said}")
            return REFUSED
        read = [self.of.read(each, place.item(index)) for index, each in enumerate(raw)]
        return REFUSED if any(each is REFUSED for each in read) else read


def _is_plain(value: object) -> bool:
    if isinstance(value, list):
        return all(isinstance(each, str) for each in value)
    return isinstance(value, str | bool | int)
