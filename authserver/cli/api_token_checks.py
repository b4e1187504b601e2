"""Checks of API tokens: those that belong to nobody, end soon, or were seen in the clear."""

from __future__ import annotations

from typing import Final

from authserver.cli.checks import Check, Finding, Subject, named, ok, warning


def owners(subject: Subject) -> Finding:
    """A token whose owner is gone works nowhere, and nobody is told of anything about it."""
    look = subject.inspection.api_tokens()
    if look.ownerless:
        return warning(
            f"API tokens of users who are disabled or deleted: {named(look.ownerless)}",
            "run authserver token revoke, and make them anew for somebody who answers for them",
        )
    return ok(f"{look.live} live API tokens, each with an owner" if look.live else "no API tokens")


def ends(subject: Subject) -> Finding:
    """What ends soon should have been rotated: its readers were told four times."""
    ending = subject.inspection.api_tokens().ending
    if ending:
        return warning(
            f"{len(ending)} API tokens end within 7 days: {named(ending)}",
            "run authserver token rotate, or let them end",
        )
    return ok("no API token ends within 7 days that was not rotated")


def exposures(subject: Subject) -> Finding:
    """Who could have read a token may use it."""
    exposed = subject.inspection.api_tokens().exposed
    if exposed:
        return warning(
            f"API tokens that were sent in the clear and still work: {named(exposed)}",
            "run authserver token rotate with --overlap 0, and let the caller use https",
        )
    return ok("no API token that works was seen in the clear")


API_TOKEN_CHECKS: Final = (
    Check("api-token-owners", ("AK-02",), owners, needs_schema=True),
    Check("api-token-ends", ("AK-02",), ends, needs_schema=True),
    Check("api-token-exposures", ("AK-04",), exposures, needs_schema=True),
)
