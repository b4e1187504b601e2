"""The table `[tokens]`: who may make and hold API tokens, and for how long."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.api_tokens import Presentation
from authserver.domain.policy_documents import Creators, TokenSection
from authserver.services.policy_access_tables import REASON_KEY
from authserver.services.policy_tables import Key, Table
from authserver.services.policy_value_lists import GROUPS, Items
from authserver.services.policy_values import DAY, Choice, Count, Duration, Flag

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.services.policy_places import Place

_PRESENTATION: Final = Choice({str(each): each for each in Presentation})
_LONGEST: Final = 3650 * DAY


def _nothing_said_in_vain(values: Mapping[str, Any], place: Place) -> None:
    of_groups = values.get("creators") is Creators.GROUPS
    if of_groups and "creator_groups" not in values:
        place.key("creator_groups").refuse('is missing: creators = "groups" needs it')
    if "creator_groups" in values and not of_groups:
        place.key("creator_groups").refuse('only counts with creators = "groups"')
    if "delete_after" in values and "stale_after" not in values:
        place.key("delete_after").refuse("only counts with stale_after")


TOKENS_SECTION: Final = Table(
    TokenSection,
    (
        Key(
            "creators",
            Choice({str(each): each for each in Creators}),
            "Who may make tokens for themselves. Administrators always may.",
            '`"everyone"`',
        ),
        Key("creator_groups", GROUPS, 'With `creators = "groups"`: which groups.', "none"),
        Key(
            "for_others_groups",
            GROUPS,
            "Whose members may make tokens for somebody else, as administrators may.",
            "administrators only",
        ),
        Key("holders", GROUPS, "Users must be in one of these to hold a token.", "every user"),
        Key(
            "max_lifetime",
            Duration(60, 365 * DAY),
            "How long a token lives at most. A lower one also shortens tokens that there are.",
            "a year",
            "longest",
        ),
        Key(
            "max_count",
            Count(0, 10_000),
            "Live tokens of one owner; one with those it is rotated into counts once.",
            "50",
            "most",
        ),
        Key(
            "presentations",
            Items('"bearer" and "basic"', _PRESENTATION, frozenset),
            "How tokens may be sent.",
            "both",
        ),
        Key("require_ticket", Flag(), "Whether a token needs a ticket.", "no", "needs_ticket"),
        Key("require_team", Flag(), "Whether a token needs a team.", "no", "needs_team"),
        Key(
            "stale_after",
            Duration(DAY, _LONGEST),
            "A token that is not used for so long is disabled.",
            "never",
        ),
        Key(
            "delete_after",
            Duration(DAY, _LONGEST),
            "So long after that it is revoked.",
            "never",
        ),
        REASON_KEY,
    ),
    "API tokens. A token must fit the default document and the document of each of its sites.",
    _nothing_said_in_vain,
)
