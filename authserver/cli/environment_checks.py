"""Checks of the process's surroundings: debug switches, libraries, user, clock."""

from __future__ import annotations

import os
import re
from importlib.metadata import requires, version
from typing import TYPE_CHECKING, Final

from authserver.cli.checks import Check, Finding, Subject, blocker, ok, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

_REQUIREMENT: Final = re.compile(r"(?P<name>[a-z0-9-]+)(\[[a-z]+\])?>=(?P<lowest>[0-9.]+)\Z")
_DEBUG_VARIABLES: Final = ("FLASK_DEBUG", "WERKZEUG_DEBUG", "PYTHONINSPECT")
_OFF: Final = frozenset({"", "0", "false", "no", "off"})
_SECRET_VARIABLES: Final = ("PGPASSWORD",)
_EARLIEST_NOW: Final = 1_767_225_600
"""1 January 2026, 00:00 UTC: this version did not exist before."""


def debug_mode(subject: Subject) -> Finding:
    """Debuggers show code and memory to whoever makes a request fail."""
    on = [
        name
        for name in _DEBUG_VARIABLES
        if subject.environ.get(name, "").strip().lower() not in _OFF
    ]
    if on:
        return blocker(f"debug mode is on: {', '.join(on)}", "take it out of the environment")
    return ok("no debug mode")


def secrets_in_environment(subject: Subject) -> Finding:
    """The environment is visible to more than this process."""
    found = [name for name in _SECRET_VARIABLES if subject.environ.get(name)]
    if found:
        return warning(
            f"a secret is in the environment: {', '.join(found)}",
            "put it into a file and name that in database.password_file",
        )
    return ok("no secret in the environment")


def libraries(_subject: Subject) -> Finding:
    """Older libraries have holes that this version relies on being closed."""
    old = list(_outdated())
    if old:
        return blocker(f"too old: {', '.join(old)}", "install the versions in setup.cfg")
    return ok("every library is as new as this version asks")


def _outdated() -> Iterator[str]:
    for line in requires("authserver") or ():
        match = _REQUIREMENT.match(line)
        if match is None:
            continue
        installed = version(match["name"])
        if _numbers(installed) < _numbers(match["lowest"]):
            yield f"{match['name']} {installed} (needs {match['lowest']})"


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"[0-9]+", text)[:3])


def system_user(_subject: Subject) -> Finding:
    """A server that is broken into should not own the machine."""
    if os.geteuid() == 0:
        return warning("runs as root", "run it as a user of its own that owns data_directory")
    return ok("does not run as root")


def clock(subject: Subject) -> Finding:
    """Tokens are dated: a clock that is wrong by years makes them useless or eternal."""
    if subject.clock.now() < _EARLIEST_NOW:
        return blocker("this machine's clock is years behind", "set the clock, for example by NTP")
    return ok("this machine's clock is plausible")


ENVIRONMENT_CHECKS: Final = (
    Check("debug-mode", ("HT-04",), debug_mode),
    Check("secrets-in-environment", ("HT-04", "AU-01"), secrets_in_environment),
    Check("libraries", ("HT-04",), libraries),
    Check("system-user", (), system_user),
    Check("clock", ("JW-05",), clock),
)
