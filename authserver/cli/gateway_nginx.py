"""`authserver gateway nginx-config`: the configuration of a gateway, ready for nginx."""

from __future__ import annotations

import contextlib
import os
import tempfile
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import click

from authserver.cli.administration import naming
from authserver.cli.context import Context, pass_context
from authserver.cli.exit_codes import ExitCode
from authserver.domain.errors import InvalidField
from authserver.gateway.nginx_check import find_nginx, verdict
from authserver.gateway.nginx_files import CA_FILE, LOG_DIRECTORY, MAX_BODY, NginxOptions
from authserver.gateway.site_configuration import Mode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from authserver.domain.resources import ProtectedResource
    from authserver.gateway.nginx_files import NginxFiles

_PARTS: Final = ("site", "front", "all")
_OPTIONS: Final[Mapping[str, str]] = {
    "gateway": "--gateway",
    "mode": "--mode",
    "listen": "--listen",
    "plain_listen": "--plain-listen",
    "server_name": "--server-name",
    "certificate": "--certificate",
    "certificate_key": "--certificate-key",
    "upstream": "--upstream",
    "site_host": "--site-host",
    "decision_point": "--decision-point",
    "key_file": "--key-file",
    "ca_file": "--ca-file",
    "log_directory": "--log-directory",
    "max_body": "--max-body",
    "gateway_addresses": "--gateway-address",
}
"""What was typed for each field of a configuration."""


@click.command("nginx-config", short_help="Render the configuration of a gateway for nginx.")
@click.option("--resource", help="The site.  [required, except for --part front]")
@click.option(
    "--mode",
    type=click.Choice([each.value for each in Mode]),
    default=Mode.API_HOST.value,
    show_default=True,
    help="A host name of its own for calls with a token, or the site's own with its pages.",
)
@click.option(
    "--part",
    type=click.Choice(_PARTS),
    default="all",
    show_default=True,
    help="The gateway of the site, the front of this server, or both.",
)
@click.option("--gateway", help="Its name.  [default: the resource's only one]")
@click.option("--listen", help="Port, or address and port.  [default: 443]")
@click.option(
    "--plain-listen",
    help="The same without TLS, where no call passes.  [default: 80 beside 443, else nowhere]",
)
@click.option("--server-name", help="Host name that callers use.  [default: front: the issuer's]")
@click.option("--certificate", help="PEM file.  [default: /etc/nginx/tls/<server name>.crt]")
@click.option("--certificate-key", help="PEM file.  [default: /etc/nginx/tls/<server name>.key]")
@click.option(
    "--upstream", help="Where the site answers.  [default: its URL; required for in-front]"
)
@click.option(
    "--site-host",
    help="What the site gets as Host: the name that it puts into links.  [default: of its URL]",
)
@click.option(
    "--decision-point", help="This server.  [default: unix:SOCKET or http://127.0.0.1:PORT]"
)
@click.option(
    "--key-file", help="Written by add.  [default: /etc/nginx/authserver/<gateway>.key.conf]"
)
@click.option(
    "--ca-file",
    default=CA_FILE,
    show_default=True,
    help="Authorities that https servers are verified against.",
)
@click.option("--log-directory", default=LOG_DIRECTORY, show_default=True, help="For its logs.")
@click.option("--max-body", default=MAX_BODY, show_default=True, help="Largest body of a call.")
@click.option(
    "--gateway-address",
    multiple=True,
    metavar="ADDRESS",
    help="Front: who may ask for decisions; may be repeated.  [default: nobody]",
)
@click.option("--plain-http", is_flag=True, help="No TLS, on a loopback address: for trying out.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="Write this file.")
@click.option("-t", "--check", is_flag=True, help="Let nginx -t read it first.")
@pass_context
def nginx_config(context: Context, /, **options: Any) -> None:
    """Render nginx's configuration for the gateway of a site and for the front of this server.

    A complete file for nginx's http context. With --check nothing is written that nginx refuses.

    Exit codes: 0 done, 1 not found, 2 wrong usage, 3 nginx refuses it, 4 storage does not answer.
    """
    part = options["part"]
    files: NginxFiles = context.container().nginx_files
    with naming(_OPTIONS):
        if part == "front":
            text = files.front(_stated(options))
        else:
            text = (files.both if part == "all" else files.site)(*_options(context, options))
    if options["check"]:
        _check(context, text)
    if options["output"] is None:
        click.echo(text, nl=False)
    else:
        _write(options["output"], text)
        context.console.note(f"wrote {options['output']}")


def _options(context: Context, options: Mapping[str, Any]) -> tuple[str, NginxOptions]:
    """The gateway that is meant, and what was stated."""
    if options["resource"] is None:
        raise click.UsageError("--resource is missing (only --part front does without)")
    container = context.container()
    resource: ProtectedResource = container.resources.get(options["resource"])
    if options["server_name"] is None:
        raise click.UsageError("--server-name is missing: the host name that callers use")
    if Mode(options["mode"]) is Mode.IN_FRONT and options["upstream"] is None:
        raise click.UsageError(
            "--upstream is missing: the site's own host name will lead to nginx, so state where "
            "the site itself listens, like http://127.0.0.1:8080"
        )
    gateway = _gateway(container, resource, options["gateway"])
    if container.hand_overs.get(resource.name) is None:
        _tell_hand_over_missing(context, resource)
    return gateway, _stated(options)


def _stated(options: Mapping[str, Any]) -> NginxOptions:
    known = {each.name for each in fields(NginxOptions)} - {"mode", "gateway_addresses"}
    return NginxOptions(
        mode=Mode(options["mode"]),
        gateway_addresses=options["gateway_address"],
        **{name: options[name] for name in known if options[name] is not None},
    )


def _gateway(container: Any, resource: ProtectedResource, stated: str | None) -> str:
    if stated is not None:
        if container.gateways.get(stated).resource != resource.name:
            raise InvalidField("gateway", f"a gateway of {resource.name}")
        return stated
    names = [each.name for each in container.gateways.list() if each.resource == resource.name]
    if not names:
        raise click.UsageError(
            f"{resource.name} has no gateway yet; first:\n"
            f"  authserver gateway add {resource.name} --resource {resource.name} --key-file "
            f"/etc/nginx/authserver/{resource.name}.key.conf"
        )
    if len(names) > 1:
        raise click.UsageError(f"--gateway is missing: one of {', '.join(names)}")
    return cast("str", names[0])


def _tell_hand_over_missing(context: Context, resource: ProtectedResource) -> None:
    note = context.console.note
    note(f"WARNING: {resource.name} has no hand-over yet, so every call will be refused. Set one:")
    note(
        f"  authserver resource set-credential {resource.name} --type bearer --account ACCOUNT "
        "--secret-file FILE"
    )
    note(f"  authserver resource set-hand-over {resource.name} --kind identity-header|assertion")
    note("and render this file again: it depends on the kind.")


def _check(context: Context, text: str) -> None:
    nginx = find_nginx()
    if nginx is None:
        context.console.note("not checked: nginx is not installed here")
        return
    found = verdict(nginx, text)
    for line in found.said:
        context.console.note(line)
    if not found.accepted:
        context.console.note("nginx refuses it; nothing was written")
        click.get_current_context().exit(ExitCode.FINDINGS)
    context.console.note("nginx -t accepts it")


def _write(path: Path, text: str) -> None:
    """All or nothing: nginx may be reading the old one."""
    folder = path.parent
    try:
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=f".{path.name}.")
        with contextlib.ExitStack() as stack:
            stack.callback(lambda: Path(temporary).unlink(missing_ok=True))
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                os.fchmod(file.fileno(), 0o644)
            Path(temporary).replace(path)
    except OSError as error:
        raise click.ClickException(f"cannot write {path}: {error.strerror}") from None
