"""`authserver resource set-credential`, `set-hand-over`, `unset-hand-over`: how calls arrive."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

import click

from authserver.cli.administration import JSON, naming, parts
from authserver.cli.context import Context, pass_context
from authserver.cli.resource_views import hand_over_fields, hand_over_value
from authserver.cli.secret_files import read_secret
from authserver.domain.hand_over import HandOverKind
from authserver.services.hand_over_rules import DEFAULT_HEADER, LONGEST_CREDENTIAL
from authserver.services.hand_overs import CredentialType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.hand_over import HandOver

OPTIONS: Final[Mapping[str, str]] = {
    "type": "--type",
    "user": "--user",
    "account": "--account",
    "secret": "--secret-file",
    "kind": "--kind",
    "header": "--header",
}
"""What was typed for each field of a hand-over."""


@click.command("set-credential", short_help="Let calls arrive with a credential of the site's.")
@click.argument("name")
@click.option(
    "--type",
    "credential_type",
    required=True,
    type=click.Choice([each.value for each in CredentialType]),
    help="How the site takes it.",
)
@click.option("--user", default="", help="User name, for basic; in Cloud the mail address.")
@click.option(
    "--account", required=True, help="Whose it is at the site, for the record: name or account id."
)
@click.option(
    "--secret-file",
    required=True,
    type=click.File("rb"),
    help="File with the token or password; - reads stdin.",
)
@JSON
@pass_context
def set_credential(
    context: Context,
    *,
    name: str,
    credential_type: str,
    user: str,
    account: str,
    secret_file: BinaryIO,
    as_json: bool,
) -> None:
    """Let every allowed call arrive with one credential of the site's, whoever the caller is.

    It is stored sealed and nobody can show it again. A line end behind it does not belong to it.
    """
    services = parts(context)
    with naming(OPTIONS):
        stored = services.hand_overs.set_credential(
            name,
            services.operator,
            credential_type=credential_type,
            secret=read_secret(secret_file, longest=LONGEST_CREDENTIAL, prompt="Token or password"),
            account=account,
            user=user,
        )
    _tell(context, stored, as_json=as_json)


@click.command("set-hand-over", short_help="Let calls arrive as the caller's own account.")
@click.argument("name")
@click.option(
    "--kind",
    required=True,
    type=click.Choice([each.value for each in HandOverKind if each.names_the_account]),
    help="What names the account.",
)
@click.option("--header", default="", help=f"For identity-header.  [default: {DEFAULT_HEADER}]")
@JSON
@pass_context
def set_hand_over(context: Context, *, name: str, kind: str, header: str, as_json: bool) -> None:
    """Let an allowed call arrive as the account that stands for its caller (authserver account).

    identity-header: a header with the account's name, which a plugin of the site believes from the
    gateway's address only. assertion: a signed JWT for it, good for a minute, which a plugin
    verifies. A credential that was set before is deleted.
    """
    services = parts(context)
    with naming(OPTIONS):
        stored = services.hand_overs.set_plain(name, services.operator, kind=kind, header=header)
    _tell(context, stored, as_json=as_json)


@click.command("unset-hand-over", short_help="Let no call with a token through to a site.")
@click.argument("name")
@JSON
@pass_context
def unset_hand_over(context: Context, *, name: str, as_json: bool) -> None:
    """Let no call with a token through to a site any more; its credential is deleted."""
    services = parts(context)
    services.hand_overs.unset(name, services.operator)
    if as_json:
        context.console.json({"name": name, "hand_over": None})
        return
    context.console.line(f"resource {name} has no hand-over: calls with tokens are refused")


def _tell(context: Context, stored: HandOver, *, as_json: bool) -> None:
    if as_json:
        context.console.json({"name": stored.resource, "hand_over": hand_over_value(stored)})
        return
    context.console.note(f"calls to {stored.resource} arrive like this from now on")
    context.console.fields(hand_over_fields(stored))
    note = context.console.note
    note("next:")
    if stored.kind.names_the_account:
        note(f"  authserver account map {stored.resource} --client CLIENT_ID ACCOUNT")
    note(
        f"  authserver gateway nginx-config --resource {stored.resource} --server-name HOST, and "
        "reload nginx"
    )
