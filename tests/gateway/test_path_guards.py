"""Patterns of targets: what one or two decodings lead into the API is refused (FA-04, FA-10)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authserver.gateway.path_guards import PAGE_TARGET, page_path

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random  # noqa: TID251 - a type; hypothesis hands them out

_PAGE: Final = re.compile(PAGE_TARGET, re.IGNORECASE)
_API: Final = re.compile(r"(?:/s/.*/_)?/(?:rest|rpc)(?:[/?#]|$)", re.IGNORECASE | re.DOTALL)
_BENDING: Final = re.compile(r"[\x00-\x1f\x7f/\\;]|^\.{1,2}$")
DOORS: Final = ("rest", "rpc", "REST", "Rest", "s/x/_/rest", "s/a/b/_/rpc", "s/x/_/REST")
INSIDE: Final = ("/", "\\", ";", "\x00", "\n", "\r", "\t", "\x1f", "\x7f", "a/../b", "..;/x")
HARMLESS: Final = (
    "/100%25",
    "/100%25/x",
    "/100%25%20done",
    "/a%25-b",
    "/a%25.txt",
    "/x/%25%25/y",
    "/rest%25-x",
    "/50%25%28or%29",
    "/50%25%c3%a4",
)


def _passes(target: str, base: str = "") -> bool:
    """Whether the gateway takes it for a page; nginx compares the path that it decoded once."""
    path = unquote(target.partition("?")[0], "latin-1")
    door = re.match(page_path(base), path, re.IGNORECASE)
    return _PAGE.match(target) is not None and door is not None


def _escaped(text: str, dice: Callable[[int], int], times: int) -> str:
    """Some characters escaped; the escapes themselves once more, up to `times`."""
    for _ in range(times):
        text = "".join(
            (f"%{ord(each):02x}", f"%{ord(each):02X}", each)[dice(3)]
            if each != "/" or dice(8) == 0
            else each
            for each in text
        )
    return text


@given(st.sampled_from(DOORS), st.sampled_from(("", "/jira")), st.randoms(use_true_random=False))
def test_no_escapes_make_a_page_of_the_api(door: str, base: str, random: Random) -> None:
    target = _escaped(f"{base}/{door}/api", random.randrange, 2)

    assert not _passes(target, base)


@given(st.sampled_from(INSIDE), st.randoms(use_true_random=False))
def test_no_escapes_hide_a_separator_or_a_control(inside: str, random: Random) -> None:
    hidden = "".join(f"%{ord(each):02x}" for each in inside)
    target = "/secure/x" + _escaped(hidden, random.randrange, 1) + "y"

    assert not _passes(target)


@given(st.text("%0123456789abcdefABCDEFrestpcRESTPC_s./;\\-", max_size=30))
def test_what_passes_means_the_same_decoded_twice(text: str) -> None:
    target = "/" + text
    if not _passes(target):
        return
    once = unquote(target, "latin-1")
    twice = unquote(once, "latin-1")

    assert not _API.match(once)
    assert not _API.match(twice)
    for decoded in (once, twice):
        assert decoded.count("/") == target.count("/")
        assert not any(_BENDING.search(each) for each in decoded.split("/"))


@pytest.mark.rule("FA-10")
@pytest.mark.parametrize(
    "target",
    [
        "/%25%372est/api",
        "/%2572est",
        "/x/%25%32e%25%32e/rest",
        "/x%25%32frest",
        "/r%2570c/json-rpc",
        "/r%25%370c/json-rpc",
        "/s/x/%255f/rest",
        "/s/x/%25%35f/rest",
        "/x/%2525%32e",
        "/x%25%30%30",
        "/x%25%35%63",
        "/x%25%33B",
    ],
)
def test_an_escaped_percent_begins_no_escape(target: str) -> None:
    assert not _passes(target)


@pytest.mark.parametrize("target", HARMLESS)
def test_names_with_a_percent_pass(target: str) -> None:
    assert _passes(target)
