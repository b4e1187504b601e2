"""The form of a file of expectations: who calls, what is called, and what that must get."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any, Final

from authserver.domain.decisions import DenyReason
from authserver.domain.policy_calls import CallerWay
from authserver.domain.policy_problems import PolicyInvalid
from authserver.domain.written_calls import WRITTEN, WrittenCall, read_call
from authserver.services.policy_places import REFUSED, Enough, Place, Reading
from authserver.services.policy_reading import parsed
from authserver.services.policy_tables import Key, Rules, Table
from authserver.services.policy_value_lists import (
    CLIENT,
    GROUPS,
    NETWORKS,
    PROJECTS,
    SELECTORS,
    Items,
)
from authserver.services.policy_values import Choice, Flag, Moment, Text, printable_text

if TYPE_CHECKING:
    from collections.abc import Mapping

_ALLOW: Final = "allow"
_DENY: Final = "deny"
NOBODY: Final = "nobody"
"""The caller of an expectation that names none: without any credential."""


@dataclass(frozen=True, slots=True)
class ExpectedCaller:
    """Who calls: taken as described, whoever there is here.

    `scopes` are `None` where every scope is taken for granted.
    """

    name: str
    way: CallerWay | None = None
    user: str = ""
    client: str = ""
    token: str = ""
    email: str = ""
    groups: frozenset[str] = frozenset()
    scopes: frozenset[str] | None = None
    operations: tuple[str, ...] | None = None
    projects: tuple[str, ...] | None = None
    networks: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Expectation:
    """One call and what it must get; `rule` and `reason` are empty where any will do.

    `at` is in seconds since the epoch (`None`: now); `reaches` are the projects that the call is
    taken to reach.
    """

    call: WrittenCall
    is_allowed: bool
    caller: str = NOBODY
    address: str = ""
    origin: str = ""
    rule: str = ""
    reason: str = ""
    at: float | None = None
    from_page: bool = False
    reaches: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Expectations:
    """A file; `resource` is a site's name."""

    resource: str
    callers: tuple[ExpectedCaller, ...] = ()
    expected: tuple[Expectation, ...] = ()


@dataclass(frozen=True, slots=True)
class _Call:
    """A call, as people write it."""

    said: str = WRITTEN

    def read(self, raw: object, place: Place) -> Any:
        """The call."""
        found = read_call(raw) if isinstance(raw, str) else None
        if found is None:
            place.refuse(self.said)
            return REFUSED
        return found


@dataclass(frozen=True, slots=True)
class _Address:
    """An address."""

    said: str = "an address like 10.1.2.3 or 2001:db8::7"

    def read(self, raw: object, place: Place) -> Any:
        """The address in one spelling."""
        try:
            return str(ip_address(raw if isinstance(raw, str) else ""))
        except ValueError:
            place.refuse(self.said)
            return REFUSED


def _check_callers(values: Mapping[str, Any], place: Place) -> None:
    known = {NOBODY, *(each.name for each in values.get("caller", ()))}
    for index, each in enumerate(values.get("expect", ())):
        if each.caller not in known:
            place.key("expect").item(index).key("caller").refuse(
                f"one of the callers of this file: {', '.join(sorted(known))}"
            )


def _check_expected(values: Mapping[str, Any], place: Place) -> None:
    for name in ("rule", "reason"):
        if values["expect"] and name in values:
            place.key(name).refuse(f'only where expect = "{_DENY}"')


_WORD: Final = Text("1 to 200 characters on one line", printable_text(200))
_SCOPES: Final = Items("scopes", Text("a scope", printable_text(100)), frozenset)
_TAKEN: Final = "nothing"

CALLER: Final = Table(
    ExpectedCaller,
    (
        Key("name", _WORD, "How expectations call it."),
        Key(
            "way",
            Choice({str(each): each for each in CallerWay}),
            "How it calls.",
            "access-token, or api-token-bearer with token",
        ),
        Key("user", _WORD, "A user's name; with Basic the name that is claimed.", "no user"),
        Key("client", CLIENT, "The client; without user, it is a service.", "none"),
        Key("token", _WORD, "The id of an API token.", "none"),
        Key("email", _WORD, "The domain of the user's address.", "none"),
        Key("groups", GROUPS, "The user's groups.", "none"),
        Key("scopes", _SCOPES, "What the token has.", "every scope"),
        Key("operations", SELECTORS, "What the credential is limited to.", "no limit"),
        Key("projects", PROJECTS, "What the credential is limited to.", "no limit"),
        Key("networks", NETWORKS, "Where the credential counts.", "everywhere"),
    ),
    "Somebody who calls.",
)
EXPECT: Final = Table(
    Expectation,
    (
        Key("call", _Call(), "What is called."),
        Key("expect", Choice({_ALLOW: True, _DENY: False}), "What it must get.", "", "is_allowed"),
        Key("caller", _WORD, "The name of a caller.", "who has no credential"),
        Key(
            "from",
            _Address(),
            "The caller's address.",
            "an unknown one, which may be in any network that is denied",
            "address",
        ),
        Key("origin", _WORD, "Of the page that calls.", "no browser"),
        Key("rule", _WORD, "The rule that refuses, like network.office.", "any"),
        Key("reason", Choice({str(each): str(each) for each in DenyReason}), "Why.", "any"),
        Key("at", Moment(), "When.", "now"),
        Key("from_page", Flag(), "Whether a page of the site calls.", "false"),
        Key("reaches", PROJECTS, "The projects that the call reaches.", "not certain"),
    ),
    "A call and what it must get.",
    _check_expected,
)
FILE: Final = Table(
    Expectations,
    (
        Key("resource", _WORD, "The site's name."),
        Key("caller", Rules(CALLER), "Who calls.", _TAKEN, "callers"),
        Key("expect", Rules(EXPECT), "What is expected.", _TAKEN, "expected"),
    ),
    "Expectations of one site's policy.",
    _check_callers,
)


def read_expectations(text: str) -> Expectations:
    """The expectations that a TOML text says.

    Raises:
        PolicyInvalid: the text is refused, with all that is wrong with it; as with `read_policy`.
    """
    reading = Reading()
    raw, found = parsed(text), None
    with suppress(Enough):
        found = FILE.read(raw, Place(reading))
    if reading.problems:
        raise PolicyInvalid(reading.problems)
    assert isinstance(found, Expectations)  # noqa: S101 - a refused one has problems
    return found
