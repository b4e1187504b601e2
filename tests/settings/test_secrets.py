"""Secrets in files that settings name."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from authserver.domain.errors import InvalidField
from authserver.settings_secrets import connection_url, read_secret_file
from authserver.settings_sources import load_settings

if TYPE_CHECKING:
    from pathlib import Path


def secret_file(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "secret"
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize("content", [b"s3cret", b"s3cret\n", b"s3cret\r\nsecond line"])
def test_the_first_line_is_the_secret(tmp_path: Path, content: bytes) -> None:
    assert read_secret_file("x", secret_file(tmp_path, content)) == "s3cret"


@pytest.mark.rule("HT-04")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o601])
def test_a_secret_that_others_can_touch_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(InvalidField, match="is open to others; run: chmod 600"):
        read_secret_file("x", secret_file(tmp_path, b"s3cret", mode))


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff", b"a\x00b", b"a\x1bb"])
def test_a_file_without_a_line_of_text_is_refused(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(InvalidField, match="must hold one line of printable text"):
        read_secret_file("x", secret_file(tmp_path, content))


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidField, match="cannot be read: no such file"):
        read_secret_file("x", tmp_path / "none")
    os.mkfifo(tmp_path / "fifo", 0o600)
    with pytest.raises(InvalidField, match="must be a regular file"):
        read_secret_file("x", tmp_path / "fifo")


def test_the_password_goes_into_the_drivers_url_only(tmp_path: Path) -> None:
    path = secret_file(tmp_path, b"p@ss/word:1\n")
    settings = load_settings(
        None,
        {
            "AUTHSERVER_DATABASE_URL": "postgresql://user@db:5432/name?sslmode=require",
            "AUTHSERVER_DATABASE_PASSWORD_FILE": str(path),
        },
    )
    assert connection_url(settings) == (
        "postgresql+psycopg://user:p%40ss%2Fword%3A1@db:5432/name?sslmode=require"
    )
    assert "p@ss" not in repr(settings)
    assert "p%40ss" not in settings.database_url


def test_a_password_needs_a_user(tmp_path: Path) -> None:
    settings = load_settings(
        None,
        {
            "AUTHSERVER_DATABASE_URL": "postgresql://db/name",
            "AUTHSERVER_DATABASE_PASSWORD_FILE": str(secret_file(tmp_path, b"x")),
        },
    )
    with pytest.raises(InvalidField, match="must name a user"):
        connection_url(settings)


def test_without_a_password_file_the_url_is_as_set() -> None:
    settings = load_settings(None, {"AUTHSERVER_DATABASE_URL": "postgresql://db/name"})
    assert connection_url(settings) == "postgresql+psycopg://db/name"
