"""`authserver user stop`: everything of a user at once."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import click

from authserver.cli.administration import JSON, YES, confirm, json_value, naming
from authserver.cli.context import Context, pass_context
from authserver.cli.people import USER
from authserver.cli.tokening import OPTIONS, tokening
from authserver.domain.texts import check_text

if TYPE_CHECKING:
    from authserver.services.user_stops import StoppedUser

LONGEST_REASON = 200


@click.command(short_help="Stop everything of a user at once.")
@USER
@click.option("--reason", required=True, help="Why; it is kept in the record.")
@YES
@JSON
@pass_context
def stop(context: Context, *, user: str, reason: str, yes: bool, as_json: bool) -> None:
    """Stop everything of a user in one step: sessions and apps end, API tokens rest.

    The user may sign in again (see disable), and finds API tokens resting until enable-credentials
    lets them work again. When the command has ended, nothing of it works anywhere any more.
    """
    services = tokening(context)
    with naming(OPTIONS):
        why = check_text("reason", reason, longest=LONGEST_REASON)
    found = services.user_stops.preview(user)
    confirm(f"Stop {_counted(found)} of {found.user.username}?", yes=yes)
    act = replace(services.operator, reason=why)
    stopped = services.user_stops.stop(found.user.subject, act)
    if as_json:
        context.console.json(_value(stopped))
        return
    name = stopped.user.username
    context.console.line(f"everything of {name} is stopped: {_counted(stopped)}")
    if stopped.api_tokens:
        context.console.note("to let the API tokens work again:")
        context.console.note(f"  authserver user enable-credentials {name}")


def _counted(found: StoppedUser) -> str:
    return f"{found.sessions} sessions, {found.grants} apps and {found.api_tokens} API tokens"


def _value(stopped: StoppedUser) -> object:
    return json_value(
        {
            "subject": stopped.user.subject,
            "username": stopped.user.username,
            "credentials_disabled_at": stopped.user.credentials_disabled_at,
            "sessions": stopped.sessions,
            "grants": stopped.grants,
            "api_tokens": stopped.api_tokens,
        }
    )
