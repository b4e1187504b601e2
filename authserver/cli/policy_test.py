"""`authserver policy test`: whether calls get what somebody expects of the policy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from authserver.cli.administration import JSON
from authserver.cli.context import Context, pass_context
from authserver.cli.exit_codes import ExitCode
from authserver.cli.policy_files import FILE, read_text
from authserver.cli.policy_parts import policy_parts
from authserver.services.policy_expectation_tables import read_expectations

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import BinaryIO

    from authserver.cli.policy_parts import PolicyServices
    from authserver.domain.policy_documents import PolicyDocument
    from authserver.services.policy_expectations import Tried

_COLUMNS: Final = ("result", "call", "caller", "expected", "got", "smallest change")


@click.command("test", short_help="Try the expectations in a file.")
@FILE
@click.option(
    "--draft",
    "drafts",
    type=(str, click.File("rb")),
    multiple=True,
    metavar="DOCUMENT FILE",
    help="As if this file were applied as the document. May be repeated.",
)
@JSON
@pass_context
def test(
    context: Context,
    *,
    file: BinaryIO,
    drafts: tuple[tuple[str, BinaryIO], ...],
    as_json: bool,
) -> None:
    """Try the expectations in a file against the policy that counts now, or with drafts.

    Nothing is called, recorded or counted. Ends with 3 where an expectation is not met.
    """
    services = policy_parts(context)
    wanted = read_expectations(read_text(file))
    tried = services.policy_expectations.run(wanted, _read(services, drafts))
    failed = [each for each in tried if not each.is_met]
    if as_json:
        results = [_value(each) for each in tried]
        context.console.json(
            {"met": len(tried) - len(failed), "failed": len(failed), "results": results}
        )
    else:
        context.console.table(_COLUMNS, [_row(each) for each in tried])
        context.console.line(f"{len(tried) - len(failed)} of {len(tried)} expectations are met")
    if failed:
        raise SystemExit(ExitCode.FINDINGS)


def _read(
    services: PolicyServices, drafts: tuple[tuple[str, BinaryIO], ...]
) -> Mapping[str, PolicyDocument]:
    """The drafts, checked as they would be when they are applied."""
    return {name: services.policies.plan(name, read_text(file)).document for name, file in drafts}


def _row(tried: Tried) -> tuple[object, ...]:
    wanted = tried.expectation
    return (
        "ok" if tried.is_met else "FAILED",
        f"{wanted.call.method} {wanted.call.target.path}",
        wanted.caller,
        _expected(tried),
        tried.got,
        None if tried.is_met else tried.change or None,
    )


def _value(tried: Tried) -> dict[str, object]:
    wanted = tried.expectation
    return {
        "met": tried.is_met,
        "call": f"{wanted.call.method} {wanted.call.target.path}",
        "caller": wanted.caller,
        "expected": _expected(tried),
        "got": tried.got,
        "change": tried.change or None,
    }


def _expected(tried: Tried) -> str:
    wanted = tried.expectation
    if wanted.is_allowed:
        return "allow"
    rule = f"({wanted.rule})" if wanted.rule else ""
    return " ".join(filter(None, ["deny", wanted.reason, rule]))
