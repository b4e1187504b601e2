"""Targets made of pieces that servers read differently, thrown together by dice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tests.gateway.tricks.trick import ADMIN, FRONT, SESSION, Trick, request

if TYPE_CHECKING:
    import random  # noqa: TID251 - repeatable dice for test cases, nothing secret
    from collections.abc import Iterator

WORDS: Final = (
    *("rest", "rest", "rest", "REST", "Rest", "%72est", "re%73t", "%52est", "%2572est", "re%2573t"),
    *("api", "2", "api/2/settings/columns", "api/2/settings/columns", "api/2/issue/X-1", "rpc"),
    *("secure", "s/x/_", "s/a/b/_", "S/x/_", "_", "plugins", "WEB-INF", "x", "browse/X-1", "%5f"),
)
JOINTS: Final = (
    *("/", "/", "/", "/", "/", "/", "//", "/./", "/../", "/.;/", "/..;/", "/;/", ";x/", "/;x/"),
    *("%2f", "%2F", "%252f", "%5c", "%5C", "%255c", "\\", "/\\", "/%2e/", "/%2e%2e/", "/.%2e/"),
    *("/%252e%252e/", "/..%2f", "/..%5c", "/..%3b/", "/%2e%2e;/", "%c0%af", "/%c0%ae%c0%ae/"),
    *("%e0%80%af", "%ef%bc%8f", "%u002f", "/%00/", "%00", "/%20/", "/ /", "\t", "/%09/", "/%0a/"),
    *("?", "?/", "#", "#/", "%23", "%3f", "%3b", "%253b", "%253f/", ";", ";/../", "/...;/"),
    *("\xc3\xa4", "\xff", "%ff", "+", "&", "|", '"', "<", "{", "[", "^", "`", "%", "%2", "%zz"),
)
STARTS: Final = (
    "/",
    "/",
    "/",
    "/",
    "/",
    "/",
    "//",
    "",
    "/./",
    "/../",
    "/;/",
    "\\",
    "/%2f",
    "http://x/",
)


def thrown_targets(dice: random.Random, count: int) -> Iterator[Trick]:
    """Tricks of which only the target matters: with the strongest token, and with a session."""
    for number in range(count):
        pieces = [dice.choice(STARTS)]
        for _ in range(dice.randint(1, 5)):
            pieces += [dice.choice(WORDS), dice.choice(JOINTS)]
        if dice.random() < 0.7:
            pieces.append(dice.choice(WORDS))
        target = "".join(pieces)
        for name, raw in (
            ("token", request(target, credential=ADMIN)),
            ("session", request(target, SESSION, credential="")),
            ("nothing", request(target, credential="")),
        ):
            gateways = ("api", *FRONT) if name == "token" else ("front", "allowing")
            yield Trick(f"{number}: /jira{target} ({name})", _below(raw), (), gateways=("nested",))
            yield Trick(f"{number}: {target} ({name})", raw, (), gateways=gateways)


def _below(raw: bytes) -> bytes:
    return raw.replace(b"GET ", b"GET /jira", 1)
