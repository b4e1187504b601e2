"""Checks of the files that the settings name: there, ours, and closed to others."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, Final

from authserver.cli.checks import Check, Finding, Subject, blocker, ok, warning
from authserver.cli.exit_codes import ExitCode
from authserver.crypto.key_files import KeyFileProblem, list_key_ids, load_key_files
from authserver.domain.errors import InvalidField
from authserver.settings_secrets import read_secret_file

if TYPE_CHECKING:
    from pathlib import Path

_SHORTEST_KEY: Final = 32
_ENOUGH_BYTES: Final = 200 * 1024 * 1024
_INIT: Final = "run: authserver init"


def key_files(subject: Subject) -> Finding:
    """Every kind of key file is there, whole, and readable by this user alone."""
    directory = subject.loaded.settings.keys.directory
    try:
        load_key_files(directory)
    except KeyFileProblem as error:
        detail, _, advice = str(error).partition("; ")
        if _none_made(directory):
            return blocker(f"there are no key files in {directory}", _INIT, ExitCode.NOT_INSTALLED)
        return blocker(detail, advice or "restore the file from your backup")
    return ok(f"the key files in {directory} are complete and closed to others")


def _none_made(directory: Path) -> bool:
    try:
        return not any(list_key_ids(directory).values())
    except KeyFileProblem:
        return not directory.exists()


def data_directory(subject: Subject) -> Finding:
    """The database holds sealed keys and digests: nobody else's business."""
    directory = subject.loaded.settings.data_directory
    if not directory.is_dir():
        return blocker(f"the folder {directory} does not exist", _INIT, ExitCode.NOT_INSTALLED)
    if not os.access(directory, os.W_OK | os.X_OK):
        return blocker(
            f"the folder {directory} is not writable by this user",
            f"run as the user who owns it, or: chown {os.geteuid()} {directory}",
        )
    mode = directory.stat().st_mode
    if mode & (stat.S_IRWXO | stat.S_IWGRP):
        return blocker(f"the folder {directory} is open to others", f"run: chmod 700 {directory}")
    if mode & stat.S_IRWXG:
        return warning(
            f"the folder {directory} is open to its group", f"run: chmod 700 {directory}"
        )
    return ok(f"the folder {directory} is closed to others")


def disk_space(subject: Subject) -> Finding:
    """Without space no act can be recorded, and what cannot be recorded is refused."""
    directory = subject.loaded.settings.journal_directory
    while not directory.exists():
        directory = directory.parent
    volume = os.statvfs(directory)
    free = volume.f_bavail * volume.f_frsize
    if free < _ENOUGH_BYTES:
        return warning(f"only {free // 2**20} MiB are free at {directory}", "make room")
    return ok(f"{free // 2**20} MiB are free at {directory}")


def configuration_file(subject: Subject) -> Finding:
    """Who can write the configuration owns the server."""
    path = subject.loaded.file
    if path is None:
        return ok("there is no configuration file")
    if path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        return blocker(f"others may write {path}", f"run: chmod go-w {path}")
    return ok(f"only its owner may write {path}")


def secret_files(subject: Subject) -> Finding:
    """Secrets that settings name are readable by us alone, and not guessable."""
    settings = subject.loaded.settings
    named = {
        "database.password_file": (settings.database.password_file, 1),
        "metrics.key_file": (settings.metrics.key_file, _SHORTEST_KEY),
        "mail.password_file": (settings.mail.password_file, 1),
    }
    for name, (path, shortest) in named.items():
        if path is None:
            continue
        try:
            secret = read_secret_file(name, path)
        except InvalidField as error:
            return blocker(str(error), f"correct the file or the setting {name}")
        if len(secret) < shortest:
            return blocker(
                f"{name}: the key in {path} is weak: {len(secret)} characters",
                f"put at least {shortest} random characters into it, for example by: "
                f"openssl rand -base64 {shortest}",
            )
    return ok("every secret's file is closed to others")


FILE_CHECKS: Final = (
    Check("key-files", ("HT-04", "MD-07"), key_files),
    Check("data-directory", ("HT-04", "MD-07"), data_directory),
    Check("disk-space", ("AU-05",), disk_space),
    Check("configuration-file", ("HT-04",), configuration_file),
    Check("secret-files", ("HT-04",), secret_files),
)
