"""Values as lists, facts and files of comma-separated values show them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from authserver.domain.roles import Role
from authserver.web.languages import gettext as _
from authserver.web.languages import lazy_gettext as _l
from authserver.web.languages import ngettext

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flask.sansio.app import App

    from authserver.web.languages import Text

Value = str | float | int | Sequence[str] | None


class Kind(StrEnum):
    """What a value is, which says how it is shown."""

    TEXT = "text"
    CODE = "code"
    """Something to copy: an id, a name, a URL."""
    MOMENT = "moment"
    """Seconds since the epoch."""
    DURATION = "duration"
    """Seconds."""
    STATE = "state"
    """One of the words below."""
    NUMBER = "number"
    NAMES = "names"
    """A list; a few of it in a table, all of it elsewhere."""


WORDS: Final[Mapping[str, Text]] = {
    "enabled": _l("enabled"),
    "disabled": _l("disabled"),
    "deleted": _l("deleted"),
    "next": _l("next"),
    "active": _l("active"),
    "retiring": _l("retiring"),
    "gone": _l("gone"),
    "revoked": _l("revoked"),
    "expired": _l("expired"),
    "used up": _l("used up"),
    "live": _l("live"),
    "waiting": _l("waiting"),
    "pending": _l("not picked up"),
    "success": _l("done"),
    "refused": _l("refused"),
    "failed": _l("failed"),
    "passed": _l("passed"),
    "not asked": _l("not asked"),
    "ended": _l("ended"),
    "stopped": _l("stopped"),
    "asleep": _l("asleep"),
    "sent": _l("sent"),
    "given-up": _l("given up"),
    "cancelled": _l("cancelled"),
}
ROLE_WORDS: Final[Mapping[str, Text]] = {
    Role.OWNER: _l("Owner"),
    Role.CLIENT_ADMIN: _l("Client administrator"),
    Role.POLICY_ADMIN: _l("Policy administrator"),
    Role.HELP_DESK: _l("Help desk"),
    Role.AUDITOR: _l("Auditor"),
}
GOOD: Final = frozenset({"enabled", "active", "live", "permit", "success", "passed", "sent"})
BAD: Final = frozenset({"revoked", "deny", "failure", "refused", "failed", "given-up"})
WARNING: Final = frozenset(
    {"disabled", "retiring", "expired", "used up", "waiting", "pending", "stopped", "asleep"}
)
FEW: Final = 3
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")  # noqa: RUF001 - the full-width forms count too


def install(app: App) -> None:
    """Give templates the filters of this module."""
    app.jinja_env.filters["duration"] = duration
    app.jinja_env.filters["state_word"] = state_word
    app.jinja_env.filters["state_class"] = state_class
    app.jinja_env.filters["role_word"] = role_word


def state_word(value: str) -> str:
    """A state in the reader's language; one that is not known stays as it is."""
    return str(WORDS.get(value, value))


def role_word(role: str) -> str:
    """A role in the reader's language."""
    return str(ROLE_WORDS.get(role, role))


def state_class(value: str) -> str:
    """The colour of a state: it only repeats what the word says."""
    if value in GOOD:
        return "good"
    if value in BAD:
        return "bad"
    return "warn" if value in WARNING else "plain"


def duration(seconds: float | None) -> str:
    """Seconds in the largest unit in which they are whole."""
    if seconds is None:
        return _("no end")
    whole = int(seconds)
    for size, one, many in (
        (86_400, "%(num)s day", "%(num)s days"),
        (3600, "%(num)s hour", "%(num)s hours"),
        (60, "%(num)s minute", "%(num)s minutes"),
    ):
        if whole and whole % size == 0:
            return ngettext(one, many, whole // size) % {"num": whole // size}
    return ngettext("%(num)s second", "%(num)s seconds", whole) % {"num": whole}


def plain(value: Value, kind: Kind) -> str:
    """The value in a file: times as ISO 8601 in UTC, lists with blanks between.

    What a spreadsheet would take for a formula gets an apostrophe before it.
    """
    if value is None:
        return ""
    if kind is Kind.MOMENT and isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, int | float):
        return str(value)
    text = value if isinstance(value, str) else " ".join(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
