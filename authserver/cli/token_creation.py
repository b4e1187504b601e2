"""`authserver token create`, `rotate` and `offer`: what gives somebody a secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from authserver.cli.administration import JSON, OVERLAP, describe, json_value, naming, time_or
from authserver.cli.context import Context, pass_context
from authserver.cli.durations import DURATION
from authserver.cli.token_views import token_fields, token_value
from authserver.cli.tokening import OPTIONS, PRINT_LINK, TOKEN_ID, names_of, tokening
from authserver.domain.api_tokens import Presentation, SubjectType
from authserver.services.api_token_drafts import ApiTokenDraft, Delivery, Maker

if TYPE_CHECKING:
    from authserver.services.api_token_drafts import MadeApiToken

OPERATOR = Maker()


@click.command(short_help="Make an API token for a user or a service.")
@click.option("--user", required=True, help="Whom it belongs to: a user name or subject.")
@click.option("--purpose", required=True, help="What it is for, in a few words.")
@click.option("--scope", "scopes", multiple=True, help="What it may do. Repeatable.")
@click.option("--resource", "resources", multiple=True, help="A site it is for. Repeatable.")
@click.option(
    "--service",
    is_flag=True,
    help="It speaks for --client itself and for no person; --user answers for it.",
)
@click.option("--client", "client_id", default="", help="The service, or the app that uses it.")
@click.option("--name", default="", help="What to call it in lists.")
@click.option("--team", default="", help="A group, or an e-mail address, that is told as well.")
@click.option("--ticket", default="", help="Where it was asked for.")
@click.option(
    "--operation",
    "operations",
    multiple=True,
    help="Only these: read, write, tag:…, or names of operations. Repeatable.",
)
@click.option(
    "--project", "projects", multiple=True, help="Only this project or space. Repeatable."
)
@click.option("--network", "networks", multiple=True, help="Only from here (CIDR). Repeatable.")
@click.option(
    "--presentation",
    "presentations",
    multiple=True,
    type=click.Choice([each.value for each in Presentation]),
    help="How it may be sent; both, unless policy says otherwise. Repeatable.",
)
@click.option("--expires-in", type=DURATION, help="When it ends; 90d, unless policy says less.")
@PRINT_LINK
@JSON
@pass_context
def create(
    context: Context, /, *, service: bool, print_link: bool, as_json: bool, **stated: Any
) -> None:
    """Make an API token.

    A user's token has no secret yet: the user gets a link by mail, good for 24 hours and for nobody
    else, signs in, and sees the secret once. The secret of a service is printed once, alone on
    stdout; nobody can show it again.
    """
    services = tokening(context)
    limits: dict[str, Any] = {
        name: stated.pop(name) or None
        for name in ("operations", "projects", "networks", "presentations")
    }
    kind = SubjectType.SERVICE if service else SubjectType.USER
    with naming(OPTIONS):
        made = services.api_tokens.create(
            ApiTokenDraft(subject_type=kind, **stated, **limits),
            services.operator,
            OPERATOR,
            delivery=_delivery(print_link=print_link),
        )
    if not as_json:
        context.console.note(f"made API token {made.token.token_id}")
        now = services.clock.now()
        fields = token_fields(made.token, names_of(services), now)
        # A new token has no history to show.
        describe(context, {name: value for name, value in fields.items() if value != "-"})
    _hand_out(context, made, as_json=as_json)


@click.command(short_help="Put a new secret in the place of one.")
@TOKEN_ID
@OVERLAP
@click.option("--expires-in", type=DURATION, help="When the new one ends; as long as the old one.")
@click.option("--team", help="Another team, or one that policy wants by now.")
@click.option("--ticket", help="Another ticket, or one that policy wants by now.")
@PRINT_LINK
@JSON
@pass_context
def rotate(
    context: Context,
    /,
    *,
    token_id: str,
    overlap: int,
    print_link: bool,
    as_json: bool,
    **stated: Any,
) -> None:
    """Put a new token, with a new secret and all else as it was, in the place of one.

    The old secret goes on for the overlap. A user gets the new one like a new token's. Policy is
    asked as for a new token; both count as one towards its max_count.
    """
    services = tokening(context)
    with naming(OPTIONS):
        made = services.api_tokens.rotate(
            token_id,
            services.operator,
            OPERATOR,
            overlap_seconds=overlap,
            delivery=_delivery(print_link=print_link),
            **stated,
        )
    if not as_json:
        context.console.note(f"API token {token_id} was rotated into {made.token.token_id}")
        old = f"goes on until {time_or(made.old_ends_at, '-')}" if overlap else "has ended"
        context.console.note(f"the old secret {old}; the new one ends {_end(made)}")
    _hand_out(context, made, as_json=as_json)


@click.command(short_help="Send the owner another link to a token that waits.")
@TOKEN_ID
@PRINT_LINK
@JSON
@pass_context
def offer(context: Context, *, token_id: str, print_link: bool, as_json: bool) -> None:
    """Send the owner of a token that nobody has picked up another link; the ones before end."""
    services = tokening(context)
    made = services.api_tokens.offer_again(
        token_id, services.operator, _delivery(print_link=print_link)
    )
    _hand_out(context, made, as_json=as_json)


def _delivery(*, print_link: bool) -> Delivery:
    return Delivery.LINK if print_link else Delivery.MAIL


def _hand_out(context: Context, made: MadeApiToken, *, as_json: bool) -> None:
    if as_json:
        names = names_of(tokening(context))
        answer = {"token": token_value(made.token, names), "api_token": made.value or None}
        if made.old_ends_at is not None:
            answer.update(json_value({"old_ends_at": made.old_ends_at}))
        context.console.json({**answer, "link": made.link or None})
    elif made.value:
        context.console.note("secret, shown only here:")
        context.console.secret(made.value)
    elif made.link:
        context.console.note("link for the owner, good for 24 hours, shown only here:")
        context.console.secret(made.link)
    else:
        context.console.line("its owner gets a link by mail, good for 24 hours")


def _end(made: MadeApiToken) -> str:
    return time_or(made.token.expires_at, "-")
