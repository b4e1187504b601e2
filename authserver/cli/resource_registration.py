"""`authserver resource create`: a new site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from authserver.cli.administration import JSON, describe, json_value, naming, parts
from authserver.cli.context import Context, pass_context
from authserver.cli.resource_views import resource_fields
from authserver.domain.keys import SigningAlgorithm
from authserver.domain.resources import SITE_KINDS
from authserver.services.resources import ResourceDraft, described

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.services.resources import RegisteredResource

OPTIONS: Final[Mapping[str, str]] = {
    "name": "NAME",
    "kind": "--kind",
    "url": "--url",
    "context_path": "--context-path",
    "identifier": "--identifier",
    "signing_algorithm": "--signing-algorithm",
    "overlap": "--overlap",
}
"""What was typed for each field of a resource."""
ALGORITHM: Final = click.Choice([each.value for each in SigningAlgorithm])


@click.command()
@click.argument("name")
@click.option(
    "--kind",
    required=True,
    type=click.Choice([each.value for each in SITE_KINDS]),
    help="Product and hosting.",
)
@click.option("--url", required=True, help="Where the site answers.")
@click.option("--context-path", default="", help="What Data Center puts before /rest, like /jira.")
@click.option(
    "--identifier",
    default="",
    help="What names it in tokens (aud).  [default: url and context path]",
)
@click.option(
    "--signing-algorithm",
    type=ALGORITHM,
    default=SigningAlgorithm.ES256.value,
    show_default=True,
    help="How its tokens are signed.",
)
@JSON
@pass_context
def create(
    context: Context,
    *,
    name: str,
    kind: str,
    url: str,
    context_path: str,
    identifier: str,
    signing_algorithm: str,
    as_json: bool,
) -> None:
    """Register a site.

    Its introspection secret (the user name is NAME) is printed once, alone on stdout; nobody can
    show it again.
    """
    draft = ResourceDraft(
        name=name,
        kind=kind,
        url=url,
        context_path=context_path,
        identifier=identifier,
        signing_algorithm=signing_algorithm,
    )
    services = parts(context)
    with naming(OPTIONS):
        registered = services.resources.create(draft, services.operator)
    _tell(context, registered, as_json=as_json)


def _tell(context: Context, registered: RegisteredResource, *, as_json: bool) -> None:
    made = registered.resource
    if as_json:
        context.console.json(
            {
                "resource": json_value(described(made)),
                "introspection_secret": registered.introspection_secret.value,
            }
        )
        return
    note = context.console.note
    note(f"registered resource {made.name}")
    describe(context, resource_fields(made))
    note(f"introspection secret (user name {made.name}), shown only here:")
    context.console.secret(registered.introspection_secret.value)
    note("next:")
    note(f"  authserver gateway add NAME --resource {made.name}")
    note(f"  authserver client create ID --resource {made.name} --scope SCOPE")
    note(f"  authserver scope list --resource-kind {made.kind}")
