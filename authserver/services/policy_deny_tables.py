"""The table `[[deny]]`: what is refused whatever else is said."""

from __future__ import annotations

from typing import Final

from authserver.domain.policy_documents import DenyRule
from authserver.services.policy_access_tables import REASON_KEY
from authserver.services.policy_network_tables import NAME_KEY
from authserver.services.policy_tables import Key, Table
from authserver.services.policy_value_lists import (
    CLAIMED_NAMES,
    CLIENTS,
    GROUPS,
    NETWORKS,
    SELECTORS,
    TOKENS,
)

DENY: Final = Table(
    DenyRule,
    (
        NAME_KEY,
        Key("groups", GROUPS, "The caller is in one of these.", "whoever it is"),
        Key("clients", CLIENTS, "The client is one of these.", "whichever it is"),
        Key(
            "users",
            CLAIMED_NAMES,
            "The user has one of these names, or claims it with Basic.",
            "whoever it is",
        ),
        Key("tokens", TOKENS, "The API token is one of these.", "whichever it is"),
        Key("networks", NETWORKS, "The call comes from one of these.", "from anywhere"),
        Key("operations", SELECTORS, "The call means one of these.", "every call"),
        REASON_KEY,
    ),
    "Calls that are refused whatever else is said, by the default document or by the site's. Every "
    "condition that is written must hold; a rule without any denies every call.",
)
