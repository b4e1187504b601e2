"""`authserver policy explain`: why a call passed or would pass, or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from authserver.cli.administration import JSON, naming
from authserver.cli.context import Context, pass_context
from authserver.cli.policy_explain_views import explanation_value, show_explanation
from authserver.cli.policy_parts import policy_parts
from authserver.domain.written_calls import WRITTEN, read_call
from authserver.services.explained_calls import AskedCall

if TYPE_CHECKING:
    from authserver.cli.policy_parts import PolicyServices
    from authserver.services.explained_calls import Explanation


@click.command("explain", short_help="Say why a call passed, or not: every step.")
@click.option("--decision", metavar="ID", help="A decision on record (X-Decision-Id).")
@click.option("--as", "token_id", metavar="TOKEN_ID", help="An API token, by its id.")
@click.option("--call", metavar="CALL", help='With --as: "GET /rest/api/2/issue/AB-1".')
@click.option("--resource", default="", help="With --as: the site, where there are several.")
@click.option("--from", "address", default="", metavar="ADDRESS", help="With --as: the caller's.")
@JSON
@pass_context
def explain(
    context: Context,
    *,
    decision: str | None,
    token_id: str | None,
    call: str | None,
    resource: str,
    address: str,
    as_json: bool,
) -> None:
    """Say why a call passed, or not: every step, the rule, and the smallest change.

    With --decision a decision on record, under the policy of that moment. With --as and --call what
    an API token would get now: nothing is sent to the site but the question which project an
    issue is in, where that matters, and nothing is recorded.
    """
    services = policy_parts(context)
    if decision is not None and token_id is None and call is None:
        services.audit.catch_up()
        found = services.policy_explanations.of_decision(decision)
    elif decision is None and token_id is not None and call is not None:
        found = _of_call(services, token_id, call, resource, address)
    else:
        raise click.UsageError("either --decision, or --as together with --call")
    if as_json:
        context.console.json(explanation_value(found))
    else:
        show_explanation(context.console, found)


def _of_call(
    services: PolicyServices, token_id: str, call: str, resource: str, address: str
) -> Explanation:
    written = read_call(call)
    if written is None:
        raise click.BadParameter(WRITTEN, param_hint="--call")
    with naming({"resource": "--resource", "address": "--from"}):
        return services.policy_explanations.of_call(token_id, AskedCall(written, resource, address))
