"""Users as a worker remembers them under the authority's lease: for calls that somebody makes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from authserver.domain.authority import ChangeKind
from authserver.domain.email_domains import domain_of
from authserver.services.living import rests
from authserver.services.remembering import Remembered
from authserver.services.scope_ceilings import ceilings_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.identities import Identity
    from authserver.domain.ports import Database, Stores
    from authserver.domain.users import User
    from authserver.services.authority import AuthorityView
    from authserver.services.provider_view import ProviderView


@dataclass(frozen=True, slots=True)
class Person:
    """A user as calls see it; one that was deleted, too.

    `user` comes without its password's hash. `groups` are names of local groups, by hand and by
    what groups at providers mean; `email_domain` is as DNS has it, empty without an address.
    `ceiling` are the scopes of sites that the user's groups give, `None` where nothing limits them.
    """

    user: User
    groups: frozenset[str]
    email_domain: str
    is_asleep: bool = False
    ceiling: frozenset[str] | None = None

    @property
    def may_speak(self) -> bool:
        """Whether tokens count that speak for the user now."""
        return self.user.has_credentials and not self.is_asleep


@dataclass(slots=True)
class _Known:
    """A person as last seen, and what has to be seen together with the providers of now.

    While nothing changes it is the very same value each time.
    """

    person: Person
    has_password: bool
    identities: Sequence[Identity]
    ceilings: Mapping[str, frozenset[str]]


class PeopleView:
    """What calls need to know of users. Only to be believed after `AuthorityView.ensure_fresh`."""

    def __init__(self, database: Database, view: AuthorityView, providers: ProviderView) -> None:
        """Know nobody yet; forget people when the authority says so."""
        self._providers = providers
        self._people: Remembered[str, _Known] = Remembered(database, view, ChangeKind.USER, _load)

    def person(self, subject: str) -> Person | None:
        """By subject; `None` for nobody, a client for example.

        Raises:
            StorageUnavailable: the database is needed and does not answer.
        """
        known = self._people.get(subject)
        if known is None or not known.identities:
            return None if known is None else known.person
        found = {each.provider: self._providers.get(each.provider) for each in known.identities}
        enabled = {
            name: each.provider
            for name, each in found.items()
            if each is not None and each.provider.is_enabled
        }
        # Who can sign in nowhere any more has nobody left who vouches for them.
        is_asleep = rests(known.identities, enabled) or not (enabled or known.has_password)
        ceiling = self._providers.ceiling_over(known.ceilings)
        person = known.person
        if (person.is_asleep, person.ceiling) != (is_asleep, ceiling):
            person = known.person = replace(person, is_asleep=is_asleep, ceiling=ceiling)
        return person


def _load(stores: Stores, subject: str) -> _Known | None:
    user = stores.users.get(subject)
    if user is None:
        return None
    return _Known(
        Person(
            user=replace(user, password_hash=b""),
            groups=frozenset(stores.groups.of(subject)),
            email_domain=domain_of(user.data.email) or "",
        ),
        bool(user.password_hash),
        stores.identities.of(subject),
        ceilings_of(stores, subject),
    )
