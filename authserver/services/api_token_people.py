"""Whom an API token belongs to, and who may make one for whom."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from authserver.domain.api_tokens import SubjectType
from authserver.domain.clients import ClientStatus
from authserver.domain.errors import Conflict, InvalidField
from authserver.domain.roles import Area, permissions_of, to_write
from authserver.domain.scope_reach import beyond, common
from authserver.services.administrators import guard_user, roles_of
from authserver.services.api_token_drafts import TokenRefused
from authserver.services.scope_ceilings import ceiling_of, lost, within
from authserver.services.user_lookup import existing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from authserver.domain.clients import Client
    from authserver.domain.ports import Stores
    from authserver.domain.users import User
    from authserver.services.administration import Act
    from authserver.services.api_token_drafts import Maker
    from authserver.services.token_policy import TokenRules

_WRITES: Final = to_write(Area.TOKENS)


@dataclass(frozen=True, slots=True)
class Parties:
    """The owner (locked), the client if one is named, and whether the owner makes it."""

    subject_type: SubjectType
    owner: User
    client: Client | None
    is_own: bool

    @property
    def subject(self) -> str:
        """Whom the token speaks for."""
        if self.subject_type is SubjectType.SERVICE and self.client is not None:
            return self.client.subject
        return self.owner.subject


def subject_of(stores: Stores, user: str) -> str:
    """The subject of a user, looked for before anything is locked: users are locked by subjects.

    Raises:
        NotFound: there is no such user.
        InvalidField: none is named.
    """
    if not user:
        raise InvalidField("user", "the name of the user whom it belongs to")
    return existing(stores, user).subject


def parties(
    stores: Stores,
    subject_type: SubjectType,
    owner_subject: str,
    client: Client | None,
    maker: Maker,
) -> Parties:
    """Everybody whom a token concerns; owner and maker are locked, `client` is already.

    Raises:
        NotFound: there is no such user.
        InvalidField: a service has no client.
        Conflict: the owner or the client is stopped.
    """
    # In the order of everybody who locks several users.
    for each in sorted({owner_subject, maker.subject} - {""}):
        stores.users.get(each)
    owner = existing(stores, owner_subject)
    if not owner.has_credentials:
        what = "disabled" if not owner.is_enabled else "without credentials for now"
        raise Conflict(f"user {owner.username} is {what}: enable that first")
    if client is not None:
        if not client.is_enabled:
            raise Conflict(f"client {client.client_id} is {client.status}: enable it first")
    elif subject_type is SubjectType.SERVICE:
        raise InvalidField("client_id", "required for a service: the client it speaks for")
    is_own = subject_type is SubjectType.USER and maker.subject == owner.subject
    return Parties(subject_type, owner, client, is_own)


def held_client(stores: Stores, client_id: str) -> Client | None:
    """A client, locked; `None` where no id is said. Raises InvalidField: it is not there."""
    if not client_id:
        return None
    client = stores.clients.get(client_id)
    if client is None or client.status is ClientStatus.DELETED:
        raise InvalidField("client_id", "a registered client (authserver client list)")
    return client


def check_maker(
    stores: Stores, maker: Maker, concerned: Parties, rules: TokenRules, act: Act
) -> None:
    """Let somebody, whose row is locked, make a token for these parties.

    Whoever does it with permissions counts as an administrator by the one for tokens.

    Raises:
        TokenRefused: a policy does not let them, or the owner may not hold one.
        Forbidden: the owner administers, and is not who makes it.
    """
    groups, powers = frozenset[str](), act.powers
    if not maker.is_operator:
        groups = frozenset(stores.groups.of(maker.subject))
        if powers is None:
            # On a page of their own: what they may do for others, their roles say.
            powers = permissions_of(roles_of(stores, existing(stores, maker.subject)))
    if maker.subject != concerned.owner.subject:
        guard_user(stores, replace(act, powers=powers), concerned.owner)
    is_administrator = maker.is_operator if powers is None else _WRITES in powers
    ask = rules.against_making if concerned.is_own else rules.against_making_for_others
    refusal = ask(groups, is_administrator=is_administrator)
    if refusal is None and concerned.subject_type is SubjectType.USER:
        refusal = rules.against_holding(frozenset(stores.groups.of(concerned.owner.subject)))
    if refusal is not None:
        raise TokenRefused(refusal)


def within_reach(stores: Stores, concerned: Parties, scopes: frozenset[str]) -> frozenset[str]:
    """What is left of the scopes of a token within the reach of whoever it speaks for.

    Raises:
        InvalidField: nothing is.
    """
    left = within(ceiling_of(stores, concerned.owner.subject), scopes)
    if concerned.subject_type is SubjectType.SERVICE and concerned.client is not None:
        left = common(left, concerned.client.scopes)
    if not left:
        raise InvalidField("scopes", "some of what its owner, or its service, may have now")
    return left


def check_reach(
    stores: Stores, concerned: Parties, scopes: frozenset[str], resources: Iterable[str]
) -> None:
    """Let no token go further than whoever it speaks for.

    Raises:
        InvalidField: names `scopes` or `resources` and what lies beyond.
    """
    gone = lost(ceiling_of(stores, concerned.owner.subject), scopes)
    if gone:
        name = concerned.owner.username
        raise InvalidField("scopes", f"what the groups of {name} give; not {_listed(gone)}")
    client = concerned.client
    if concerned.subject_type is not SubjectType.SERVICE or client is None:
        return
    gone = beyond(scopes, client.scopes)
    if gone:
        has = _listed(client.scopes) or "none"
        raise InvalidField("scopes", f"those of client {client.client_id} ({has})")
    if not client.resources.issuperset(resources):
        has = _listed(client.resources) or "none"
        raise InvalidField("resources", f"those of client {client.client_id} ({has})")


def _listed(names: Iterable[str]) -> str:
    return ", ".join(sorted(names))
