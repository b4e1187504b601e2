"""Conditions on API tokens that administrators write: which tokens an act is about.

Values only. `services.api_token_language` reads them, storage makes one condition of SQL of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

INCIDENT_REASON: Final = "incident "
"""How the reason of whatever a bulk act changed begins; its id follows."""


class TokenField(StrEnum):
    """What is compared, by the word that people write."""

    CLIENT = "client"
    """An application's client id."""
    OWNER = "owner"
    """The subject of whoever answers for it."""
    SUBJECT = "subject"
    """Whom it speaks for: the subject of a user or of a client."""
    TEAM = "team"
    TICKET = "ticket"
    PURPOSE = "purpose"
    RESOURCE = "resource"
    """The name of a site."""
    SCOPE = "scope"
    STATUS = "status"
    """As stored, see `ApiTokenStatus`."""
    INCIDENT = "incident"
    """The id of the bulk act that changed it last."""
    NETWORK = "network"
    """The address of the last use."""
    CREATED = "created"
    EXPIRES = "expires"
    LAST_USED = "last-used"


class Relation(StrEnum):
    """How a field is compared with a value."""

    IS = "="
    CONTAINS = "~"
    """A part of it, whatever its case."""
    IN = "in"
    """An address in a network."""
    BEFORE = "<"
    NOT_AFTER = "<="
    AFTER = ">"
    NOT_BEFORE = ">="
    NEVER = "never"
    """It has not happened; the value means nothing."""


TIMES: Final = frozenset({TokenField.CREATED, TokenField.EXPIRES, TokenField.LAST_USED})
"""Fields whose values are seconds since the epoch."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """One field compared: `value` is a text, a CIDR text, or seconds since the epoch.

    A token that was never used lies neither before nor after any time of use, and in no network.
    """

    field: TokenField
    relation: Relation
    value: str | float


@dataclass(frozen=True, slots=True)
class AllOf:
    """Every part holds; there is at least one."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """One of the parts holds; there is at least one."""

    parts: tuple[Condition, ...]


Condition = Comparison | AllOf | AnyOf
