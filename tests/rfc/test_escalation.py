"""Whoever may not give roles touches nobody who administers, and makes nobody do so (AD-04)."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import Forbidden
from authserver.domain.grants import GrantEnd, GrantFilter
from authserver.domain.roles import ROLES_WRITE, Role
from authserver.services.users import UserDraft, UserUpdate
from tests.rfc.administering import BOUND, FREE, allowed, give
from tests.rfc.escalating import ALLOWED_ON_ALL, READ, Cast, on_people

if TYPE_CHECKING:
    from tests.rfc.escalating import Deed
    from tests.rfc.installations import Installation


@pytest.mark.rule("AD-04")
def test_nobody_touches_people_who_administer(installation: Installation) -> None:
    cast = Cast(installation)
    allowed(installation, cast.boss, READ)
    for name, deed in on_people(cast, cast.boss).items():
        if name in ALLOWED_ON_ALL:
            continue
        before = cast.written()
        with pytest.raises(Forbidden) as refusal:
            deed(BOUND)
        assert refusal.value.needs == ROLES_WRITE, name
        assert cast.written() == before, name
    with pytest.raises(Forbidden):
        cast.container.sessions.end(cast.sessions[cast.boss], BOUND)
    for name in ALLOWED_ON_ALL:
        on_people(cast, cast.boss)[name](BOUND)


@pytest.mark.rule("AD-04")
def test_the_same_deeds_reach_everybody_else(installation: Installation) -> None:
    cast = Cast(installation)
    # Or nobody could be stopped at all.
    give(installation, cast.boss, Role.OWNER)
    for deed in on_people(cast, cast.ada).values():
        deed(BOUND)


@pytest.mark.rule("AD-04")
def test_owners_touch_whoever_administers(installation: Installation) -> None:
    cast = Cast(installation)
    give(installation, cast.boss, Role.HELP_DESK)
    for deed in on_people(cast, cast.boss).values():
        deed(FREE)


@pytest.mark.rule("AD-04")
def test_whoever_administers_ends_sessions_and_grants_of_their_own(
    installation: Installation,
) -> None:
    cast = Cast(installation)
    granted = allowed(installation, cast.boss, READ)
    own = replace(BOUND, actor=replace(BOUND.actor, identifier=cast.boss.subject))
    assert cast.container.sessions.end(cast.sessions[cast.boss], own)
    wanted = GrantFilter(grant_id=granted.grant.grant_id)
    assert cast.container.grants.end(wanted, GrantEnd.REVOKED_BY_ADMINISTRATOR, own)


@pytest.mark.rule("AD-04")
@pytest.mark.parametrize("role", list(Role))
def test_every_role_is_guarded_even_while_it_does_not_count(
    installation: Installation, role: Role
) -> None:
    cast = Cast(installation)
    give(installation, cast.ada, role)
    users = cast.container.users
    users.disable("ada", FREE)
    for deed in (users.enable, users.reset_password):
        with pytest.raises(Forbidden):
            deed("ada", BOUND)


@pytest.mark.rule("AD-04")
def test_whoever_administers_by_a_group_is_guarded_even_while_asleep(
    installation: Installation,
) -> None:
    cast = Cast(installation)
    with cast.container.database.writing() as stores:
        identity = stores.identities.find("shop", f"key-of-{cast.ada.subject}")
        assert identity is not None
        roles = frozenset({Role.AUDITOR})
        stores.identities.save(replace(identity, roles=roles, asleep_since=1.0))
    with pytest.raises(Forbidden):
        cast.container.users.reset_password("ada", BOUND)


@pytest.mark.rule("AD-03")
@pytest.mark.rule("AD-04")
def test_nobody_gives_roles_who_may_not(installation: Installation) -> None:
    cast = Cast(installation)
    users, groups, before = cast.container.users, cast.container.groups, cast.written()
    deeds: tuple[Deed, ...] = (
        lambda act: users.update("ada", UserUpdate(is_administrator=True), act),
        *(
            lambda act, role=role: users.update("ada", UserUpdate(add_roles=(role,)), act)
            for role in Role
        ),
        lambda act: users.create(UserDraft("eve", is_administrator=True), act),
        lambda act: users.create(UserDraft("eve", roles=("auditor",)), act),
        lambda act: users.create(UserDraft("eve", groups=("trusted",)), act),
        lambda act: users.update("ada", UserUpdate(add_groups=("trusted",)), act),
        lambda act: users.update("ada", UserUpdate(remove_groups=("trusted",)), act),
        lambda act: groups.add("trusted", "ada", act),
        lambda act: groups.remove("trusted", "ada", act),
    )
    for deed in deeds:
        with pytest.raises(Forbidden):
            deed(BOUND)
        assert cast.written() == before
    assert cast.container.users.get("ada").roles == frozenset()
