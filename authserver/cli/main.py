"""The root of the command line: global options, the nouns, and how refusals are told."""

from __future__ import annotations

import importlib
import importlib.util
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from authserver.cli.advice import advice
from authserver.cli.console import printable
from authserver.cli.context import Context
from authserver.cli.exit_codes import exit_code
from authserver.domain.errors import DomainError
from authserver.loading import loading
from authserver.settings_sources import CONFIG_VARIABLE

if TYPE_CHECKING:
    from collections.abc import Mapping

NOUNS: Final[Mapping[str, str]] = {
    "init": "Set up database, keys and the first administrator.",
    "serve": "Run the server.",
    "doctor": "Check configuration and installation.",
    "settings": "Show settings and where they come from.",
    "client": "Clients that get tokens.",
    "registration": "Clients that register themselves.",
    "resource": "Protected Jira and Confluence sites.",
    "account": "Accounts of a site that stand for subjects.",
    "user": "Local users.",
    "group": "Groups of users.",
    "grant": "What users allowed to apps.",
    "session": "Who is signed in at which browser.",
    "token": "API tokens.",
    "provider": "Identity providers.",
    "identity": "Who users are at identity providers.",
    "key": "Signing keys.",
    "policy": "Access policies.",
    "scope": "Scopes and the operations they open.",
    "audit": "Search and verify the record of acts.",
    "legacy": "Move callers away from Basic authentication.",
    "connect": "Keys of Atlassian Connect apps and custom integrations.",
    "mail": "Mail to owners of API tokens and their teams.",
    "gateway": "Reverse proxies in front of a site.",
    "apply": "Let the configuration be as files say.",
    "export": "Write the configuration down as files.",
    "db": "The database schema.",
}
"""Every noun with its line in the help: known without importing the noun's module."""


class NounGroup(click.Group):
    """Imports a noun's module when the noun is used; lists those that exist."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click calls it so
        """The nouns that this version has, in the order of the table."""
        return [noun for noun in NOUNS if _exists(noun)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click calls it so
        """The command or group of a noun; `None` for anything else."""
        if cmd_name not in NOUNS or not _exists(cmd_name):
            return None
        with loading():
            module = importlib.import_module(f"authserver.cli.{cmd_name}")
        command = getattr(module, cmd_name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list in `--help`, from the table."""
        rows = [(noun, NOUNS[noun]) for noun in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

    def invoke(self, ctx: click.Context) -> object:
        """Run a command; a refusal becomes one line on stderr and an exit code."""
        try:
            return super().invoke(ctx)
        except DomainError as error:
            tell(error)
            ctx.exit(exit_code(error))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of the first argument; a wrong one is refused with those close to it."""
        try:
            return super().resolve_command(ctx, args)
        except click.NoSuchCommand as error:
            known = self.list_commands(ctx)
            raise click.NoSuchCommand(error.command_name, possibilities=known, ctx=ctx) from None


def tell(error: DomainError) -> None:
    """`error: …` and, where there is advice, `hint: …`, on stderr."""
    lines = getattr(error, "problems", ()) or (str(error),)
    for line in lines:
        click.echo(f"error: {printable(str(line))}", err=True)
    if hint := advice(error):
        click.echo(f"hint: {printable(hint)}", err=True)


def _exists(noun: str) -> bool:
    return importlib.util.find_spec(f"authserver.cli.{noun}") is not None


@click.group(
    cls=NounGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 refused, 2 wrong usage or configuration, 3 problems found, "
    "4 storage does not answer, 5 run authserver init or authserver db upgrade first.",
)
@click.option(
    "--config",
    type=click.Path(dir_okay=False, path_type=Path),
    help=f"Configuration file (otherwise {CONFIG_VARIABLE}, otherwise ./authserver.toml).",
)
@click.version_option(version("authserver"), "--version", message="authserver %(version)s")
@click.pass_context
def cli(ctx: click.Context, config: Path | None) -> None:
    """authserver: scoped, short-lived, revocable access to the REST APIs of Jira and Confluence."""
    context = ctx.ensure_object(Context)
    context.config = config or context.config
