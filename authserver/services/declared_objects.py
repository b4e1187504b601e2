"""What every kind of declared object answers, and what it works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from authserver.domain.declarations import DeclaredKind
    from authserver.domain.key_ports import SecretSealer
    from authserver.domain.roles import Area
    from authserver.services.administration import Act
    from authserver.services.clients import Clients
    from authserver.services.gateways import Gateways
    from authserver.services.groups import Groups
    from authserver.services.hand_overs import HandOvers
    from authserver.services.policies import Policies
    from authserver.services.provider_domains import ProviderDomains
    from authserver.services.provider_group_rules import ProviderGroupRules
    from authserver.services.provider_secrets import ProviderSecrets
    from authserver.services.providers import Providers
    from authserver.services.resources import Resources
    from authserver.services.subject_accounts import SubjectAccounts
    from authserver.services.users import Users

Form: TypeAlias = dict[str, Any]
"""An object as files say it, every key written; lists that have no order are sorted."""
STATUS: Final = "status"
ENABLED: Final = "enabled"


class Offices(Protocol):
    """The services that files work by, on one transaction."""

    @property
    def clients(self) -> Clients:
        """Clients."""
        ...

    @property
    def resources(self) -> Resources:
        """Resources."""
        ...

    @property
    def hand_overs(self) -> HandOvers:
        """Hand-overs."""
        ...

    @property
    def subject_accounts(self) -> SubjectAccounts:
        """Accounts."""
        ...

    @property
    def gateways(self) -> Gateways:
        """Gateways."""
        ...

    @property
    def providers(self) -> Providers:
        """Identity providers."""
        ...

    @property
    def provider_secrets(self) -> ProviderSecrets:
        """Our credentials there."""
        ...

    @property
    def provider_domains(self) -> ProviderDomains:
        """Whose people sign in there."""
        ...

    @property
    def provider_group_rules(self) -> ProviderGroupRules:
        """What their groups mean."""
        ...

    @property
    def groups(self) -> Groups:
        """Groups."""
        ...

    @property
    def users(self) -> Users:
        """Users."""
        ...

    @property
    def policies(self) -> Policies:
        """Policies."""
        ...

    @property
    def sealer(self) -> SecretSealer:
        """Opens what was sealed, to see of what form it is."""
        ...


class SecretReader(Protocol):
    """Reads secrets that a file refers to."""

    def read(self, key: str, reference: str) -> str:
        """What the file has that `key` names. Raises InvalidField for `key`."""
        ...


@dataclass(frozen=True, slots=True)
class FreshValue:
    """A secret that was made; `key` is the one that may say where it is written."""

    key: str
    value: str = field(repr=False)


class DeclaredObjects(Protocol):
    """One kind of object."""

    @property
    def kind(self) -> DeclaredKind:
        """Which."""
        ...

    @property
    def area(self) -> Area:
        """What permissions looking and changing take."""
        ...

    def names(self) -> Sequence[str]:
        """Those that can be declared, in order."""
        ...

    def form(self, name: str, keys: Collection[str]) -> Form | None:
        """The object as it is, `None` for none.

        What others may look after, too, is in it where `keys` names it only.
        """
        ...

    def plain(self, form: Form) -> Form:
        """The form without what leaving out means as well."""
        ...

    def needs(self, values: Mapping[str, Any]) -> Collection[tuple[DeclaredKind, str]]:
        """Objects that what is stated refers to."""
        ...

    def put(
        self, values: Mapping[str, Any], before: Form | None, act: Act, secrets: SecretReader
    ) -> Sequence[FreshValue]:
        """Make the object, or make it what is stated.

        Raises:
            DomainError: it is not allowed; fields are named as files name them.
        """
        ...

    def made_at(self, name: str) -> float:
        """When it was made (seconds since the epoch); 0.0 where there is none."""
        ...

    def remove(self, name: str, act: Act) -> None:
        """End it. Raises DomainError."""
        ...


def without(form: Form, defaults: Mapping[str, Any]) -> Form:
    """The form without keys that are as they would be if left out, or that say nothing."""
    return {
        key: value
        for key, value in form.items()
        if value is not None and value != defaults.get(key, _NOTHING)
    }


_NOTHING: Final = object()


def keep(field_name: str, before: object, stated: object) -> None:
    """Refuse to change what is for ever. Raises InvalidField."""
    if stated is not None and stated != before:
        raise InvalidField(field_name, f"as it is ({before}): it cannot be changed")
