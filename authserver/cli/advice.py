"""What to do about a refusal, where the refusal itself does not say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.errors import AlreadyExists, NotFound
from authserver.settings_sources import SettingsInvalid

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.errors import DomainError

_MISSING: Final[Mapping[str, str]] = {
    "client": "authserver client list shows those there are",
    "resource": "authserver resource list shows those there are",
    "gateway": "authserver gateway list shows those there are",
    "key": "authserver key list shows those there are",
    "initial access token": "authserver registration token list shows those there are",
    "API token": "authserver token list --all shows those there are",
    "user": "authserver user list shows those there are",
    "group": "authserver group list shows those there are",
    "mail": "authserver mail list shows those there are",
    "session": "authserver session list shows those that live",
    "mapped subject": "authserver account list shows those there are",
    "policy document": "authserver policy list shows which documents have a version",
    "policy version": "authserver policy versions DOCUMENT shows those there are",
    "provider": "authserver provider list shows those there are",
    "group rule": "authserver provider group-rule list NAME shows those there are",
    "domain": "authserver provider domain list shows those there are",
    "denied token": "authserver provider denials NAME shows those there are",
    "denied subject": "authserver provider denials NAME shows those there are",
    "denied client": "authserver provider denials NAME shows those there are",
}
_TAKEN: Final[Mapping[str, str]] = {
    "client": "choose another id: none is given out again, not even after authserver client delete",
    "resource": (
        "authserver resource list shows names and identifiers; none is given out again, not even "
        "after authserver resource delete. Another site at the same URL needs --identifier"
    ),
    "user": "choose another name; authserver user list shows those there are",
    "group": "choose another name; authserver group list shows those there are",
    "provider": (
        "choose another name: none is given out again, not even after authserver provider remove"
    ),
    "group rule": "authserver provider group-rule list NAME shows those there are",
    "gateway": "choose another name, or give that one a new key: authserver gateway rotate-key",
}


def advice(error: DomainError) -> str:
    """What to do next, "" where nothing can be said."""
    match error:
        case SettingsInvalid():
            return "authserver settings reference lists every setting"
        case NotFound():
            return _MISSING.get(error.kind, "")
        case AlreadyExists():
            return _TAKEN.get(error.kind, "")
        case _:
            return str(getattr(error, "hint", ""))
