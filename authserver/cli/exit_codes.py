"""Exit codes of the command line, the same for every command."""

from __future__ import annotations

from enum import IntEnum

from authserver.domain.declarations import DeclarationsInvalid
from authserver.domain.errors import InvalidField, StorageUnavailable
from authserver.domain.installation import NotInstalled
from authserver.domain.policy_problems import PolicyInvalid
from authserver.settings_sources import SettingsInvalid


class ExitCode(IntEnum):
    """What a command's end means to the script that called it."""

    OK = 0
    REFUSED = 1
    """Not found, taken, or in a state that forbids it."""
    USAGE = 2
    """Wrong options, arguments or values, or a configuration that is refused."""
    FINDINGS = 3
    """The command looked for problems and found some that must be mended."""
    STORAGE = 4
    """The database, the journal or a file system does not answer."""
    NOT_INSTALLED = 5
    """`authserver init` or `authserver db upgrade` has to run first."""


def exit_code(error: Exception) -> ExitCode:
    """The code that a refusal ends a command with."""
    match error:
        case SettingsInvalid() | InvalidField() | PolicyInvalid() | DeclarationsInvalid():
            return ExitCode.USAGE
        case StorageUnavailable():
            return ExitCode.STORAGE
        case NotInstalled():
            return ExitCode.NOT_INSTALLED
        case _:
            return ExitCode.REFUSED
