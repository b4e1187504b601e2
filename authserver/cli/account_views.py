"""How `authserver account` shows mapped subjects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.cli.durations import shown_age
from authserver.domain.audit_times import written

if TYPE_CHECKING:
    from collections.abc import Sequence

    from authserver.domain.hand_over import HandOver, SubjectAccount

COLUMNS: Final = ("subject", "account", "since")


def account_row(mapped: SubjectAccount, now: float) -> Sequence[str]:
    """One mapping in a table."""
    return (mapped.subject, mapped.account, shown_age(mapped.changed_at, now))


def account_value(mapped: SubjectAccount) -> dict[str, str]:
    """One mapping for JSON."""
    return {
        "subject": mapped.subject,
        "account": mapped.account,
        "changed_at": written(mapped.changed_at),
    }


def unused_because(resource: str, hand_over: HandOver | None) -> Sequence[str]:
    """Why mappings of a resource have no effect now, and what would give them one."""
    if hand_over is None:
        return (
            f"calls to {resource} are refused as long as it has no hand-over; next:",
            f"  authserver resource set-hand-over {resource} --kind identity-header",
        )
    if not hand_over.kind.names_the_account:
        return (
            f"calls to {resource} arrive as {hand_over.account}, whoever calls: mappings count",
            "with the hand-over by identity-header or assertion",
        )
    return ()
