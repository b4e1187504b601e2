"""Users who come from a provider: who becomes one, what they are called, what is known of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from authserver.domain.audit import Actor, ActorKind, AuditEvent, Outcome
from authserver.domain.identities import Identity, IdentityStatus
from authserver.domain.providers import UserCreation
from authserver.domain.upstream_sign_ins import SignInProblem
from authserver.domain.users import PersonalData, User, UserStatus, canonical
from authserver.services.domain_routing import unmistakable_domain
from authserver.services.group_verdicts import creation_problem
from authserver.services.user_lookup import SUBJECT_PREFIX
from authserver.services.user_rules import USERNAME

if TYPE_CHECKING:
    from collections.abc import Iterator

    from authserver.domain.calls import Call
    from authserver.domain.group_rules import GroupSnapshot
    from authserver.domain.ports import SecretMaker, Stores
    from authserver.domain.providers import Provider
    from authserver.domain.upstream_sign_ins import UpstreamPerson

LONGEST_USERNAME: Final = 100
NUMBERS: Final = 100
"""How many people of one name get a number before the name is an identifier."""


def refusal_to_create(
    provider: Provider, person: UpstreamPerson, snapshot: GroupSnapshot
) -> SignInProblem | None:
    """Why this person does not become a user by signing in; `None`: nothing is against it."""
    if provider.creation is UserCreation.OFF:
        return SignInProblem.NO_ACCOUNT
    if provider.creation_domains:
        # An address that nobody verified is a claim, not a domain.
        domain = unmistakable_domain(person.email) if person.email_verified else ""
        if domain not in provider.creation_domains:
            return SignInProblem.NO_ACCOUNT
    return creation_problem(provider, snapshot)


class FederatedUsers:
    """Makes users and identities, and keeps them as the provider describes them."""

    def __init__(self, *, secret_maker: SecretMaker) -> None:
        """Take the collaborator; hold no state of its own."""
        self._secret_maker = secret_maker

    def create_in(
        self, stores: Stores, provider: Provider, person: UpstreamPerson, call: Call
    ) -> tuple[User, Identity]:
        """A new user with this identity, in the caller's transaction, which holds the provider."""
        user = User(
            subject=SUBJECT_PREFIX + self._secret_maker.identifier(),
            username=self._free_username(stores, provider, person),
            is_administrator=False,
            status=UserStatus.ENABLED,
            password_hash=b"",
            must_change_password=False,
            created_at=call.at,
            data=described_by(person, PersonalData()),
            updated_at=call.at,
        )
        stores.users.add(user)
        identity = self.link_in(stores, provider, person, user.subject, call, "identity.created")
        return user, identity

    @staticmethod
    def link_in(  # noqa: PLR0917 - whose, who, and by what act
        stores: Stores,
        provider: Provider,
        person: UpstreamPerson,
        subject: str,
        call: Call,
        action: str = "identity.linked",
    ) -> Identity:
        """A new identity of a user. Raises AlreadyExists while it is linked to somebody."""
        identity = Identity(
            provider=provider.name,
            subject_key=person.subject_key,
            subject=subject,
            shown=person.shown,
            status=IdentityStatus.LINKED,
            created_at=call.at,
            last_sign_in_at=call.at,
            last_checked_at=call.at,
        )
        stores.identities.add(identity)
        stores.audit.add(
            AuditEvent(
                at=call.at,
                action=action,
                outcome=Outcome.SUCCESS,
                actor=Actor(ActorKind.USER, subject),
                object_kind="identity",
                object_id=subject,
                request_id=call.request_id,
                peer=call.peer,
                details={"provider": provider.name, "shown": person.shown},
            )
        )
        return identity

    @staticmethod
    def refresh_in(
        stores: Stores, user: User, identity: Identity, person: UpstreamPerson, call: Call
    ) -> User:
        """The user as the provider describes it now, if it was this identity that made the user.

        Of a user who has a password here, or was there before, an identity changes nothing.
        """
        if user.password_hash or identity.created_at != user.created_at:
            return user
        data = described_by(person, user.data)
        if data == user.data:
            return user
        changed = replace(user, data=data, updated_at=call.at)
        stores.users.save(changed)
        return changed

    def _free_username(self, stores: Stores, provider: Provider, person: UpstreamPerson) -> str:
        for name in _names(provider, person):
            # Nor the address by which somebody with a password signs in.
            taken = stores.users.get_by_username(name) or stores.users.get_by_email(name)
            if taken is None:
                return name
        return f"u.{self._secret_maker.identifier().lower()}.{provider.name}"


def described_by(person: UpstreamPerson, data: PersonalData) -> PersonalData:
    """Personal data with what the provider says; what it does not say stays."""
    stated = replace(
        data,
        name=person.name or data.name,
        given_name=person.given_name or data.given_name,
        family_name=person.family_name or data.family_name,
        locale=person.locale or data.locale,
    )
    if not person.email:
        return stated
    return replace(stated, email=person.email, email_verified=person.email_verified)


def _names(provider: Provider, person: UpstreamPerson) -> Iterator[str]:
    """What the user may be called, the nicest first; each fits the rules for names."""
    wanted = (person.username, person.email)
    fitting = [name for name in map(canonical, wanted) if USERNAME.match(name)]
    base = fitting[0] if fitting else "user"
    room = LONGEST_USERNAME - len(provider.name) - len(f".-{NUMBERS}")
    marked = f"{base[:room]}.{provider.name}"
    if fitting:
        yield base
    yield marked
    for number in range(2, NUMBERS):
        yield f"{marked}-{number}"
