"""What a provider's rules are called on pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from authserver.domain.providers import (
    EmailTrust,
    GroupSource,
    LogoutRule,
    ProviderAuth,
    ProviderKind,
    UserCreation,
)
from authserver.services.provider_rules import KEPT_FOR
from authserver.web.languages import lazy_gettext as _l

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from enum import StrEnum

    from authserver.web.languages import Text

Word = TypeVar("Word", bound="StrEnum")

AUTH: Final[Mapping[ProviderAuth, Text]] = {
    ProviderAuth.SECRET_BASIC: _l("By our client secret, in a header"),
    ProviderAuth.SECRET_POST: _l("By our client secret, in the form"),
    ProviderAuth.PRIVATE_KEY_JWT: _l("By our own key: it reads our public keys"),
    ProviderAuth.FEDERATED: _l("By our own key, as a federated credential"),
    ProviderAuth.NONE: _l("Not at all: PKCE alone"),
}
CREATIONS: Final[Mapping[UserCreation, Text]] = {
    UserCreation.OFF: _l("No: an administrator makes users"),
    UserCreation.ON: _l("Yes"),
}
EMAILS: Final[Mapping[EmailTrust, Text]] = {
    EmailTrust.NEVER: _l("Never"),
    EmailTrust.VERIFIED: _l("When it says so (email_verified)"),
    EmailTrust.DOMAIN_OWNER: _l("When the tenant owns the domain (xms_edov)"),
}
GROUPS: Final[Mapping[GroupSource, Text]] = {
    GroupSource.NONE: _l("They are not read"),
    GroupSource.CLAIM: _l("From a claim of its tokens"),
    GroupSource.GRAPH: _l("From the claim; where it overflows, from Microsoft Graph"),
    GroupSource.OKTA_API: _l("From the claim; where it is cut off, from Okta's API"),
}
LOGOUTS: Final[Mapping[LogoutRule, Text]] = {
    LogoutRule.NONE: _l("Only here"),
    LogoutRule.ID_TOKEN_HINT: _l("There, too: by its ID token (id_token_hint)"),
    LogoutRule.LOGOUT_HINT: _l("There, too: by a hint (logout_hint)"),
    LogoutRule.COGNITO: _l("There, too: in Cognito's own way"),
}
_NOT_AT: Final[Mapping[ProviderKind, frozenset[str]]] = {
    ProviderKind.ENTRA: frozenset({EmailTrust.VERIFIED}),
    ProviderKind.COGNITO: frozenset({LogoutRule.ID_TOKEN_HINT, LogoutRule.LOGOUT_HINT}),
}
"""What the services refuse there: it is not offered, either."""


def choices(words: Mapping[Word, Text], kind: ProviderKind) -> Sequence[tuple[str, Text]]:
    """Those that a provider of the kind can have: value and label."""
    missing = _NOT_AT.get(kind, frozenset())
    return [
        (str(word), label)
        for word, label in words.items()
        if KEPT_FOR.get(word, kind) is kind and word not in missing
    ]
