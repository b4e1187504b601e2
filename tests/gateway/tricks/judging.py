"""What must hold of every trick, whatever it is: nothing forbidden reached the site."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from authserver.gateway.site_configuration import Mode
from tests.gateway.shapes import IDENTITY_HEADER, SERVICE_ACCOUNT, SERVICE_SECRET
from tests.gateway.yard import CONTEXT_PATH
from tests.standin.paths import acted_on
from tests.standin.smells import SESSION_COOKIES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.gateway.tricks.playing import Observed, Round
    from tests.standin.notes import Note

MARK: Final = "evil"
"""What tricks call everything that must not arrive."""
OURS: Final = frozenset(
    {
        "host",
        "authorization",
        "connection",
        "content-length",
        "transfer-encoding",
        "x-decision-id",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-request-id",
    }
)
"""Headers that a gateway sets itself, or that frame the body."""
HARMLESS: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "content-type",
        "cookie",
        "user-agent",
        "x-atlassian-token",
    }
)
"""Headers of a caller's that mean nothing to the site's security; the others must not arrive."""
_CALL: Final = re.compile(rf"(?:{CONTEXT_PATH})?/(?:s/.*/_/)?(?:rest|rpc)(?:/|$)", re.IGNORECASE)
_VERSION: Final = re.compile(rb"nginx/[0-9]|granian|python", re.IGNORECASE)


def findings(observed: Observed) -> list[str]:
    """What went wrong with one trick at one gateway; nothing, if all is well."""
    return list(dict.fromkeys([*_arrivals(observed), *_answers(observed)]))


def all_findings(played: Round) -> list[str]:
    """What went wrong anywhere."""
    found = [
        f"{each.trick.name} at {each.stand.name}: {finding}"
        for each in played.observed
        for finding in findings(each)
    ]
    return found + [f"from nobody: {note.line}" for note in played.nameless]


def _arrivals(observed: Observed) -> Iterator[str]:
    left = list(observed.trick.arrives)
    for line in observed.arrived:
        if line in left:
            left.remove(line)
        else:
            yield f"reached the site: {line}"
    yield from intrusions(observed)


def intrusions(observed: Observed) -> Iterator[str]:
    """What reached the site without a decision of its own, or not as the decision said."""
    allowed = {
        each.request_id: each for each in observed.decisions if each.action == "call.allowed"
    }
    for note in observed.notes:
        if note.smells:
            yield f"brought along: {', '.join(note.smells)}"
        if _is_page(observed, note):
            yield from _page(note)
            continue
        decision = allowed.pop(note.headers.get("x-decision-id", ""), None)
        if decision is None:
            yield f"no decision allowed {note.line}"
        else:
            yield from _same_call(note, dict(decision.details))
            yield from _by_session(note) if decision.token_id == "" else _by_token(observed, note)
        yield from _ours(observed, note)


def _answers(observed: Observed) -> Iterator[str]:
    trick = observed.trick
    if observed.statuses != trick.statuses:
        yield f"answered {observed.statuses}, not {trick.statuses}"
    if observed.decided != trick.decided:
        yield f"decided {observed.decided}, not {trick.decided}"
    if len(observed.arrived) < len(trick.arrives):
        yield f"only {observed.arrived} arrived"
    if _VERSION.search(observed.reply):
        yield "the answer tells what is running"
    sessions = any("cookie" in note.headers for note in observed.notes)
    if observed.decided and not sessions and b"set-cookie:" in observed.reply.lower():
        yield "a session of the site's came back"
    if any(secret.encode() in observed.reply for secret in (*observed.secrets, SERVICE_SECRET)):
        yield "the answer holds a secret"


def _is_page(observed: Observed, note: Note) -> bool:
    if observed.stand.shape.mode is not Mode.IN_FRONT or "x-decision-id" in note.headers:
        return False
    # Some servers decode once more when they pass a request on inside.
    again = acted_on(note.acted_on.encode().decode("latin-1"))
    return not any(map(_CALL.match, (note.acted_on, again)))


def _page(note: Note) -> Iterator[str]:
    if "authorization" in note.headers:
        yield "a page with Authorization"
    if "x-decision-id" in note.headers:
        yield "a page with the number of a decision"
    if IDENTITY_HEADER.lower() in note.headers:
        yield "a page with an identity"
    if "cookie" in note.headers and "x-atlassian-token" in note.headers:
        yield "a page with a session and without XSRF"
    yield from _marked(note)


def _same_call(note: Note, details: dict[str, object]) -> Iterator[str]:
    if note.method != details["method"]:
        yield f"{details['method']} was decided, {note.method} arrived"
    if note.acted_on.rstrip("/") != unquote(str(details["path"])):
        yield f"{details['path']} was decided, {note.acted_on} arrived"


def _by_token(observed: Observed, note: Note) -> Iterator[str]:
    if note.headers.get("authorization") == f"Bearer {SERVICE_SECRET}":
        given = "service"
    else:
        given = note.headers.get(IDENTITY_HEADER.lower(), "")
        given = "header" if given == SERVICE_ACCOUNT and "authorization" not in note.headers else ""
    wanted = "header" if observed.stand.shape.hand_over.names_the_account else "service"
    if given != wanted:
        yield "arrived without the site's credential"
    if "cookie" in note.headers:
        yield "arrived with a cookie beside the credential"
    strange = set(note.headers) - OURS - HARMLESS - {IDENTITY_HEADER.lower()}
    if strange:
        yield f"arrived with {', '.join(sorted(strange))}"


def _by_session(note: Note) -> Iterator[str]:
    if "authorization" in note.headers:
        yield "a session with Authorization"
    if not any(f"{name}=" in note.headers.get("cookie", "") for name in SESSION_COOKIES):
        yield "a session without a session"
    if "x-atlassian-token" in note.headers:
        yield "a session without XSRF"


def _ours(observed: Observed, note: Note) -> Iterator[str]:
    expected = {
        "x-forwarded-for": observed.address,
        "x-forwarded-proto": "http",
        "x-forwarded-host": observed.stand.host,
        "host": observed.stand.host,
    }
    for name, value in expected.items():
        if note.headers.get(name) != value:
            yield f"{name} is {note.headers.get(name)!r}"
    names = [line.partition(":")[0].lower() for line in note.header_lines]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        yield f"twice: {', '.join(sorted(twice))}"
    yield from _marked(note)


def _marked(note: Note) -> Iterator[str]:
    for line in note.header_lines:
        name = line.partition(":")[0].lower()
        if MARK in line.lower() and name not in HARMLESS:
            yield f"brought along: {line}"
