"""Who has which role: what was given by hand, and what groups at providers give."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import and_, false, func, select

from authserver.domain.identities import IdentityStatus
from authserver.domain.providers import ProviderStatus
from authserver.domain.roles import Role
from authserver.storage.rows.identities import identities
from authserver.storage.rows.metadata import ADMINISTERS
from authserver.storage.rows.providers import providers
from authserver.storage.rows.users import users

if TYPE_CHECKING:
    from sqlalchemy import Connection
    from sqlalchemy.sql import ColumnElement, FromClause, TextClause

_FEW: Final = 1000


def has_role(connection: Connection, issuer_id: int, role: Role) -> ColumnElement[bool]:
    """Whether a row of `users` has the role, however it came by it."""
    holders = users.alias()
    by_hand = select(holders.c.subject).where(*_given(connection, holders, issuer_id, role))
    # What a provider says counts while it is enabled and the identity is awake.
    by_groups = (
        select(identities.c.subject)
        .join(
            providers,
            and_(
                providers.c.issuer_id == identities.c.issuer_id,
                providers.c.name == identities.c.provider_name,
            ),
        )
        .where(
            *_given(connection, identities, issuer_id, role),
            identities.c.status == IdentityStatus.LINKED.value,
            identities.c.asleep_since.is_(None),
            providers.c.status == ProviderStatus.ENABLED.value,
        )
    )
    holders_of_it = by_hand.union(by_groups)
    few = connection.scalars(holders_of_it.limit(_FEW + 1)).all()
    if len(few) > _FEW:
        return users.c.subject.in_(holders_of_it)
    # Named one by one: SQLite would go through all users in the order of a list.
    return users.c.subject.in_(sorted(few)) if few else false()


def _given(
    connection: Connection, table: FromClause, issuer_id: int, role: Role
) -> tuple[ColumnElement[bool] | TextClause, ...]:
    asked: Any
    if role is Role.OWNER:
        asked = table.c.is_administrator.is_(True)
    else:
        place = func.instr if connection.dialect.name == "sqlite" else func.strpos
        asked = place(table.c.roles, json.dumps(role.value)) > 0
    return (table.c.issuer_id == issuer_id, ADMINISTERS, asked)
