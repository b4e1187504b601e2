"""`authserver provider deny`, `allow` and `denials`: what counts no more of a provider's."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from authserver.cli.administration import JSON, json_value, naming, time_or
from authserver.cli.context import Context, pass_context
from authserver.cli.durations import DURATION
from authserver.cli.providing import NAME, providing, together
from authserver.domain.external_tokens import DenialKind
from authserver.services.external_denials import FOR_EVER

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from authserver.domain.external_tokens import ExternalDenial

COLUMNS: Final = ("kind", "value", "issued until", "kept until", "reason")
_FIELDS: Final[Mapping[str, str]] = {
    "token": "--token",
    "subject": "--subject",
    "client": "--client",
    "reason": "--reason",
    "until": "--until",
}
_WHAT: Final = together(
    click.option("--token", help="A token's id: jti, at Entra ID uti, at Cognito origin_jti too."),
    click.option("--subject", help="A person's subject key, as authserver identity list shows it."),
    click.option("--client", help="The id of a client at the provider."),
)


@click.command(short_help="Let a token, a person's or a client's tokens count no more.")
@NAME
@_WHAT
@click.option(
    "--until",
    type=DURATION,
    help="Reach tokens that are issued until so long from now. Unless given: all, and of a person "
    "those issued until now.",
)
@click.option("--reason", default="", help="Why, for the record.")
@JSON
@pass_context
def deny(
    context: Context, /, *, name: str, until: int | None, reason: str, as_json: bool, **what: Any
) -> None:
    """Let a token, a person's or a client's tokens count no more, from when this command ends.

    Providers whose tokens nobody can revoke need this. Sessions here are another matter: authserver
    session end-all, or authserver user disable.
    """
    kind, value = _chosen(what)
    services = providing(context)
    now = services.clock.now()
    with naming(_FIELDS):
        denial = services.external_denials.deny(
            name,
            kind,
            value,
            services.operator,
            until=None if until is None else now + until,
            reason=reason,
        )
    if as_json:
        context.console.json(denial_value(denial))
        return
    reached = "" if denial.issued_until >= FOR_EVER else f" issued until {_until(denial)}"
    words = {
        DenialKind.TOKEN: f"the token or session {value}",
        DenialKind.SUBJECT: f"every token of {value}{reached}",
        DenialKind.CLIENT: f"every token of client {value}{reached}",
    }
    context.console.line(f"denied: {words[kind]}, at {name}")


@click.command(short_help="Take a denial back.")
@NAME
@_WHAT
@JSON
@pass_context
def allow(context: Context, /, *, name: str, as_json: bool, **what: Any) -> None:
    """Take a denial back."""
    kind, value = _chosen(what)
    services = providing(context)
    services.external_denials.allow(name, kind, value, services.operator)
    if as_json:
        context.console.json({"kind": str(kind), "value": value, "denied": False})
    else:
        context.console.line(f"{kind} {value} at {name} is not denied any more")


@click.command(short_help="List what counts no more of a provider's.")
@NAME
@JSON
@pass_context
def denials(context: Context, *, name: str, as_json: bool) -> None:
    """List what counts no more of a provider's."""
    found = providing(context).external_denials.list(name)
    if as_json:
        context.console.json({"denials": [denial_value(each) for each in found]})
    elif found:
        context.console.table(COLUMNS, [_row(each) for each in found])
    else:
        context.console.note(f"nothing of provider {name} is denied")


def denial_value(denial: ExternalDenial) -> Any:
    """A denial for scripts; `null` times are for ever."""
    ever = denial.issued_until >= FOR_EVER
    return json_value(
        {
            "kind": str(denial.kind),
            "value": denial.value,
            "issued_until_at": None if ever else denial.issued_until,
            "expires_at": denial.expires_at,
            "reason": denial.reason,
            "created_at": denial.created_at,
        }
    )


def _row(denial: ExternalDenial) -> Sequence[str]:
    kept = time_or(denial.expires_at, "for ever")
    return str(denial.kind), denial.value, _until(denial), kept, denial.reason or "-"


def _until(denial: ExternalDenial) -> str:
    return "for ever" if denial.issued_until >= FOR_EVER else time_or(denial.issued_until, "-")


def _chosen(what: Mapping[str, str | None]) -> tuple[DenialKind, str]:
    stated = [(DenialKind(kind), value) for kind, value in what.items() if value is not None]
    if len(stated) != 1:
        raise click.UsageError("one of --token, --subject and --client")
    return stated[0]
