"""The table `[legacy]`: ways of calling that are no tokens of ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.policy_documents import (
    LegacyEffect,
    LegacyException,
    LegacySection,
    LegacyWay,
)
from authserver.services.policy_access_tables import REASON_KEY
from authserver.services.policy_network_tables import NAME_KEY
from authserver.services.policy_tables import Key, Rules, Table
from authserver.services.policy_value_lists import CLAIMED_NAMES, NETWORKS, PATHS
from authserver.services.policy_values import Choice, Moment

if TYPE_CHECKING:
    from authserver.domain.policy_documents import LegacyEffect as Effect

_WAYS: Final = {way.value.replace("-", "_"): way for way in LegacyWay}
"""As keys and as values: one spelling."""
_EFFECT: Final = Choice({str(effect): effect for effect in LegacyEffect})
_MEANINGS: Final = {
    LegacyWay.BASIC: "A user name and a password (not an API token of ours).",
    LegacyWay.OAUTH1: "OAuth 1.0 signatures.",
    LegacyWay.SESSION: "A browser's cookie on a REST path. Gateways in front of the site only.",
    LegacyWay.ANONYMOUS: "Nothing at all.",
    LegacyWay.ATLASSIAN_TOKEN: "Atlassian's own personal access tokens.",
}


def _section(
    *, reason: str, exceptions: tuple[LegacyException, ...] = (), **effects: Effect
) -> LegacySection:
    return LegacySection(
        reason, {_WAYS[name]: effect for name, effect in effects.items()}, exceptions
    )


EXCEPTION: Final = Table(
    LegacyException,
    (
        NAME_KEY,
        Key("way", Choice(_WAYS), "For which way."),
        Key("effect", _EFFECT, "Instead of what the section says."),
        Key("until", Moment(), "When it ends by itself."),
        Key("paths", PATHS, "Only on these paths and what is below them.", "every path"),
        Key("users", CLAIMED_NAMES, "Only for these names, as sent with Basic.", "whoever it is"),
        Key("networks", NETWORKS, "Only from these networks.", "from anywhere"),
        REASON_KEY,
    ),
    "Another effect for some calls, until a moment; every condition that is written must hold. "
    "Where several fit, the strictest effect counts.",
)
LEGACY: Final = Table(
    _section,
    (
        *(
            Key(
                name,
                _EFFECT,
                _MEANINGS[way],
                '`"allow"`' if way is LegacyWay.SESSION else '`"block"`',
            )
            for name, way in _WAYS.items()
        ),
        Key("exception", Rules(EXCEPTION), "Exceptions.", "none", "exceptions"),
        REASON_KEY,
    ),
    "Callers who prove nothing to this server. `observe` lets them pass, and marks the record.",
)
