"""Who may administer: by the manual flag, or by a group at a provider that counts now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from authserver.domain.ports import Stores
    from authserver.domain.users import User


def may_administer(stores: Stores, user: User) -> bool:
    """Whether the user may administer at this moment.

    What providers say counts while they are enabled and the identity is awake; it is kept with the
    identity, so that nothing a provider says ever touches the flag that an administrator set.
    """
    if not user.is_enabled:
        return False
    return user.is_administrator or is_administrator_by_group(stores, user.subject)


def is_administrator_by_group(stores: Stores, subject: str) -> bool:
    """The same for what groups at providers give alone."""
    given = {
        identity.provider
        for identity in stores.identities.of(subject)
        if identity.is_administrator and identity.asleep_since is None
    }
    # Listed, for a single one would be locked: whoever comes here holds locks that come after it.
    return bool(given) and any(
        provider.is_enabled and provider.name in given for provider in stores.providers.list()
    )
