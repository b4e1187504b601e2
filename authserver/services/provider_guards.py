"""Identity providers by which somebody administers: whoever changes one could be anybody there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.domain.email_domains import domain_of
from authserver.domain.group_rules import GroupEffect
from authserver.domain.roles import ROLES_WRITE
from authserver.services.administrators import all_who_could_administer, may_give_roles
from authserver.services.user_roles import guard_groups

if TYPE_CHECKING:
    from authserver.domain.group_rules import GroupRule
    from authserver.domain.ports import Stores
    from authserver.services.administration import Act

GIVES_ROLES: Final = frozenset({GroupEffect.ADMINISTRATOR, GroupEffect.ROLE})


def guard_provider(stores: Stores, act: Act, name: str) -> None:
    """Let only those who may give roles change a provider by which somebody administers.

    That is one whose groups give roles, or at which anybody with a role has an identity, whatever
    the role is from: what it says decides who that is. So it does for who is in groups that
    policies name.

    Raises:
        Forbidden: it is such a provider, and the act is done without the permission.
    """
    if may_give_roles(act):
        return
    rules = stores.providers.rules(name)
    fills = {rule.value for rule in rules if rule.effect is GroupEffect.LOCAL_GROUP}
    guard_groups(stores, act, sorted(fills))
    gives = any(rule.effect in GIVES_ROLES for rule in rules)
    if gives or _has_administrators(stores, name):
        act.need(
            ROLES_WRITE, f"somebody administers by provider {name}: changing it takes {ROLES_WRITE}"
        )


def guard_rule(stores: Stores, act: Act, rule: GroupRule) -> None:
    """The same for a rule that gives roles, or a group that policies name.

    Raises:
        Forbidden: the rule gives such power, and the act is done without the permission.
    """
    if rule.effect in GIVES_ROLES:
        act.need(ROLES_WRITE, f"rules that give roles take {ROLES_WRITE}")
    if rule.effect is GroupEffect.LOCAL_GROUP:
        guard_groups(stores, act, [rule.value])


def guard_domain(stores: Stores, act: Act, domain: str) -> None:
    """The same for where people with addresses of a domain sign in.

    Raises:
        Forbidden: somebody with a role has a name or an address there.
    """
    if may_give_roles(act):
        return
    administering = all_who_could_administer(stores)
    for user in stores.users.list():
        names = {domain_of(user.username), domain_of(user.data.email)}
        if domain in names and user.subject in administering:
            act.need(
                ROLES_WRITE, f"somebody at {domain} administers: changing that takes {ROLES_WRITE}"
            )


def _has_administrators(stores: Stores, name: str) -> bool:
    administering = all_who_could_administer(stores)
    return any(identity.subject in administering for identity in stores.identities.list(name))
