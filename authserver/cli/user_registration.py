"""`authserver user create` and `update`: who a user is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeVar

import click

from authserver.cli.administration import JSON, describe, naming
from authserver.cli.context import Context, pass_context
from authserver.cli.people import USER, people, user_fields, user_value
from authserver.domain.errors import InvalidField
from authserver.domain.roles import Role
from authserver.services.password_rules import MOST_BYTES
from authserver.services.user_rules import PersonalUpdate
from authserver.services.users import UserDraft, UserUpdate

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_Command = TypeVar("_Command", bound="Callable[..., Any]")
OPTIONS: Final[Mapping[str, str]] = {
    "username": "USERNAME",
    "name": "--name",
    "given_name": "--given-name",
    "family_name": "--family-name",
    "email": "--email",
    "email_verified": "--email-verified",
    "locale": "--locale",
    "zoneinfo": "--time-zone",
    "password": "--password-file",
    "is_administrator": "--administrator",
    "add_roles": "--role",
    "remove_roles": "--no-role",
}
"""What was typed for each field of a user."""
ROLE: Final = click.Choice([each.value for each in Role])


def _personal(command: _Command) -> _Command:
    """The options about the person; an empty text takes a value away."""
    for option in reversed(
        (
            click.option("--name", help="Full name, as apps and pages show it."),
            click.option("--given-name", help="Given name."),
            click.option("--family-name", help="Family name."),
            click.option("--email", help="E-mail address; it signs in, too."),
            click.option(
                "--email-verified/--email-unverified",
                default=None,
                help="Whether somebody has checked that the address is the user's.",
            ),
            click.option("--locale", help="Language, like en or de-AT."),
            click.option("--time-zone", "zoneinfo", help="Time zone, like Europe/Berlin."),
        )
    ):
        command = option(command)
    return command


@click.command(short_help="Add a user, with a one-time password.")
@click.argument("username")
@_personal
@click.option(
    "--administrator", is_flag=True, help="Lets the user administer all there is, as an owner."
)
@click.option("--role", "roles", multiple=True, type=ROLE, help="A role to have. Repeatable.")
@click.option("--group", "groups", multiple=True, help="A group to be in. Repeatable.")
@click.option(
    "--password-file",
    type=click.File("rb"),
    help="File whose first line is the password (- reads stdin), instead of a one-time one.",
)
@JSON
@pass_context
def create(
    context: Context,
    /,
    *,
    username: str,
    administrator: bool,
    roles: tuple[str, ...],
    groups: tuple[str, ...],
    password_file: BinaryIO | None,
    as_json: bool,
    **personal: Any,
) -> None:
    """Add a user.

    A one-time password is printed once, alone on stdout; nobody can show it again. The user has to
    choose another one at the first sign-in.
    """
    services = people(context)
    with naming(OPTIONS):
        draft = UserDraft(
            username=username,
            is_administrator=administrator,
            roles=roles,
            groups=groups,
            personal=PersonalUpdate(**personal),
            password="" if password_file is None else _first_line(password_file),
        )
        created = services.users.create(draft, services.operator)
    if as_json:
        answer = {"user": user_value(created.known)}
        if created.one_time_password:
            answer["one_time_password"] = created.one_time_password
        context.console.json(answer)
        return
    context.console.note(f"added user {username}")
    describe(context, user_fields(created.known))
    if created.one_time_password:
        context.console.note("one-time password, shown only here:")
        context.console.secret(created.one_time_password)


@click.command(short_help="Change what is known of a user, and its groups.")
@USER
@_personal
@click.option(
    "--administrator/--no-administrator",
    default=None,
    help="Whether the user may administer all there is, as an owner.",
)
@click.option("--role", "add_roles", multiple=True, type=ROLE, help="A role to give. Repeatable.")
@click.option(
    "--no-role", "remove_roles", multiple=True, type=ROLE, help="A role to take. Repeatable."
)
@click.option("--add-group", "add_groups", multiple=True, help="A group to join. Repeatable.")
@click.option(
    "--remove-group", "remove_groups", multiple=True, help="A group to leave. Repeatable."
)
@JSON
@pass_context
def update(
    context: Context,
    /,
    *,
    user: str,
    administrator: bool | None,
    add_roles: tuple[str, ...],
    remove_roles: tuple[str, ...],
    add_groups: tuple[str, ...],
    remove_groups: tuple[str, ...],
    as_json: bool,
    **personal: Any,
) -> None:
    """Change what is known of a user, and its groups; what is not stated stays.

    An empty text takes a value away. Another e-mail address counts as unverified. A role that is
    given or taken counts at once.
    """
    services = people(context)
    with naming(OPTIONS):
        stated = UserUpdate(
            personal=PersonalUpdate(**personal),
            is_administrator=administrator,
            add_roles=add_roles,
            remove_roles=remove_roles,
            add_groups=add_groups,
            remove_groups=remove_groups,
        )
        if stated == UserUpdate(add_groups=(), remove_groups=()):
            raise click.UsageError("state what to change, see --help")
        updated = services.users.update(user, stated, services.operator)
    if as_json:
        context.console.json(user_value(updated))
    else:
        context.console.note(f"changed user {updated.user.username}")
        context.console.fields(user_fields(updated))


def _first_line(file: BinaryIO) -> str:
    """The password in a file, without the line's end."""
    # A little more than is allowed, so that what is too long is refused and not cut off.
    line = file.readline(MOST_BYTES + 16)
    try:
        password = line.decode("utf-8").rstrip("\r\n")
    except UnicodeDecodeError:
        raise InvalidField("password", "UTF-8 text") from None
    if not password:
        raise InvalidField("password", "a first line that is not empty")
    return password
