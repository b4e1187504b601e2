"""`authserver token report-leak`: somebody has found a secret where it does not belong."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO, Final

import click

from authserver.cli.administration import JSON, naming
from authserver.cli.context import Context, pass_context
from authserver.cli.exit_codes import ExitCode
from authserver.cli.secret_files import read_secret
from authserver.cli.tokening import OPTIONS, tokening
from authserver.domain.leaks import FoundSecret, LeakOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping

LONGEST: Final = 16_384
_SAID: Final[Mapping[LeakOutcome, str]] = {
    LeakOutcome.UNKNOWN: "it is no secret of this server, or its key was forgotten long ago",
    LeakOutcome.REVOKED: "it was a good token, and works nowhere any more",
    LeakOutcome.OVER: "it was a token of this server, and had ended before",
    LeakOutcome.ALERTED: "it is a secret that goes on: replace it now (see the how-to)",
}


@click.command("report-leak", short_help="Stop a secret that somebody has found.")
@click.argument("file", type=click.File("rb"), default="-")
@click.option("--url", default="", help="Where it was found.")
@click.option("--source", default="", help="In what it was found: a repository, a chat, a log.")
@JSON
@pass_context
def report_leak(context: Context, *, file: BinaryIO, url: str, source: str, as_json: bool) -> None:
    """Stop a secret that somebody has found, the first text in FILE or on stdin.

    API tokens and access tokens are revoked, refresh tokens with all that came of their grants.
    Secrets of clients and sites and keys of gateways go on, for what they are for would stand
    still: whose it is, is in the record (authserver audit search --action leak.reported).
    """
    services = tokening(context)
    with naming(OPTIONS):
        value = read_secret(file, longest=LONGEST, prompt="Secret", field="body").strip()
        found = FoundSecret(value, url=url, source=source)
        (outcome,) = services.leak_reports.report([found], services.operator)
    if as_json:
        context.console.json({"result": str(outcome)})
    else:
        context.console.line(_SAID[outcome])
    if outcome is LeakOutcome.UNKNOWN:
        click.get_current_context().exit(ExitCode.REFUSED)
