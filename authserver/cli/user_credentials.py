"""`authserver user disable-credentials` and `enable-credentials`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from authserver.cli.administration import JSON, YES, confirm, json_value, time_or
from authserver.cli.context import Context, pass_context
from authserver.cli.durations import shown_age
from authserver.cli.people import USER
from authserver.cli.tokening import tokening

if TYPE_CHECKING:
    from authserver.services.user_credentials import CredentialsReport

_COLUMNS = ("what", "for", "last used", "from")


@click.command("disable-credentials", short_help="Stop every token of a user, reversibly.")
@USER
@YES
@JSON
@pass_context
def disable_credentials(context: Context, *, user: str, yes: bool, as_json: bool) -> None:
    """Stop every credential of a user: API tokens, access and refresh tokens, codes, devices.

    The user still signs in here. Nothing is ended: enable-credentials lets it all work again, but
    for access tokens, which apps get anew. Prints what there was, and when it was used last.
    """
    services = tokening(context)
    report = services.user_credentials.report(user)
    name = report.user.username
    counted = f"{len(report.api_tokens)} API tokens and {len(report.grants)} apps"
    confirm(f"Stop {counted} of {name}?", yes=yes)
    report = services.user_credentials.disable(report.user.subject, services.operator)
    _show(context, report, as_json=as_json)
    if not as_json:
        context.console.line(f"the credentials of {name} are disabled")


@click.command("enable-credentials", short_help="Let the tokens of a user work again.")
@USER
@JSON
@pass_context
def enable_credentials(context: Context, *, user: str, as_json: bool) -> None:
    """Let every credential of a user work again that has not ended since."""
    services = tokening(context)
    report = services.user_credentials.enable(user, services.operator)
    if as_json:
        _show(context, report, as_json=True)
    else:
        context.console.line(
            f"the credentials of {report.user.username} are enabled: "
            f"{len(report.api_tokens)} API tokens, {len(report.grants)} apps"
        )


def _show(context: Context, report: CredentialsReport, *, as_json: bool) -> None:
    now = tokening(context).clock.now()
    if as_json:
        context.console.json(_value(report))
        return
    rows = [
        (
            f"API token {each.token_id}",
            each.purpose,
            "never" if each.last_use is None else shown_age(each.last_use.at, now),
            (each.last_use.network if each.last_use else "") or "-",
        )
        for each in report.api_tokens
    ]
    rows += [
        (
            f"grant {each.grant_id}",
            each.client_id,
            "never" if each.last_used_at is None else shown_age(each.last_used_at, now),
            "-",
        )
        for each in report.grants
    ]
    if rows:
        context.console.table(_COLUMNS, rows)
    context.console.note(
        f"{len(report.api_tokens)} API tokens, {len(report.grants)} apps; "
        f"last used {time_or(report.last_used_at, 'never')}"
    )


def _value(report: CredentialsReport) -> Any:
    return json_value(
        {
            "subject": report.user.subject,
            "username": report.user.username,
            "credentials_disabled_at": report.user.credentials_disabled_at,
            "last_used_at": report.last_used_at,
            "api_tokens": [
                {
                    "token_id": each.token_id,
                    "purpose": each.purpose,
                    "last_used_at": None if each.last_use is None else each.last_use.at,
                }
                for each in report.api_tokens
            ],
            "grants": [
                {
                    "grant_id": each.grant_id,
                    "client_id": each.client_id,
                    "origin": str(each.origin),
                    "last_used_at": each.last_used_at,
                }
                for each in report.grants
            ],
        }
    )
