"""Legacy access: what happens to a way of calling, and the exceptions that are in force."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from authserver.domain.policy_documents import LegacyEffect, LegacyWay
from authserver.domain.users import canonical
from authserver.services.network_sets import network_set
from authserver.services.policy_steps import BUILT_IN

if TYPE_CHECKING:
    from authserver.domain.policy_documents import LegacyException, LegacySection
    from authserver.services.policy_steps import Placed

_STRICTEST_FIRST: Final = (LegacyEffect.BLOCK, LegacyEffect.OBSERVE, LegacyEffect.ALLOW)
_NOT_SAID: Final = {LegacyWay.SESSION: LegacyEffect.ALLOW}
"""What happens to ways that no document speaks of; the others are blocked."""
_BLOCKED_BY_DEFAULT: Final = "blocked, for no policy allows it"
_EXTENSION: Final = re.compile(r"/?\.(?:atom|html?|json|txt|xml)\Z")
_VERSION: Final = re.compile(r"(?:[0-9][0-9A-Za-z.-]*|latest)\Z")
_AT_VERSION: Final = 3
"""Where the version stands in `/rest/<name>/<version>`, split at its slashes."""


class LegacyVerdict(NamedTuple):
    """What happens to a call, by which rule of which document, and its text."""

    effect: LegacyEffect
    rule: str
    text: str
    document: str


class LegacyStanding(NamedTuple):
    """What holds for one way: without any exception, and the exceptions that did not end."""

    general: LegacyVerdict
    exceptions: tuple[LegacyException, ...]


class LegacyRules:
    """One section, compiled. Of several exceptions that fit, the strictest counts."""

    def __init__(self, section: Placed[LegacySection] | None) -> None:
        """`None`: everything is blocked but sessions."""
        self._section = section
        found = () if section is None else section.value.exceptions
        self._exceptions = {
            way: sorted(
                (_Exception(each) for each in found if each.way is way),
                key=lambda each: _STRICTEST_FIRST.index(each.rule.effect),
            )
            for way in LegacyWay
        }

    def effect(
        self, way: LegacyWay, username: str, path: str, address: str, at: float
    ) -> LegacyVerdict:
        """What happens to a call; `username` is what Basic claims, `path` below the base path."""
        placed = self._section
        if placed is not None:
            for each in self._exceptions[way]:
                if each.fits(username, path, address, at):
                    rule = each.rule
                    return LegacyVerdict(
                        rule.effect, f"legacy.exception.{rule.name}", rule.reason, placed.document
                    )
        return self._general(way)

    def standing(self, way: LegacyWay, at: float) -> LegacyStanding:
        """What holds for one way at a moment, whoever calls what."""
        rules = (each.rule for each in self._exceptions[way])
        return LegacyStanding(self._general(way), tuple(rule for rule in rules if at < rule.until))

    def _general(self, way: LegacyWay) -> LegacyVerdict:
        placed = self._section
        if placed is None:
            effect = _NOT_SAID.get(way, LegacyEffect.BLOCK)
            return LegacyVerdict(effect, f"legacy.{way}", _BLOCKED_BY_DEFAULT, BUILT_IN)
        effect = placed.value.effects.get(way, _NOT_SAID.get(way, LegacyEffect.BLOCK))
        return LegacyVerdict(effect, f"legacy.{way}", placed.value.reason, placed.document)


class _Exception:
    """One exception, compiled."""

    def __init__(self, rule: LegacyException) -> None:
        self.rule = rule
        self._users = None if rule.users is None else {canonical(each) for each in rule.users}
        self._networks = None if rule.networks is None else network_set(rule.networks)
        self._blocks = rule.effect is LegacyEffect.BLOCK

    def fits(self, username: str, path: str, address: str, at: float) -> bool:
        rule = self.rule
        if at >= rule.until:
            return False
        if self._users is not None and not (username and canonical(username) in self._users):
            return False
        if self._networks is not None:
            networks = self._networks
            if not (networks.may_contain if self._blocks else networks.contains)(address):
                return False
        if rule.paths is None:
            return True
        below = covers_any_spelling if self._blocks else is_below
        return any(below(prefix, path) for prefix in rule.paths)


def is_below(prefix: str, path: str) -> bool:
    """Whether `path` is `prefix`, or goes on behind it with a whole segment."""
    stem = prefix.removesuffix("/")
    return path == stem or path.startswith(f"{stem}/")


def covers_any_spelling(prefix: str, path: str) -> bool:
    """The same for paths that must not pass: any version of the API, with an extension or not."""
    return is_below(_plain(prefix), _plain(path)) or is_below(prefix, path)


def _plain(path: str) -> str:
    parts = _EXTENSION.sub("", path).split("/")
    if len(parts) > _AT_VERSION and parts[1] == "rest" and _VERSION.match(parts[_AT_VERSION]):
        parts[_AT_VERSION] = "*"
    return "/".join(parts)
