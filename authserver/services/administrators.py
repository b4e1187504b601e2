"""Who administers, and as what: by hand, or by a group at a provider that counts now.

`roles_of` is the one place that says which roles somebody has. What somebody may do with them is
`domain.roles.permissions_of`. Whoever touches those who administer asks `guard_user` inside the
transaction of the act.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authserver.domain.roles import ROLES_WRITE
from authserver.services.group_verdicts import verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.group_rules import GroupRule
    from authserver.domain.identities import Identity
    from authserver.domain.ports import Stores
    from authserver.domain.roles import Role
    from authserver.domain.users import User
    from authserver.services.administration import Act


def roles_of(stores: Stores, user: User) -> frozenset[Role]:
    """The roles that count for the user at this moment; none for one who may not act.

    What providers say counts while they are enabled and the identity is awake; it is kept with the
    identity, so that nothing a provider says ever touches what an administrator set.
    """
    if not user.is_enabled:
        return frozenset()
    return user.own_roles | roles_by_groups(stores, user.subject)


def roles_by_groups(stores: Stores, subject: str) -> frozenset[Role]:
    """The same for what groups at providers give alone."""
    giving = [
        identity
        for identity in stores.identities.of(subject)
        if identity.gives_administration and identity.asleep_since is None
    ]
    if not giving:
        return frozenset()
    # Listed, for a single one would be locked: whoever comes here holds locks that come after it.
    enabled = {provider.name for provider in stores.providers.list() if provider.is_enabled}
    return frozenset().union(*(each.given_roles for each in giving if each.provider in enabled))


def may_administer(stores: Stores, user: User) -> bool:
    """Whether the user may administer anything at this moment."""
    return bool(roles_of(stores, user))


def could_administer(stores: Stores, user: User) -> bool:
    """Whether the user has any role, even one that does not count for now.

    Somebody disabled, asleep, or of a provider that is stopped may be back tomorrow: whoever sets
    their password today would be an administrator then. So may be whose groups have lapsed.
    """
    return bool(user.own_roles) or any(
        _could_give(stores.providers.rules(identity.provider), identity)
        for identity in stores.identities.of(user.subject)
    )


def all_who_could_administer(stores: Stores) -> frozenset[str]:
    """The subjects of everybody for whom `could_administer` holds."""
    found = {user.subject for user in stores.users.list() if user.own_roles}
    for provider in stores.providers.list():
        rules = stores.providers.rules(provider.name)
        found.update(
            identity.subject
            for identity in stores.identities.list(provider.name)
            if _could_give(rules, identity)
        )
    return frozenset(found)


def _could_give(rules: Sequence[GroupRule], identity: Identity) -> bool:
    """Whether an identity gives a role, or would by the next sign-in if the groups are the same."""
    if identity.gives_administration or identity.snapshot is None:
        return identity.gives_administration
    judged = verdict(rules, identity.snapshot, identity.snapshot.fetched_at)
    return judged.is_administrator or bool(judged.roles)


def may_give_roles(act: Act) -> bool:
    """Whether the act may touch whoever administers, so that nobody need look whom it touches."""
    return act.powers is None or ROLES_WRITE in act.powers


def guard_subject(stores: Stores, act: Act, subject: str) -> None:
    """The same as `guard_user`, for whoever a subject stands for; a client's is free.

    Raises:
        Forbidden: the user has a role, and the act may not touch such users.
    """
    user = None if may_give_roles(act) else stores.users.get(subject)
    if user is not None:
        guard_user(stores, act, user)


def guard_other(stores: Stores, act: Act, subject: str) -> None:
    """The same as `guard_subject`, but that everybody may end what is their own.

    Raises:
        Forbidden: somebody else has a role, and the act may not touch such users.
    """
    if subject != act.actor.identifier:
        guard_subject(stores, act, subject)


def guard_user(stores: Stores, act: Act, user: User) -> None:
    """Let only those touch whoever administers who may give roles.

    Raises:
        Forbidden: the user has a role, and the act is done without that permission.
    """
    if may_give_roles(act):
        return
    if could_administer(stores, user):
        act.need(
            ROLES_WRITE, f"{user.username} administers: changing that user takes {ROLES_WRITE}"
        )
