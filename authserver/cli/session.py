"""`authserver session`: who is signed in, and ending that."""

from __future__ import annotations

import click

from authserver.cli.administration import JSON, YES, confirm
from authserver.cli.context import Context, pass_context
from authserver.cli.people import (
    SESSION_COLUMNS,
    USER,
    people,
    session_row,
    session_value,
)
from authserver.domain.errors import NotFound


@click.group()
def session() -> None:
    """Sessions: users, signed in at browsers.

    Exit codes: 0 done, 1 not found, 2 wrong usage, 4 storage does not answer.
    """


@session.command("list")
@click.option("--user", help="Only those of this user (name or subject).")
@JSON
@pass_context
def list_sessions(context: Context, *, user: str | None, as_json: bool) -> None:
    """List live sessions by user, the newest first."""
    services = people(context)
    users = services.users.list() if user is None else [services.users.get(user)]
    found = [
        (each, known.user.username)
        for known in users
        for each in services.sessions.list(known.user.subject)
    ]
    if as_json:
        context.console.json({"sessions": [session_value(*each) for each in found]})
    elif found:
        now = services.clock.now()
        context.console.table(SESSION_COLUMNS, [session_row(*each, now) for each in found])
    else:
        context.console.note("nobody is signed in")


@session.command(short_help="End one session, with what is bound to it.")
@click.argument("session_id")
@JSON
@pass_context
def end(context: Context, *, session_id: str, as_json: bool) -> None:
    """End one session: its user has to sign in again, apps bound to it lose their tokens."""
    services = people(context)
    if not services.sessions.end(session_id, services.operator):
        raise NotFound("session", session_id)
    if as_json:
        context.console.json({"session_id": session_id, "ended": True})
    else:
        context.console.line(f"session {session_id} has ended")


@session.command("end-all", short_help="End all sessions of a user.")
@USER
@YES
@JSON
@pass_context
def end_all(context: Context, *, user: str, yes: bool, as_json: bool) -> None:
    """End all sessions of a user, with what is bound to them."""
    services = people(context)
    found = services.users.get(user).user
    confirm(f"End all sessions of {found.username}?", yes=yes)
    ended = services.sessions.end_all(found.subject, act=services.operator)
    if as_json:
        context.console.json({"username": found.username, "ended": len(ended)})
    else:
        context.console.line(f"{len(ended)} sessions of {found.username} have ended")
