"""The tables about what is called: `[[operation]]`, `[[project]]`, `[harmless]`, `[[open]]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.policy_documents import OpenRule, OperationRule, ProjectRule
from authserver.services.policy_access_tables import REASON_KEY
from authserver.services.policy_network_tables import (
    FOR_CLIENTS,
    FOR_GROUPS,
    FOR_TOKENS,
    NAME_KEY,
    WHOM,
    says_something,
)
from authserver.services.policy_places import Noun
from authserver.services.policy_tables import Key, Table
from authserver.services.policy_value_lists import METHODS, PATHS, PROJECTS, SELECTORS
from authserver.services.policy_values import Text, matching

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.services.policy_places import Place

_SCOPE_TOKEN: Final = r"[\x21\x23-\x5b\x5d-\x7e]{1,200}"  # noqa: S105 - a pattern
"""RFC 6749 section 3.3, and no longer than any scope is."""
_SCOPE: Final = Text("the name of a scope", matching(_SCOPE_TOKEN), Noun.SCOPE)


def _opens_something(values: Mapping[str, Any], place: Place) -> None:
    if "paths" not in values and "operations" not in values:
        place.refuse("needs paths or operations, or it opens nothing")
    if "methods" in values and "paths" not in values:
        place.key("methods").refuse("only counts with paths")


def _operations(*, reason: str, operations: tuple[str, ...]) -> tuple[str, ...]:
    """The reason is for those who read the document: nobody is refused by it."""
    del reason
    return operations


OPERATION: Final = Table(
    OperationRule,
    (
        NAME_KEY,
        Key("allow", SELECTORS, "Every operation of the call must be in here.", "all"),
        Key("deny", SELECTORS, "No operation of the call may be in here.", "none"),
        FOR_GROUPS,
        FOR_CLIENTS,
        FOR_TOKENS,
        REASON_KEY,
    ),
    f"Which operations may be called. {WHOM}",
    says_something,
)
PROJECT: Final = Table(
    ProjectRule,
    (
        NAME_KEY,
        Key("allow", PROJECTS, "Every project the call reaches must be in here.", "all"),
        Key("deny", PROJECTS, "No project the call reaches may be in here.", "none"),
        FOR_GROUPS,
        FOR_CLIENTS,
        REASON_KEY,
    ),
    "Which Jira projects or Confluence spaces may be reached. Whoever is limited so may call only "
    "operations whose projects are certain, and those that `[harmless]` names. With `groups` or "
    "`clients` it is about callers who are in any of them; with neither about every caller.",
    says_something,
)
HARMLESS: Final = Table(
    _operations,
    (Key("operations", SELECTORS, "Operations that show nothing of any project."), REASON_KEY),
    "What callers with project limits may call though no project is certain.",
)
OPEN: Final = Table(
    OpenRule,
    (
        NAME_KEY,
        Key("scope", _SCOPE, "The token must have it."),
        Key("paths", PATHS, "Paths no operation is known for, with what is below them.", "none"),
        Key("operations", SELECTORS, "Operations that have no list of scopes.", "none"),
        Key("methods", METHODS, "With `paths`: which methods.", '`["GET"]`'),
        REASON_KEY,
    ),
    "Opens what no scope opens: paths of plugins, operations for which Atlassian names no scopes. "
    "It never opens an operation that has a list of scopes. Methods never limit `operations`.",
    _opens_something,
)
