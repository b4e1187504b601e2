"""`authserver user`: local users."""

from __future__ import annotations

import click

from authserver.cli.administration import JSON, YES, confirm
from authserver.cli.context import Context, pass_context
from authserver.cli.people import (
    USER,
    USER_COLUMNS,
    people,
    user_fields,
    user_row,
    user_value,
)
from authserver.cli.user_credentials import disable_credentials, enable_credentials
from authserver.cli.user_registration import create, update
from authserver.cli.user_stop import stop
from authserver.domain.users import UserStatus


@click.group()
def user() -> None:
    """Local users: people who sign in here with a password.

    USER is a user name or a subject (user:…).
    Exit codes: 0 done, 1 not found, taken or the last administrator, 2 wrong usage, 4 storage does
    not answer.
    """


user.add_command(create)


@user.command("list")
@JSON
@pass_context
def list_users(context: Context, *, as_json: bool) -> None:
    """List users with their status and groups."""
    found = people(context).users.list()
    if as_json:
        context.console.json({"users": [user_value(each) for each in found]})
    elif found:
        context.console.table(USER_COLUMNS, [user_row(each) for each in found])
    else:
        context.console.note("no users yet; next:")
        context.console.note("  authserver user create NAME --email ADDRESS")


@user.command()
@USER
@JSON
@pass_context
def show(context: Context, *, user: str, as_json: bool) -> None:
    """Show one user."""
    found = people(context).users.get(user)
    if as_json:
        context.console.json(user_value(found))
    else:
        context.console.fields(user_fields(found))


user.add_command(update)


@user.command(short_help="Stop a user: sessions, apps and tokens end now.")
@USER
@JSON
@pass_context
def disable(context: Context, *, user: str, as_json: bool) -> None:
    """Stop a user: all sessions, authorizations of apps and tokens end now."""
    services = people(context)
    stopped = services.users.disable(user, services.operator)
    _tell(context, stopped.username, UserStatus.DISABLED, as_json=as_json)


@user.command(short_help="Let a disabled user sign in again.")
@USER
@JSON
@pass_context
def enable(context: Context, *, user: str, as_json: bool) -> None:
    """Let a disabled user sign in again; what ended stays ended."""
    services = people(context)
    started = services.users.enable(user, services.operator)
    _tell(context, started.username, UserStatus.ENABLED, as_json=as_json)


user.add_command(stop)
user.add_command(disable_credentials)
user.add_command(enable_credentials)


@user.command(short_help="End a user for ever.")
@USER
@YES
@JSON
@pass_context
def delete(context: Context, *, user: str, yes: bool, as_json: bool) -> None:
    """End a user for ever: sessions and tokens die, the subject is never given out again."""
    services = people(context)
    found = services.users.get(user).user
    confirm(f"Delete user {found.username} for ever, with all sessions and consents?", yes=yes)
    services.users.delete(found.subject, services.operator)
    _tell(context, found.username, UserStatus.DELETED, as_json=as_json)


@user.command("reset-password", short_help="Give a user a new one-time password.")
@USER
@YES
@JSON
@pass_context
def reset_password(context: Context, *, user: str, yes: bool, as_json: bool) -> None:
    """Give a user a new one-time password; all sessions, authorizations and tokens end now.

    The password is printed once, alone on stdout; nobody can show it again. The user has to choose
    another one at the next sign-in.
    """
    services = people(context)
    found = services.users.get(user).user
    confirm(f"Reset the password of {found.username} and end all sessions and tokens?", yes=yes)
    password = services.users.reset_password(found.subject, services.operator)
    if as_json:
        context.console.json(
            {"subject": found.subject, "username": found.username, "one_time_password": password}
        )
        return
    context.console.note(f"new one-time password of {found.username}, shown only here:")
    context.console.secret(password)


def _tell(context: Context, username: str, status: UserStatus, *, as_json: bool) -> None:
    if as_json:
        context.console.json({"username": username, "status": str(status)})
    else:
        context.console.line(f"user {username} is {status}")
