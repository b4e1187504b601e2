"""The cookie by which a browser is known to an account."""

from __future__ import annotations

import pytest

from authserver.crypto.digests import HmacDigester
from authserver.crypto.secret_values import ReadableSecretMaker
from authserver.services.known_browsers import MOST_ACCOUNTS, KnownBrowsers
from tests.doubles import FakeEntropy

ENTROPY = FakeEntropy()
PEPPERS = {"1": b"1" * 32, "2": b"2" * 32}


def browsers(current: str = "2", *, known: tuple[str, ...] = ("1", "2")) -> KnownBrowsers:
    digester = HmacDigester({each: PEPPERS[each] for each in known}, current, ENTROPY)
    return KnownBrowsers(digester=digester, secret_maker=ReadableSecretMaker(ENTROPY))


def test_a_browser_is_known_to_those_who_signed_in_there() -> None:
    here = browsers()
    cookie = here.remember(here.remember("", "user:ada"), "user:bob")
    assert here.name(cookie, "user:ada") == here.name(cookie, "user:bob") != ""
    assert here.name(cookie, "user:eve") == ""


def test_the_cookie_says_nobodys_name() -> None:
    assert "ada" not in browsers().remember("", "user:ada")


def test_signing_in_again_changes_nothing() -> None:
    here = browsers()
    cookie = here.remember("", "user:ada")
    assert here.remember(cookie, "user:ada") == cookie


def test_only_so_many_accounts_are_kept_the_latest_ones() -> None:
    here, cookie = browsers(), ""
    for number in range(MOST_ACCOUNTS + 2):
        cookie = here.remember(cookie, f"user:{number}")
    known = [bool(here.name(cookie, f"user:{number}")) for number in range(MOST_ACCOUNTS + 2)]
    assert known == [False] * 2 + [True] * MOST_ACCOUNTS


def test_it_outlives_a_change_of_peppers() -> None:
    cookie = browsers("1").remember("", "user:ada")
    assert browsers("2").name(cookie, "user:ada")
    assert not browsers("2", known=("2",)).name(cookie, "user:ada")


@pytest.mark.parametrize("place", range(3))
def test_a_changed_cookie_is_worth_nothing(place: int) -> None:
    here = browsers()
    cookie = here.remember("", "user:ada")
    at = (0, 24, 44)[place]
    other = "A" if cookie[at] != "A" else "B"
    assert here.name(cookie[:at] + other + cookie[at + 1 :], "user:ada") == ""


@pytest.mark.parametrize("text", ["", ".", "x", "a.b", "\0" * 45, "é" * 45, "A" * 5000])
def test_anything_else_is_no_cookie(text: str) -> None:
    here = browsers()
    assert here.name(text, "user:ada") == ""
    assert here.name(here.remember(text, "user:ada"), "user:ada") != ""
