"""`authserver key`: the keys that sign tokens."""

from __future__ import annotations

import click

from authserver.cli.administration import JSON, YES, confirm, parts
from authserver.cli.context import Context, pass_context
from authserver.cli.durations import shown_duration
from authserver.cli.key_views import COLUMNS, in_order, key_row, key_value
from authserver.domain.errors import NotFound
from authserver.domain.keys import KeyState, SigningAlgorithm


@click.group()
def key() -> None:
    """Signing keys: announced (next), signing (active), still checked (retiring), gone.

    They rotate by themselves. Exit codes: 0 done, 1 not found or not possible now, 2 wrong usage,
    4 storage does not answer.
    """


@key.command("list")
@click.option("--all", "ended", is_flag=True, help="Also keys that are gone or revoked.")
@JSON
@pass_context
def list_keys(context: Context, *, ended: bool, as_json: bool) -> None:
    """List keys, how old they are, and what happens to each when."""
    services = parts(context)
    keys, times = services.signing_keys.list(), services.signing_keys.times
    rings = {one: [each for each in keys if each.algorithm is one] for one in SigningAlgorithm}
    shown = in_order(keys, ended=ended)
    if as_json:
        values = [key_value(each, rings[each.algorithm], times) for each in shown]
        context.console.json({"keys": values})
    elif shown:
        now = services.clock.now()
        rows = [key_row(each, rings[each.algorithm], times, now) for each in shown]
        context.console.table(COLUMNS, rows)
    else:
        context.console.note("no keys yet; next:")
        context.console.note("  authserver init")


@key.command(short_help="Let the announced keys sign from now on.")
@click.option(
    "--algorithm",
    type=click.Choice([each.value for each in SigningAlgorithm]),
    help="One ring only.  [default: all]",
)
@JSON
@pass_context
def rotate(context: Context, *, algorithm: str | None, as_json: bool) -> None:
    """Let the announced keys sign from now on, earlier than they would by themselves.

    Tokens signed by the old keys stay good until they expire.
    """
    services = parts(context)
    chosen = None if algorithm is None else SigningAlgorithm(algorithm)
    active = services.signing_keys.rotate(chosen, services.operator)
    if as_json:
        values = [{"algorithm": str(each.algorithm), "kid": each.kid} for each in active]
        context.console.json({"active": values})
        return
    for each in active:
        context.console.line(f"{each.algorithm}: {each.kid} signs from now on")
    keep = shown_duration(services.signing_keys.times.keep)
    context.console.line(f"tokens signed before stay good; the old keys stay published for {keep}")


@key.command()
@click.argument("kid")
@YES
@JSON
@pass_context
def revoke(context: Context, *, kid: str, yes: bool, as_json: bool) -> None:
    """End a key at once, because it is compromised.

    Every token it signed is inactive when this command ends; clients have to get new ones.
    """
    services = parts(context)
    ring = services.signing_keys.list()
    state = next((each.state for each in ring if each.kid == kid), None)
    if state is None:
        raise NotFound("key", kid)
    if state in (KeyState.ACTIVE, KeyState.RETIRING):
        loss = "Every token it signed is refused from now on."
    else:
        loss = "It signs no token that is good now."
    confirm(f"Revoke the {state} key {kid} for ever? {loss}", yes=yes)
    successor = services.signing_keys.revoke(kid, services.operator)
    if as_json:
        context.console.json(
            {"kid": kid, "state": "revoked", "successor": successor.kid if successor else None}
        )
        return
    context.console.line(f"key {kid} is revoked: no token that it signed is good any more")
    if successor is not None:
        context.console.line(f"{successor.algorithm}: {successor.kid} signs from now on")


@key.command("add-file", short_help="Make a new key-encryption key.")
@JSON
@pass_context
def add_file(context: Context, *, as_json: bool) -> None:
    """Make a new key-encryption key, the file that seals private keys, credentials and secrets.

    Servers use it once they have started again. Copy it to every node, restart the servers, then
    run: authserver key reseal
    """
    services = parts(context)
    name = services.resealing.add_key_file(services.operator)
    if as_json:
        context.console.json({"made": name})
        return
    context.console.line(f"made {name}")
    context.console.note("next: copy it to every node and into your backup, restart the servers,")
    context.console.note("then run: authserver key reseal")


@key.command(short_help="Seal keys and credentials under the newest key file.")
@JSON
@pass_context
def reseal(context: Context, *, as_json: bool) -> None:
    """Seal private keys, sites' credentials, secrets of providers and apps, and mail anew.

    Again: changes nothing. Keys, tokens, the JWKS, credentials and secrets stay as they are.
    Servers that were started before the newest key file was there have to be restarted first: they
    could not open anything any more.
    """
    services = parts(context)
    resealed = services.resealing.reseal(services.operator)
    in_use = services.resealing.key_files_in_use()
    if as_json:
        context.console.json(
            {
                "resealed": [each.kid for each in resealed.keys],
                "resealed_credentials": [each.resource for each in resealed.credentials],
                "resealed_provider_secrets": [
                    {"provider": each.provider, "secret": each.secret_id or "directory"}
                    for each in resealed.provider_secrets
                ],
                "resealed_connect_keys": [
                    {"resource": each.resource, "issuer": each.issuer}
                    for each in resealed.connect_keys
                ],
                "resealed_mails": [each.mail_id for each in resealed.mails],
                "key_files_in_use": list(in_use),
            }
        )
        return
    for key in resealed.keys:
        context.console.line(f"{key.algorithm}: {key.kid} is sealed anew")
    for hand_over in resealed.credentials:
        context.console.line(f"resource {hand_over.resource}: its credential is sealed anew")
    for secret in resealed.provider_secrets:
        which = f"secret {secret.secret_id}" if secret.secret_id else "the directory's secret"
        context.console.line(f"provider {secret.provider}: {which} is sealed anew")
    for connect_key in resealed.connect_keys:
        context.console.line(
            f"resource {connect_key.resource}: the secret of {connect_key.issuer} is sealed anew"
        )
    if resealed.mails:
        context.console.line(f"mail that was not sent yet: {len(resealed.mails)} sealed anew")
    if not any(
        (
            *(resealed.keys, resealed.credentials, resealed.provider_secrets),
            *(resealed.connect_keys, resealed.mails),
        )
    ):
        context.console.line(
            "nothing to do: private keys and credentials are sealed under the newest key file"
        )
    context.console.line(f"key files in use: {', '.join(in_use) or 'none'}")
