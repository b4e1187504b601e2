"""The table `[[rate]]`: how often something may be called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.policy_documents import LimitPer, RateRule
from authserver.services.policy_access_tables import REASON_KEY
from authserver.services.policy_network_tables import (
    FOR_CLIENTS,
    FOR_GROUPS,
    FOR_TOKENS,
    NAME_KEY,
    WHOM,
)
from authserver.services.policy_tables import Key, Table
from authserver.services.policy_value_lists import SELECTORS
from authserver.services.policy_values import DAY, Choice, Count

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.services.policy_places import Place

_MOST_CALLS: Final = 1_000_000


def _groups_to_count(values: Mapping[str, Any], place: Place) -> None:
    if values["per"] is LimitPer.GROUP and "groups" not in values:
        place.key("groups").refuse('is missing: per = "group" counts for each of them')


RATE: Final = Table(
    RateRule,
    (
        NAME_KEY,
        Key(
            "per",
            Choice({str(each): each for each in LimitPer}),
            "What is counted together: one API token with those it was rotated into, a client, a "
            "user, all members of a group, or the whole site.",
        ),
        Key("calls", Count(1, _MOST_CALLS), "So many calls."),
        Key("seconds", Count(1, DAY), "In any so many seconds."),
        Key("operations", SELECTORS, "Only calls of these.", "every call"),
        FOR_GROUPS,
        FOR_CLIENTS,
        FOR_TOKENS,
        REASON_KEY,
    ),
    f"How often something may be called. {WHOM} Every limit holds for itself.",
    _groups_to_count,
)
