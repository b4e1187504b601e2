"""Scopes: the grammar of RFC 6749 section 3.3 and what is known of every name."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from authserver.domain.resources import ResourceKind

MAX_SCOPE_CHARACTERS: Final = 8192
"""Longest `scope` parameter that is read: every granular Jira read scope fits twice."""

MAX_SCOPE_TOKEN_CHARACTERS: Final = 128
"""Longest single scope name; the longest that Atlassian uses has 61 characters."""

USER_SCOPES: Final = frozenset({"openid", "profile", "email", "groups", "offline_access"})
"""Scopes that speak of a signed-in user: a grant without a user refuses them (RFC 9700 4.15)."""

_SCOPE: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*")
_SCOPE_TOKEN: Final = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+")
_ALLOWED: Final = (
    "names separated by single spaces; a name has printable ASCII characters "
    "without space, double quote and backslash (RFC 6749 section 3.3)"
)


class ScopeKind(StrEnum):
    """Which of Atlassian's families a scope belongs to."""

    CLASSIC = "classic"
    GRANULAR = "granular"
    DATA_CENTER = "data-center"
    SPECIAL = "special"
    ADMINISTRATION = "administration"
    """None of Atlassian's: what somebody may administer here."""


class Product(StrEnum):
    """Whose scope it is."""

    JIRA = "jira"
    JIRA_SOFTWARE = "jira-software"
    JIRA_SERVICE_MANAGEMENT = "jira-service-management"
    CONFLUENCE = "confluence"
    DATA_CENTER = "data-center"
    ACCOUNT = "account"
    FORGE = "forge"
    AUTHSERVER = "authserver"
    """This server itself."""


class Risk(StrEnum):
    """The worst a holder of the scope can do, mildest first."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class ScopeInfo:
    """One scope, for people: `title` is this project's own short English."""

    name: str
    product: Product
    kind: ScopeKind
    title: str
    risk: Risk


def parse_scope(value: str) -> frozenset[str]:
    """The scope names in a `scope` parameter; a name given twice counts once.

    Nothing else is mended: an empty value, two spaces in a row or a foreign character is refused.

    Raises:
        InvalidField: for `scope`, saying what is allowed.
    """
    if len(value) > MAX_SCOPE_CHARACTERS:
        raise InvalidField("scope", f"at most {MAX_SCOPE_CHARACTERS} characters")
    if _SCOPE.fullmatch(value) is None:
        raise InvalidField("scope", _ALLOWED)
    names = frozenset(value.split(" "))
    if max(map(len, names)) > MAX_SCOPE_TOKEN_CHARACTERS:
        raise InvalidField("scope", f"names of at most {MAX_SCOPE_TOKEN_CHARACTERS} characters")
    return names


def is_scope_token(name: str) -> bool:
    """Whether `name` is one scope name by grammar and length (RFC 6749 section 3.3)."""
    return len(name) <= MAX_SCOPE_TOKEN_CHARACTERS and _SCOPE_TOKEN.fullmatch(name) is not None


def format_scope(names: Iterable[str]) -> str:
    """The `scope` value for a set of names: sorted, so that equal sets read alike."""
    return " ".join(sorted(names))


def close_matches(name: str, known: Iterable[str], limit: int = 3) -> tuple[str, ...]:
    """Names among `known` that look like `name`, best first: for "did you mean".

    Compares without regard to case. Slow (a millisecond): for refusals, not for decisions.
    """
    folded = {candidate.lower(): candidate for candidate in sorted(known)}
    wanted = name[:MAX_SCOPE_TOKEN_CHARACTERS].lower()
    return tuple(folded[key] for key in difflib.get_close_matches(wanted, folded, limit))


class ScopeCatalogue:
    """Every known scope by name, and which of them a kind of protected resource has a use for."""

    def __init__(
        self, scopes: Iterable[ScopeInfo], of_kind: Mapping[ResourceKind, frozenset[str]]
    ) -> None:
        """Keep the scopes in the order given; `of_kind` names those of each kind of resource.

        Raises:
            ValueError: a name comes twice, or a kind has a scope that is not among `scopes`.
        """
        self._scopes = tuple(scopes)
        self._by_name = {scope.name: scope for scope in self._scopes}
        self.by_kind: Mapping[ResourceKind, frozenset[str]] = MappingProxyType(dict(of_kind))
        if len(self._by_name) != len(self._scopes):
            raise ValueError("every scope may be described once")
        for kind, names in self.by_kind.items():
            strangers = names - self._by_name.keys()
            if strangers:
                raise ValueError(f"{kind}: undescribed scopes {format_scope(strangers)}")

    def __iter__(self) -> Iterator[ScopeInfo]:
        return iter(self._scopes)

    def __len__(self) -> int:
        return len(self._scopes)

    def find(self, name: str) -> ScopeInfo | None:
        """What is known of the scope `name`, `None` for a name nobody knows."""
        return self._by_name.get(name)

    def of_kind(self, kind: ResourceKind) -> frozenset[str]:
        """The names that make sense for a protected resource of `kind`."""
        return self.by_kind[kind]
