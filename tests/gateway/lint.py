"""Reads an nginx configuration and names what would open a way around the decision (FA-14)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

import crossplane

from authserver.gateway.header_lists import BLANKED_FOR_BROWSERS
from authserver.machine.auth_request import READ
from tests.gateway.inheriting import Block

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


class Mistake(StrEnum):
    """What can be wrong."""

    UNDECIDED = "a location leads to the site without auth_request"
    OPEN = "a location answers by itself"
    REGEX = "a regex location wins before the decided one"
    RETURN = "return or rewrite wins before the decision"
    SATISFY = "satisfy is not all"
    UNDERSCORES = "headers with underscores pass"
    INVALID_HEADERS = "invalid headers pass"
    WITH_URI = "proxy_pass to the site has a URI part"
    NOT_INTERNAL = "the location of the decision is not internal"
    NO_SUCH_DECISION = "auth_request names no location"
    CALLER_TO_DECISION = "something of the caller reaches the decision point"
    BODY_TO_DECISION = "the body reaches the decision point"
    ORIGINAL = "method or target for the decision is not the raw one"
    CREDENTIAL = "the caller's Authorization reaches the site"
    COOKIE = "cookies pass beside a token"
    SET_COOKIE = "a session of the site's comes back to a caller with a token"
    BLANKING = "a header of the caller's is not blanked"
    UNGUARDED = "a location leads to the site without a guard of the target"
    CACHE = "something is cached"
    ACCEL = "the site may redirect inside of nginx"
    FAILS_OPEN = "a map lets pass what it does not know"
    UNCONDITIONAL = "the address of the site does not come from the decision"
    UNTOLD = "the decision point is not told what the caller cannot say in nginx's place"
    PLAIN = "a server without TLS beside one with it leads to the site"


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake, where it is."""

    mistake: Mistake
    line: int


_MAY_REACH_DECISION: Final = {"authorization": "$http_authorization"}
_TOLD: Final = frozenset(map(str.lower, READ)) - {"x-gateway-authorization"}
"""All that counts of a question; what is not set here could be a caller's own some day."""
_REFUSE_BY_DEFAULT: Final = tuple(
    f"$asv_{what}_refused__" for what in ("target", "page", "door", "query", "page_query", "header")
)
_FROM_DECISION: Final = ("$asv_goes_to__", "$asv_session_goes_to__")
_KNOWN_BY_DEFAULT: Final[dict[str, tuple[str, ...]]] = {
    "1": _REFUSE_BY_DEFAULT,
    "": _FROM_DECISION,
    "unknown": ("$asv_hands_over__",),
}
"""What a map has to say of what it does not know."""


def lint(path: Path, *, pages: frozenset[str] = frozenset()) -> list[Finding]:
    """Every mistake in a file for the http context.

    `pages` are the locations that are meant to lead to the site without a decision.
    """
    payload = crossplane.parse(str(path), single=True, check_ctx=False, check_args=False)
    assert payload["status"] == "ok", payload["errors"]
    top = payload["config"][0]["parsed"]
    decisions = {
        each["args"][0]
        for each in top
        if each["directive"] == "upstream" and each["args"][0].startswith("asv_decisions__")
    }
    found = list(_everywhere(top))
    servers = [each for each in top if each["directive"] == "server"]
    tls = [any("ssl" in each for each in _listens(server)) for server in servers]
    for server, is_tls in zip(servers, tls, strict=True):
        found += _server(server, decisions, pages)
        if any(tls) and not is_tls:
            found += _plain(server, decisions)
    return found


def _listens(server: dict[str, Any]) -> list[list[str]]:
    return [each["args"] for each in server["block"] if each["directive"] == "listen"]


def _plain(server: dict[str, Any], decisions: set[str]) -> Iterator[Finding]:
    for each in server["block"]:
        block = Block(each["line"], (), tuple(each.get("block", ())), ())
        if block.all("proxy_pass") and _upstream(block) not in decisions:
            yield Finding(Mistake.PLAIN, each["line"])


def _everywhere(directives: Iterable[dict[str, Any]]) -> Iterator[Finding]:
    for each in directives:
        name, arguments, line = each["directive"], each["args"], each["line"]
        if name == "satisfy" and arguments != ["all"]:
            yield Finding(Mistake.SATISFY, line)
        if name == "underscores_in_headers" and arguments != ["off"]:
            yield Finding(Mistake.UNDERSCORES, line)
        if name == "ignore_invalid_headers" and arguments != ["on"]:
            yield Finding(Mistake.INVALID_HEADERS, line)
        if name == "proxy_cache_path" or (
            name in {"proxy_cache", "proxy_store"} and arguments != ["off"]
        ):
            yield Finding(Mistake.CACHE, line)
        if name == "map" and any(
            arguments[1].startswith(names) and _default(each) != wanted
            for wanted, names in _KNOWN_BY_DEFAULT.items()
        ):
            yield Finding(Mistake.FAILS_OPEN, line)
        if name == "rewrite":
            yield Finding(Mistake.RETURN, line)
        if name != "map":
            yield from _everywhere(each.get("block", ()))


def _default(table: dict[str, Any]) -> str | None:
    values: list[str] = [
        each["args"][0] for each in table["block"] if each["directive"] == "default"
    ]
    return values[0] if len(values) == 1 else None


def _server(
    server: dict[str, Any], decisions: set[str], pages: frozenset[str]
) -> Iterator[Finding]:
    inside = server["block"]
    settings = tuple(each for each in inside if each["directive"] != "location")
    locations = [
        Block(each["line"], tuple(each["args"]), tuple(each["block"]), settings)
        for each in inside
        if each["directive"] == "location"
    ]
    if locations:
        yield from _returns(settings)
    asked = {
        arguments[0]
        for location in locations
        for arguments in location.all("auth_request")
        if arguments != ("off",)
    }
    there = {location.path for location in locations}
    if asked - there:
        yield Finding(Mistake.NO_SUCH_DECISION, server["line"])
    for location in locations:
        if location.modifier in {"~", "~*"}:
            yield Finding(Mistake.REGEX, location.line)
        if location.path in asked or _upstream(location) in decisions:
            yield from _decision(location)
        elif location.all("proxy_pass"):
            yield from _to_the_site(location, pages)
        elif (
            not location.path.startswith("@")
            and not location.all("internal")
            and not all(map(_is_closed, location.all("return") or [("200",)]))
        ):
            yield Finding(Mistake.OPEN, location.line)


def _is_closed(answer: tuple[str, ...]) -> bool:
    """A refusal, or the way to TLS."""
    return answer[0].startswith("4") or (answer[0] == "308" and answer[1].startswith("https://"))


def _upstream(location: Block) -> str:
    addresses = location.all("proxy_pass")
    return addresses[0][0].partition("://")[2].partition("/")[0] if addresses else ""


def _returns(directives: Iterable[dict[str, Any]]) -> Iterator[Finding]:
    """Answers that come before the access phase; refusals inside of `if` are what guards do."""
    for each in directives:
        if each["directive"] == "return":
            yield Finding(Mistake.RETURN, each["line"])
        if each["directive"] == "if":
            for inner in each["block"]:
                if inner["directive"] == "return" and not inner["args"][0].startswith("4"):
                    yield Finding(Mistake.RETURN, inner["line"])
                if inner["directive"] == "proxy_pass":
                    yield Finding(Mistake.UNDECIDED, inner["line"])


def _decision(location: Block) -> Iterator[Finding]:
    if not location.all("internal"):
        yield Finding(Mistake.NOT_INTERNAL, location.line)
    if location.effective("proxy_pass_request_headers") != [("off",)]:
        yield Finding(Mistake.CALLER_TO_DECISION, location.line)
    if location.effective("proxy_pass_request_body") != [("off",)]:
        yield Finding(Mistake.BODY_TO_DECISION, location.line)
    sent = location.sent()
    for name, value in sent.items():
        from_caller = "$http_" in value or "$cookie_" in value or "$arg_" in value
        if from_caller and _MAY_REACH_DECISION.get(name) != value:
            yield Finding(Mistake.CALLER_TO_DECISION, location.line)
    if _TOLD - sent.keys():
        yield Finding(Mistake.UNTOLD, location.line)
    for name in ("content-length", "content-type"):
        if sent.get(name) != "":
            yield Finding(Mistake.BODY_TO_DECISION, location.line)
    if (
        sent.get("x-original-uri") != "$request_uri"
        or sent.get("x-original-method") != "$request_method"
    ):
        yield Finding(Mistake.ORIGINAL, location.line)


def _to_the_site(location: Block, pages: frozenset[str]) -> Iterator[Finding]:
    is_page = location.path in pages
    is_session = location.path.startswith("@asv_session__")
    (address,) = location.all("proxy_pass")[0]
    authority = address.partition("://")[2]
    if "/" in authority or not authority.partition("$asv_target__")[0].count("$") <= 1:
        yield Finding(Mistake.WITH_URI, location.line)
    if not is_page:
        if location.all("auth_request") in ([], [("off",)]):
            yield Finding(Mistake.UNDECIDED, location.line)
        if not address.partition("://")[2].startswith(_FROM_DECISION):
            yield Finding(Mistake.UNCONDITIONAL, location.line)
    yield from _inherited(location)
    yield from _returns(location.directives)
    guards = [
        each["args"][0]
        for each in location.directives
        if each["directive"] == "if" and any(i["directive"] == "return" for i in each["block"])
    ]
    on_pages = ("page", "door", "page_query")
    for wanted in on_pages if is_page else ("target", "query"):
        if not any(f"$asv_{wanted}_refused__" in guard for guard in guards):
            yield Finding(Mistake.UNGUARDED, location.line)
    yield from _headers(location, alone=not (is_page or is_session))
    ignored = {name for each in location.effective("proxy_ignore_headers") for name in each}
    if "X-Accel-Redirect" not in ignored:
        yield Finding(Mistake.ACCEL, location.line)


def _inherited(location: Block) -> Iterator[Finding]:
    """What is not stated here may be stated otherwise around it."""
    if location.effective("satisfy") != [("all",)]:
        yield Finding(Mistake.SATISFY, location.line)
    for kept in ("proxy_cache", "proxy_store"):
        if location.effective(kept) != [("off",)]:
            yield Finding(Mistake.CACHE, location.line)


def _headers(location: Block, *, alone: bool) -> Iterator[Finding]:
    """`alone`: a token came, and no browser's session goes on."""
    sent = location.sent()
    allowed = ("$asv_upstream_authorization", "") if alone else ("",)
    if sent.get("authorization") not in allowed:
        yield Finding(Mistake.CREDENTIAL, location.line)
    if sent.get("connection") != "":
        yield Finding(Mistake.BLANKING, location.line)
    if (
        sent.get("x-forwarded-for") != "$remote_addr"
        or sent.get("x-forwarded-proto") not in {"http", "https"}
        or "$" in sent.get("x-forwarded-host", "$")
    ):
        yield Finding(Mistake.BLANKING, location.line)
    if alone:
        if sent.get("cookie") != "":
            yield Finding(Mistake.COOKIE, location.line)
        if ("Set-Cookie",) not in location.effective("proxy_hide_header"):
            yield Finding(Mistake.SET_COOKIE, location.line)
        if location.effective("proxy_pass_request_headers") != [("off",)]:
            yield Finding(Mistake.BLANKING, location.line)
        return
    blanked = set(map(str.lower, BLANKED_FOR_BROWSERS))
    if any(sent.get(name) != "" for name in blanked) or "x-decision-id" not in sent:
        yield Finding(Mistake.BLANKING, location.line)
