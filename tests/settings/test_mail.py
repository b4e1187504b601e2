"""Settings of mail: off by default, and never a password in clear on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from authserver.settings_mail_kinds import Host, Line, MailAddress
from authserver.settings_sources import SettingsInvalid, load_settings

if TYPE_CHECKING:
    from authserver.settings import Settings

ON = {"MAIL_HOST": "mail.example.com", "MAIL_SENDER": "auth@example.com"}


def loaded(**stated: str) -> Settings:
    return load_settings(environ={f"AUTHSERVER_{name}": value for name, value in stated.items()})


def test_mail_is_off_unless_there_is_a_host() -> None:
    assert not loaded().mail.is_on
    assert loaded(**ON).mail.is_on


@pytest.mark.parametrize(("security", "port"), [("starttls", 587), ("tls", 465), ("none", 25)])
def test_the_port_is_the_usual_one_unless_it_is_set(security: str, port: int) -> None:
    assert loaded(**ON, MAIL_SECURITY=security).mail.server_port == port
    assert loaded(**ON, MAIL_SECURITY=security, MAIL_PORT="2525").mail.server_port == 2525


def test_tls_is_the_default() -> None:
    assert loaded(**ON).mail.security == "starttls"


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ({"MAIL_HOST": "mail.example.com"}, "mail.sender"),
        (
            {**ON, "MAIL_USERNAME": "a", "MAIL_PASSWORD_FILE": "p", "MAIL_SECURITY": "none"},
            "mail.username",
        ),
        ({**ON, "MAIL_USERNAME": "a"}, "mail.password_file"),
        ({**ON, "MAIL_PASSWORD_FILE": "p"}, "mail.password_file"),
        ({**ON, "MAIL_CONNECT_SECONDS": "9", "MAIL_TOTAL_SECONDS": "8"}, "mail.connect_seconds"),
        ({**ON, "MAIL_TOTAL_SECONDS": "30"}, "mail.total_seconds"),
    ],
)
def test_settings_that_cannot_work_are_refused(stated: dict[str, str], told: str) -> None:
    with pytest.raises(SettingsInvalid, match=told):
        loaded(**stated)


@pytest.mark.parametrize("good", ["", "mail.example.com", "localhost", "192.0.2.1", "2001:db8::1"])
def test_a_host_is_a_name_or_an_address(good: str) -> None:
    assert Host().parse(good) == good


@pytest.mark.parametrize("bad", ["mail.example.com:25", "smtp://x", "a b", "x\n", "[::1]", 5, "-x"])
def test_nothing_else_is_a_host(bad: object) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Host().parse(bad)


@pytest.mark.parametrize("bad", ["auth", "Auth <auth@example.com>", "a@b\nBcc: c@d", 5])
def test_a_sender_is_a_bare_address(bad: object) -> None:
    with pytest.raises(ValueError, match=r".*"):
        MailAddress().parse(bad)
    assert MailAddress().parse("") == ""


@pytest.mark.parametrize("bad", ["x\ny", "x" * 201, 5])
def test_a_name_is_one_line(bad: object) -> None:
    with pytest.raises(ValueError, match=r".*"):
        Line().parse(bad)
    assert all(kind.allowed for kind in (Host(), MailAddress(), Line()))
