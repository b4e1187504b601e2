"""What the commands about identity providers share."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar, cast

import click

from authserver.cli.durations import DURATION
from authserver.cli.secret_files import read_secret
from authserver.services.provider_fields import LONGEST_SECRET

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from typing import BinaryIO

    from authserver.cli.context import Context
    from authserver.domain.ports import Clock
    from authserver.services.administration import Act
    from authserver.services.external_denials import ExternalDenials
    from authserver.services.provider_domains import ProviderDomains
    from authserver.services.provider_group_rules import ProviderGroupRules
    from authserver.services.provider_secrets import ProviderSecrets
    from authserver.services.providers import Providers

_Command = TypeVar("_Command", bound="Callable[..., Any]")
NAME: Final = click.argument("name")
SECRET_FILE: Final = click.option(
    "--secret-file",
    type=click.File("rb"),
    help="File with the client secret; - reads stdin.",
)
SECRET_EXPIRES: Final = click.option(
    "--secret-expires-in",
    type=DURATION,
    help="When the secret ends at the provider, like 180d; doctor tells two weeks before.",
)


class ProvidingParts(Protocol):
    """What these commands ask of the container."""

    @property
    def clock(self) -> Clock:
        """The time."""
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
        """Whose people sign in where."""
        ...

    @property
    def provider_group_rules(self) -> ProviderGroupRules:
        """What groups there mean here."""
        ...

    @property
    def external_denials(self) -> ExternalDenials:
        """What counts no more of a provider's."""
        ...

    @property
    def operator(self) -> Act:
        """The act of whoever runs the command."""
        ...


def providing(context: Context) -> ProvidingParts:
    """The services of this installation."""
    return cast("ProvidingParts", context.container())


def secret_in(file: BinaryIO | None, prompt: str = "Client secret") -> str:
    """What the file holds; empty without one. Raises InvalidField."""
    return "" if file is None else read_secret(file, longest=LONGEST_SECRET, prompt=prompt)


def pairs(entries: Iterable[str], option: str, *, needs_value: bool = True) -> Mapping[str, str]:
    """`THEIRS=OURS` entries; the last `=` divides, for what is theirs may contain one.

    Raises:
        click.UsageError: one has no `=` (or nothing on either side).
    """
    found = {}
    for entry in entries:
        theirs, equals, ours = entry.rpartition("=")
        if not equals and not needs_value:
            theirs, ours = entry, ""
        if not theirs or (needs_value and not ours):
            raise click.UsageError(f"{option}: THEIRS=OURS, with something on both sides of the =")
        found[theirs] = ours
    return found


def unless_empty(values: tuple[str, ...]) -> tuple[str, ...] | None:
    """What was stated: `None` for nothing, no entry for a single empty one."""
    if not values:
        return None
    return () if values == ("",) else values


def together(*options: Callable[[Any], Any]) -> Callable[[_Command], _Command]:
    """One decorator of several options, in their order."""

    def decorate(command: _Command) -> _Command:
        for option in reversed(options):
            command = option(command)
        return command

    return decorate
