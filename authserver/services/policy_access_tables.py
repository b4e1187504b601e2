"""The tables that say who may call: `[access]` and its overrides, `[emails]`, `[browsers]`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from authserver.domain.policy_documents import (
    AccessSection,
    BrowserSection,
    EmailSection,
    Override,
    UserEffect,
)
from authserver.domain.users import canonical
from authserver.services.policy_places import Noun
from authserver.services.policy_tables import Key, Rules, Table
from authserver.services.policy_value_lists import CLIENTS, DOMAINS, GROUPS, ORIGINS
from authserver.services.policy_values import REASON, Choice, Moment, Text, matching

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.services.policy_places import Place

REASON_KEY: Final = Key("reason", REASON, "What refused callers read.")
_USER_NAME: Final = matching(r"[a-z0-9][a-z0-9._@+-]{0,99}")
_USER: Final = Text("a user name", lambda raw: _USER_NAME(canonical(raw)), Noun.USER)


def _one_override_of_each_kind(values: Mapping[str, Any], place: Place) -> None:
    seen: set[tuple[str, UserEffect]] = set()
    for index, override in enumerate(values.get("override", ())):
        key = (override.user, override.effect)
        if key in seen:
            place.key("override").item(index).key("user").refuse(
                "has an override with this effect already"
            )
        seen.add(key)


OVERRIDE: Final = Table(
    Override,
    (
        Key("user", _USER, "For whom."),
        Key(
            "effect",
            Choice({str(effect): effect for effect in UserEffect}),
            "`allow`: the user need not be in one of the groups, everything else still holds; "
            "`read-only`: only operations that read; `deny`: no call.",
        ),
        Key("until", Moment(), "When it ends by itself."),
        REASON_KEY,
    ),
    "Another rule for one user, until a moment.",
)
ACCESS: Final = Table(
    AccessSection,
    (
        Key("groups", GROUPS, "Users must be in one of these.", "every user may call"),
        Key("clients", CLIENTS, "Services must be one of these.", "every service may call"),
        Key(
            "read_only_groups",
            GROUPS,
            "Members may only read, by operation and not by method, whatever else they are in.",
            "nobody",
        ),
        Key("override", Rules(OVERRIDE), "Overrides.", "none", "overrides"),
        REASON_KEY,
    ),
    "Who may call. Users need `groups`, services need `clients`: each kind has its own list. "
    "Callers who prove nothing to this server (see `[legacy]`) are in no list, and are not asked.",
    _one_override_of_each_kind,
)
BROWSERS: Final = Table(
    BrowserSection,
    (Key("origins", ORIGINS, "Whose pages may call, beside the site's own."), REASON_KEY),
    "Pages of which origins may call. Calls without `Origin` do not come from a foreign page.",
)
EMAILS: Final = Table(
    EmailSection,
    (Key("domains", DOMAINS, "In one of these."), REASON_KEY),
    "Where the e-mail addresses of users must be. Services have none and are not asked.",
)
