"""Scopes to choose from: those that mean something at the chosen sites, with what each can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from authserver.domain.scopes import Risk, ScopeKind
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from authserver.domain.resources import ProtectedResource
    from authserver.domain.scopes import ScopeCatalogue
    from authserver.web.languages import Text

MOST_OPEN: Final = 30
"""A longer group is folded."""

USER_SCOPE_TITLES: Final[Mapping[str, Text]] = {
    "openid": _l("Sign users in: who they are to the app"),
    "profile": _l("Name and language"),
    "email": _l("E-mail address"),
    "groups": _l("Names of groups"),
    "offline_access": _l("Go on while the user is away (refresh tokens)"),
}


@dataclass(frozen=True, slots=True)
class ScopeLine:
    """One scope to tick."""

    name: str
    title: str
    risk: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class ScopeGroup:
    """Scopes below one heading."""

    title: str
    lines: Sequence[ScopeLine]
    is_open: bool


class ScopeChoice:
    """Finds scopes in the catalogue."""

    def __init__(self, catalogue: ScopeCatalogue) -> None:
        """Take the catalogue."""
        self._catalogue = catalogue

    def groups(
        self, sites: Iterable[ProtectedResource], chosen: Iterable[str], search: str
    ) -> Sequence[ScopeGroup]:
        """Those that are chosen, and by family those that fit the search, mildest first.

        Every scope comes once; what is chosen is always there, whatever is searched for.
        """
        allowed = frozenset().union(*(self._catalogue.of_kind(site.kind) for site in sites))
        ticked = frozenset(chosen)
        words = search.casefold().split()
        order = list(Risk)
        families: dict[str, list[ScopeLine]] = {}
        picked: list[ScopeLine] = []
        for scope in sorted(self._catalogue, key=lambda each: (order.index(each.risk), each.name)):
            if scope.name not in allowed:
                continue
            line = ScopeLine(scope.name, scope.title, str(scope.risk), scope.name in ticked)
            if line.is_chosen:
                picked.append(line)
            elif all(word in f"{scope.name} {scope.title}".casefold() for word in words):
                families.setdefault(_family(scope.kind, str(scope.product)), []).append(line)
        found = [
            ScopeGroup(title, lines, bool(words) or len(lines) <= MOST_OPEN)
            for title, lines in sorted(families.items())
        ]
        return [*([ScopeGroup(_("Chosen"), picked, is_open=True)] if picked else []), *found]


def _family(kind: ScopeKind, product: str) -> str:
    names = {
        "jira": "Jira",
        "jira-software": "Jira Software",
        "jira-service-management": "Jira Service Management",
        "confluence": "Confluence",
        "data-center": "Data Center",
    }
    name = names.get(product, product)
    if kind is ScopeKind.CLASSIC:
        return _("%(product)s, few and broad (classic)") % {"product": name}
    if kind is ScopeKind.GRANULAR:
        return _("%(product)s, many and narrow (granular)") % {"product": name}
    return name


def user_scopes() -> Sequence[tuple[str, str, str]]:
    """Scopes of users: name, title, name again as the hint."""
    return [(name, str(title), name) for name, title in USER_SCOPE_TITLES.items()]
