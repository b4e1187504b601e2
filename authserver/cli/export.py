"""`authserver export`: the configuration in the form that `authserver apply` takes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from authserver.cli.context import Context, pass_context
from authserver.cli.declaring import declaring
from authserver.domain.errors import Conflict, InvalidField
from authserver.services.declaration_export import as_one

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.declarations import DeclaredFile


@click.command()
@click.option(
    "-o",
    "--output",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write files there, policy documents in policies/; otherwise all goes to stdout.",
)
@click.option("--people", is_flag=True, help="Also who is in which group and has which roles.")
@click.option("--force", is_flag=True, help="Overwrite files of the same names.")
@pass_context
def export(context: Context, *, folder: Path | None, people: bool, force: bool) -> None:
    """Write the configuration down, sorted and without secrets.

    Secrets are references to files: what an apply elsewhere makes is written there, and what it
    needs (listed on stderr) is read from there.

    Exit codes: 0 done, 1 files are there already, 2 wrong usage, 4 storage does not answer.
    """
    services = declaring(context)
    found = services.declaration_export.export(services.operator, people=people)
    if folder is None:
        context.console.text(as_one(found.files))
    else:
        _write(folder, found.files, force=force)
        for each in found.files:
            context.console.line(str(folder / each.name))
    for path in found.to_provide:
        context.console.note(f"needed where this is applied anew: {path}")


def _write(folder: Path, files: Sequence[DeclaredFile], *, force: bool) -> None:
    there = [str(folder / each.name) for each in files if (folder / each.name).exists()]
    if there and not force:
        raise Conflict(f"already there, see --force: {', '.join(there)}")
    try:
        for each in files:
            path = folder / each.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(each.text.encode())
    except OSError as error:
        raise InvalidField("-o", f"a folder that can be written to ({error.strerror})") from None
