"""The table `[[network]]`: from where calls may come."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.policy_documents import NetworkRule
from authserver.services.policy_access_tables import REASON_KEY
from authserver.services.policy_tables import Key, Table
from authserver.services.policy_value_lists import CLIENTS, GROUPS, NETWORKS, TOKENS
from authserver.services.policy_values import RULE_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.services.policy_places import Place

NAME_KEY: Final = Key("name", RULE_NAME, "Named in refusals and records.")
FOR_GROUPS: Final = Key("groups", GROUPS, "For members of these.", "all, see above")
FOR_CLIENTS: Final = Key("clients", CLIENTS, "For these clients.", "all, see above")
FOR_TOKENS: Final = Key("tokens", TOKENS, "For these API tokens.", "all, see above")
WHOM: Final = (
    "With `groups`, `clients` or `tokens` it is about callers who are in any of them; with none of "
    "them about every caller."
)


def says_something(values: Mapping[str, Any], place: Place) -> None:
    """A rule that allows and denies needs one of both."""
    if "allow" not in values and "deny" not in values:
        place.refuse("needs allow or deny, or it says nothing")


NETWORK: Final = Table(
    NetworkRule,
    (
        NAME_KEY,
        Key("allow", NETWORKS, "The call must come from one of these.", "from anywhere"),
        Key("deny", NETWORKS, "The call must come from none of these.", "none"),
        FOR_GROUPS,
        FOR_CLIENTS,
        FOR_TOKENS,
        REASON_KEY,
    ),
    f"From where calls may come. {WHOM} An address that nobody knows is in no network that is "
    "allowed, and might be in every one that is denied.",
    says_something,
)
