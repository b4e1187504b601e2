"""`authserver init`: from nothing to a server that can start."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import click

from authserver.cli.context import Context, pass_context
from authserver.domain.errors import InvalidField

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from authserver.domain.installation import InitialisationSteps
    from authserver.settings import Settings

_OWN: Final = 0o700


@dataclass(frozen=True, slots=True)
class Step:
    """What one step came to; `password` is set by the step that made an administrator."""

    name: str
    changed: bool
    detail: str
    password: str | None = None


@click.command()
@click.option(
    "--administrator",
    default="admin",
    show_default=True,
    metavar="NAME",
    help="User name of the first administrator.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@pass_context
def init(context: Context, *, administrator: str, as_json: bool) -> None:
    """Set up database, keys and the first administrator.

    Tells what it did. Run again it changes nothing and says so. The administrator's one-time
    password is printed once, at the end; nobody can show it again.
    """
    steps: list[Step] = []
    with contextlib.closing(context.wiring.initialisation_steps(context.settings)) as work:
        for step in perform(work, context.settings, administrator):
            steps.append(step)
            if not as_json:
                context.console.note(f"{step.name}: {step.detail}")
    password = next((step.password for step in steps if step.password), None)
    changed = any(step.changed for step in steps)
    if as_json:
        context.console.json(
            {
                "changed": changed,
                "steps": [
                    {"name": step.name, "changed": step.changed, "detail": step.detail}
                    for step in steps
                ],
                "administrator": administrator if password else None,
                "one_time_password": password,
            }
        )
        return
    if not changed:
        context.console.note("nothing to do: everything was set up already")
    if password:
        context.console.note(f"one-time password of {administrator}, shown only here:")
        context.console.secret(password)


def perform(work: InitialisationSteps, settings: Settings, administrator: str) -> Iterator[Step]:
    """Do the steps in order; each is reported when it is done.

    Raises:
        DomainError: a step refused; the ones before it stay done, and `init` may run again.
    """
    folders = [settings.data_directory, settings.journal_directory]
    made = [str(path) for path in folders if _make(path)]
    yield Step("folders", bool(made), _made(made, f"{settings.data_directory} is there"))
    files = [str(path) for path in work.ensure_key_files()]
    yield Step("key files", bool(files), _made(files, f"{settings.keys.directory} is complete"))
    schema = work.upgrade_database()
    if not schema.changed:
        yield Step("database", changed=False, detail=f"schema {schema.after} is current")
    elif schema.before:
        yield Step("database", changed=True, detail=f"upgraded {schema.before} to {schema.after}")
    else:
        yield Step("database", changed=True, detail=f"created with schema {schema.after}")
    stored = work.remember_issuer()
    detail = f"{settings.issuer}, " + ("now fixed" if stored else "as before")
    yield Step("issuer", stored, detail)
    keys = list(work.ensure_signing_keys())
    yield Step("signing keys", bool(keys), _made(keys, "present"))
    made_now = work.ensure_administration_api()
    yield Step("administration API", made_now, "ready" if made_now else "present")
    password = work.ensure_administrator(administrator)
    detail = f"made {administrator}" if password else "present"
    yield Step("administrator", password is not None, detail, password)


def _make(path: Path) -> bool:
    """Make a folder that is ours alone; False when it was there."""
    if path.is_dir():
        return False
    try:
        path.mkdir(mode=_OWN, parents=True)
    except OSError as error:
        cause = (error.strerror or type(error).__name__).lower()
        raise InvalidField("data_directory", f"{path} cannot be made: {cause}") from error
    return True


def _made(names: list[str], otherwise: str) -> str:
    return f"made {', '.join(names)}" if names else otherwise
