"""Questions to the decision point as a gateway would put them, and as others would."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import random  # noqa: TID251 - repeatable dice for test cases, nothing secret
    from collections.abc import Mapping

PATH: Final = "/gateway/auth-request"
READABLE: Final = "/rest/api/2/issue/X-1"


@dataclass(frozen=True, slots=True)
class Question:
    """Header lines, and whether every one of them is such that the call may pass."""

    headers: tuple[tuple[str, str], ...]
    good: bool


@dataclass(frozen=True, slots=True)
class Choices:
    """Values of one header: those with which a call passes, and those with which it does not.

    `None` leaves the header out.
    """

    good: tuple[str | None, ...]
    bad: tuple[str | None, ...]


def choices(key: str, token: str, other_token: str) -> Mapping[str, Choices]:
    """What each header may say, for the key of a gateway and a token that may read."""
    return {
        "X-Gateway-Authorization": Choices(
            (f"Bearer {key}", f"bearer {key}"),
            (
                *(None, "", "Bearer", key, f"Basic {key}", f"Bearer  {key}", f"Bearer {key}x"),
                *(f"Bearer {key[:-1]}", f"Bearer {key.upper()}", f"Bearer {key}, Bearer {key}"),
                *(f"Bearer {token}", f"Bearer {'a' * 300}", "Bearer \xe9", f"Bearer {key};"),
            ),
        ),
        "Authorization": Choices(
            (f"Bearer {token}", f"BEARER {token}"),
            (
                *(None, "", "Bearer", token, f"Basic {token}", f"Bearer {token}, Bearer {token}"),
                *(f"Bearer {other_token}", f"Bearer {token}x", f"Bearer {key}", "JWT x", "\xff"),
                *(f"Bearer {token.rpartition('.')[0]}.", f"Bearer {'a' * 12_000}"),
            ),
        ),
        "X-Original-Method": Choices(
            ("GET", "HEAD", "OPTIONS"),
            (None, "", "PUT", "DELETE", "get", "GET,GET", "GET ET", "FOO", "A" * 500, "G\xc9T"),
        ),
        "X-Original-URI": Choices(
            (READABLE, f"{READABLE}/", f"{READABLE}?fields=a", "/rest/api/latest/issue/X-1"),
            (
                *(None, "", "/", "*", "rest/api/2/issue/X-1", f"http://localhost{READABLE}"),
                *(f"/{READABLE}", f"{READABLE};x", f"{READABLE}/../X-2", f"{READABLE}%2f"),
                *(f"{READABLE}#x", f"{READABLE}\xe9", f"{READABLE}?_method=PUT", "/" * 9000),
                *(f"{READABLE}?access_token=x", f"{READABLE}, {READABLE}", "/rest/api/2/role"),
            ),
        ),
        "X-Original-Session": Choices((None, ""), ("1", "0", "pass")),
        "X-Original-Method-Override": Choices((None, ""), ("DELETE", "GET", "?")),
        "X-Original-Host": Choices((None, "localhost", "evil", "\xff", "a" * 400), ()),
        "X-Original-Address": Choices((None, "127.0.0.1", "::1", "evil", "1.2.3.4, 5.6.7.8"), ()),
        "X-Original-Request-ID": Choices((None, "abc", "\xff", "x" * 300, "a b"), ()),
        "X-Forwarded-For": Choices((None, "10.0.0.1", "evil"), ()),
        "X-Request-ID": Choices((None, "evil", "x" * 300), ()),
        "X-HTTP-Method-Override": Choices((None, "DELETE"), ()),
        "X-Auth-User": Choices((None, "evil"), ()),
        "X-Upstream-Session": Choices((None, "pass"), ()),
        "Cookie": Choices((None, "JSESSIONID=evil"), ()),
        "Content-Type": Choices((None, "application/x-www-form-urlencoded"), ()),
    }


def question(dice: random.Random, table: Mapping[str, Choices], *, bends: int) -> Question:
    """A question in which so many headers say something bad, the others anything good."""
    bendable = [name for name, each in table.items() if each.bad]
    bent = set(dice.sample(bendable, bends))
    headers: list[tuple[str, str]] = []
    for name, each in table.items():
        value = dice.choice(each.bad if name in bent else each.good)
        if value is not None:
            headers.append((name, value))
    dice.shuffle(headers)
    return Question(tuple(headers), good=not bent)
