"""Checks of the database: its schema, what it promises, what stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from authserver.cli.checks import Check, Finding, Subject, blocker, ok, warning
from authserver.cli.exit_codes import ExitCode
from authserver.crypto.key_files import KeyKind, list_key_ids
from authserver.domain.errors import StorageUnavailable
from authserver.domain.keys import KeyState, SigningAlgorithm

if TYPE_CHECKING:
    from collections.abc import Mapping

_INIT: Final = "run: authserver init"
_DURABLE: Final[Mapping[str, Mapping[str, frozenset[str]]]] = {
    "sqlite": {
        "journal_mode": frozenset({"wal"}),
        "synchronous": frozenset({"2", "3", "full", "extra"}),
        "foreign_keys": frozenset({"1", "on"}),
    },
    "postgresql": {
        "fsync": frozenset({"on"}),
        "full_page_writes": frozenset({"on"}),
        "synchronous_commit": frozenset({"on", "local", "remote_write", "remote_apply"}),
    },
}
_CLOCKS_APART_SECONDS: Final = 5.0
_FEW: Final = 3


def schema(subject: Subject) -> Finding:
    """The database is of this version."""
    try:
        status = subject.inspection.schema()
    except StorageUnavailable as error:
        return blocker(
            f"the database does not answer: {error}",
            "start it, or correct database.url",
            ExitCode.STORAGE,
        )
    if status.is_empty:
        return blocker("the database is empty", _INIT, ExitCode.NOT_INSTALLED)
    if not status.is_known:
        return blocker(
            f"the database has schema {status.current}, which this version does not know",
            "run the newer version that made it",
        )
    if not status.is_current:
        return blocker(
            f"the database has schema {status.current}, this version needs {status.head}",
            "run: authserver db upgrade",
            ExitCode.NOT_INSTALLED,
        )
    return ok(f"the schema is current: {status.head}")


def stored_issuer(subject: Subject) -> Finding:
    """The issuer stands in tokens and in other people's configurations: it never changes."""
    stored = subject.inspection.stored_issuer()
    configured = subject.loaded.settings.issuer
    if stored is None:
        return blocker("the database has no issuer yet", _INIT, ExitCode.NOT_INSTALLED)
    if stored != configured:
        return blocker(
            f"the database belongs to the issuer {stored}, the settings say {configured}",
            f"set issuer back to {stored}, or use a new database",
        )
    return ok(f"the database belongs to {stored}")


def durability(subject: Subject) -> Finding:
    """What the database has committed survives a power cut."""
    facts = subject.inspection.database_facts()
    wanted = _DURABLE[facts["dialect"]]
    weak = [
        f"{name} is {facts.get(name, 'unknown')}"
        for name, allowed in wanted.items()
        if facts.get(name, "").lower() not in allowed
    ]
    if weak:
        return blocker(
            f"{facts['dialect']} does not promise durability: {', '.join(weak)}",
            "correct the database's configuration",
        )
    return ok(f"{facts['dialect']} {facts.get('version', '')} commits durably")


def database_clock(subject: Subject) -> Finding:
    """Servers on one database must agree about the time."""
    theirs = subject.inspection.database_facts().get("clock")
    if theirs is None:
        return ok("the database has this machine's clock")
    apart = abs(float(theirs) - subject.clock.now())
    if apart > _CLOCKS_APART_SECONDS:
        return warning(
            f"the database's clock is {apart:.0f} seconds away from this machine's",
            "let both follow the same NTP servers",
        )
    return ok("the database's clock agrees with this machine's")


def signing_keys(subject: Subject) -> Finding:
    """There is a key to sign with."""
    keys = subject.inspection.published_keys()
    active = {key.algorithm for key in keys if key.state is KeyState.ACTIVE}
    if SigningAlgorithm.ES256 not in active:
        return blocker("there is no active signing key", _INIT, ExitCode.NOT_INSTALLED)
    return ok(f"active signing keys: {', '.join(sorted(active))}")


def sealed_values(subject: Subject) -> Finding:
    """What is sealed in the database still opens: its key files are there."""
    directory = subject.loaded.settings.keys.directory
    there = {KeyKind.KEK.file_name(str(each)) for each in list_key_ids(directory)[KeyKind.KEK]}
    values = subject.inspection.sealed_values()
    lost = [each for each in values if each.key_file not in there]
    if not lost:
        return ok("the key file of every sealed value is there")
    names = sorted({each.key_file or "a key file that nobody can name" for each in lost})
    few = ", ".join(each.what for each in lost[:_FEW]) + (", …" if len(lost) > _FEW else "")
    what = f"{directory}: {', '.join(names)} missing: needed by {few}"
    if any(each.vital for each in lost):
        return blocker(what, "restore it from your backup")
    return warning(
        what,
        "restore it from your backup, or run authserver resource set-credential or"
        " authserver provider secret add again",
    )


def administrators(subject: Subject) -> Finding:
    """Somebody can sign in when no identity provider answers, and administer."""
    count = subject.inspection.administrators()
    if not count:
        return warning(
            "there is no enabled administrator with a local password: when the identity providers "
            "do not answer, nobody gets in",
            f"{_INIT}, or authserver user create NAME --administrator",
        )
    return ok(f"enabled administrators with a local password: {count}")


INSTALLATION_CHECKS: Final = (
    Check("schema", ("HT-04",), schema),
    Check("stored-issuer", ("MD-01", "HT-04"), stored_issuer, needs_schema=True),
    Check("durability", ("RV-04", "AU-05"), durability, needs_schema=True),
    Check("database-clock", ("JW-05",), database_clock, needs_schema=True),
    Check("signing-keys", ("MD-05",), signing_keys, needs_schema=True),
    Check("sealed-values", ("MD-05", "MD-07"), sealed_values, needs_schema=True),
    Check("administrators", (), administrators, needs_schema=True),
)
