"""What the nouns that administer share: their services, their manners."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol, cast

import click

from authserver.cli.durations import DURATION
from authserver.domain.audit_times import written
from authserver.domain.errors import InvalidField
from authserver.domain.texts import shown_time
from authserver.services.clients import OVERLAP_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from authserver.cli.context import Context
    from authserver.domain.ports import Clock
    from authserver.services.administration import Act
    from authserver.services.clients import Clients
    from authserver.services.gateways import Gateways
    from authserver.services.hand_overs import HandOvers
    from authserver.services.resealing import Resealing
    from authserver.services.resources import Resources
    from authserver.services.signing_keys import SigningKeys
    from authserver.services.subject_accounts import SubjectAccounts

JSON: Final = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
OVERLAP: Final = click.option(
    "--overlap",
    type=DURATION,
    default=int(OVERLAP_SECONDS),
    help="How long the old ones go on; 0 ends them now.  [default: 24h]",
)
YES: Final = click.option("--yes", is_flag=True, help="Do not ask for confirmation.")


class AdministrationParts(Protocol):
    """What these commands ask of the container."""

    @property
    def clock(self) -> Clock:
        """The time."""
        ...

    @property
    def clients(self) -> Clients:
        """Client administration."""
        ...

    @property
    def resources(self) -> Resources:
        """Resource administration."""
        ...

    @property
    def hand_overs(self) -> HandOvers:
        """How calls are handed over to sites."""
        ...

    @property
    def subject_accounts(self) -> SubjectAccounts:
        """Accounts of sites that stand for subjects."""
        ...

    @property
    def gateways(self) -> Gateways:
        """Gateway administration."""
        ...

    @property
    def signing_keys(self) -> SigningKeys:
        """The life of signing keys."""
        ...

    @property
    def resealing(self) -> Resealing:
        """Changing the key-encryption key."""
        ...

    @property
    def operator(self) -> Act:
        """The act of whoever runs the command."""
        ...


def parts(context: Context) -> AdministrationParts:
    """The services of this installation."""
    return cast("AdministrationParts", context.container())


@contextmanager
def naming(options: Mapping[str, str]) -> Iterator[None]:
    """In refusals, name the option that was typed instead of the field it stands for.

    Raises:
        InvalidField: the same refusal, `--jwks (keys[0].crv)` instead of `jwks.keys[0].crv`.
    """
    try:
        yield
    except InvalidField as refusal:
        field, _, member = refusal.field.partition(".")
        option = options.get(field, field)
        raise InvalidField(f"{option} ({member})" if member else option, refusal.allowed) from None


def confirm(question: str, *, yes: bool) -> None:
    """Go on only when somebody says so; without a terminal that is `--yes`."""
    if not yes:
        click.confirm(question, abort=True, err=True)


def describe(context: Context, values: Mapping[str, str]) -> None:
    """Fields on stderr, for commands whose stdout is a secret."""
    width = max(map(len, values))
    for name, value in values.items():
        context.console.note(f"{name.ljust(width)}  {value}")


def time_or(at: float | None, otherwise: str) -> str:
    """A moment for people, or a word for none."""
    return otherwise if at is None else shown_time(at)


def json_value(value: Any) -> Any:
    """A description for JSON: every `…_at` (seconds since the epoch) as ISO 8601 in UTC."""
    if isinstance(value, dict):
        return {
            name: written(part)
            if name.endswith("_at") and isinstance(part, int | float)
            else json_value(part)
            for name, part in value.items()
        }
    if isinstance(value, list | tuple):
        return [json_value(part) for part in value]
    return value
