"""What `doctor` finds and how its checks are put: one function per rule, with the rule's id."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from authserver.cli.exit_codes import ExitCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from authserver.domain.installation import Inspection
    from authserver.domain.ports import Clock
    from authserver.settings_sources import LoadedSettings

NAMES_SHOWN: Final = 5


class Severity(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    WARNING = "warning"
    """Works, but not as it should in production."""
    BLOCKER = "blocker"
    """The server must not start like this."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check says. `what` is a sentence for people, `fix` tells what to do about it.

    `exit_code` is what `serve` ends with when this is a blocker.
    """

    severity: Severity
    what: str
    fix: str = ""
    exit_code: ExitCode = ExitCode.FINDINGS


@dataclass(frozen=True, slots=True)
class Subject:
    """What the checks look at. Checks of the installation come last and may use `inspection`."""

    loaded: LoadedSettings
    environ: Mapping[str, str]
    clock: Clock
    inspection: Inspection


@dataclass(frozen=True, slots=True)
class Check:
    """One named check, the requirements it serves (docs/conformance.md), and how it is done.

    `needs_schema` keeps it from running on a database that is not of this version.
    """

    identifier: str
    rules: tuple[str, ...]
    find: Callable[[Subject], Finding]
    needs_schema: bool = False


@dataclass
class Report:
    """The findings of all checks, by check, in the order they ran."""

    findings: list[tuple[Check, Finding]] = field(default_factory=list)

    def with_severity(self, severity: Severity) -> Sequence[tuple[Check, Finding]]:
        """The findings of one severity."""
        return [pair for pair in self.findings if pair[1].severity is severity]

    @property
    def blockers(self) -> Sequence[tuple[Check, Finding]]:
        """What keeps the server from starting."""
        return self.with_severity(Severity.BLOCKER)


def run_checks(checks: Iterable[Check], subject: Subject) -> Report:
    """Every check; those that need the schema only while no blocker stands."""
    report = Report()
    for check in checks:
        if check.needs_schema and report.blockers:
            continue
        report.findings.append((check, check.find(subject)))
    return report


def ok(what: str) -> Finding:
    """Nothing to do."""
    return Finding(Severity.OK, what)


def warning(what: str, fix: str) -> Finding:
    """Something that should be otherwise."""
    return Finding(Severity.WARNING, what, fix)


def blocker(what: str, fix: str, exit_code: ExitCode = ExitCode.FINDINGS) -> Finding:
    """Something that must be otherwise."""
    return Finding(Severity.BLOCKER, what, fix, exit_code)


def named(names: Sequence[str]) -> str:
    """The names in a sentence: the first few, and how many more there are."""
    more = f" and {len(names) - NAMES_SHOWN} more" if len(names) > NAMES_SHOWN else ""
    return ", ".join(names[:NAMES_SHOWN]) + more
