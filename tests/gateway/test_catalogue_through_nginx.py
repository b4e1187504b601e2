"""Every operation of the catalogue, called through nginx with a rendered configuration."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pytest

from authserver.catalogue.loader import load_catalogue
from authserver.domain.resources import ResourceKind
from tests.gateway.catalogue_calls import CatalogueCall, catalogue_calls, full_lists, is_open
from tests.gateway.keep_alive import KeepAlive, Reply
from tests.gateway.shapes import SERVICE_ACCOUNT, SERVICE_SECRET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.gateway.yard import Stand, Yard
    from tests.standin.notes import Note

AT_ONCE: Final = 4
_SCOPE: Final = re.compile(r'^Bearer realm="authserver".*, scope="([^"]+)"$')


@dataclass(frozen=True, slots=True)
class Played:
    """A call, its answer, and what of it reached the site."""

    call: CatalogueCall
    reply: Reply
    notes: tuple[Note, ...]


def play(yard: Yard, stand: Stand, calls: Sequence[CatalogueCall]) -> list[Played]:
    """Make the calls, some at once, and see what reached the site of each."""
    credentials = [
        f"Bearer {yard.tokens.of(stand.resource, call.held)}" if call.held else "" for call in calls
    ]
    before = len(stand.standin.site.notes.all())

    def run(first: int) -> list[Reply]:
        with KeepAlive(stand.port) as line:
            return [
                line.ask(call.method, call.path, credential)
                for call, credential in list(zip(calls, credentials, strict=True))[first::AT_ONCE]
            ]

    with ThreadPoolExecutor(AT_ONCE) as pool:
        shares = list(pool.map(run, range(AT_ONCE)))
    replies = [shares[place % AT_ONCE][place // AT_ONCE] for place in range(len(calls))]
    seen: dict[str, tuple[Note, ...]] = {}
    for note in stand.standin.site.notes.since(before):
        decision = note.headers["x-decision-id"]
        seen[decision] = (*seen.get(decision, ()), note)
    played = [
        Played(call, reply, seen.pop(reply.headers["x-decision-id"], ()))
        for call, reply in zip(calls, replies, strict=True)
    ]
    assert seen == {}, "calls reached the site whose answers name other decisions"
    return played


def complaint(played: Played) -> str:
    """What is wrong with the outcome of a call; empty: nothing."""
    call, reply = played.call, played.reply
    if call.opens:
        return _not_as_allowed(played)
    if played.notes:
        return "refused or not, it reached the site"
    found_error = (reply.status, json.loads(reply.body)["error"])
    wanted = (403, "access_denied" if call.never else "insufficient_scope")
    if not call.held:
        wanted = (401, "authentication_required")
    if found_error != wanted:
        return f"{found_error} in place of {wanted}"
    if call.never:
        return ""
    found = _SCOPE.match(reply.headers.get("www-authenticate", ""))
    return "the challenge names no scope" if found is None else _not_helpful(call, found[1])


def _not_as_allowed(played: Played) -> str:
    if len(played.notes) != 1:
        return f"it reached the site {len(played.notes)} times, {played.reply.status}"
    (note,) = played.notes
    if (note.method, note.target) != (played.call.method, played.call.path):
        return f"it reached the site as {note.line}"
    if note.headers.get("authorization") != f"Bearer {SERVICE_SECRET}":
        return "it reached the site without the site's credential"
    if note.smells or note.refused or note.account != SERVICE_ACCOUNT:
        return f"the site minds it: {note.smells} {note.refused}"
    named = {f"{each.method} {each.template}" for each in played.call.operations}
    if note.operation not in named:
        return f"the site takes it for {note.operation}"
    return "" if note.status == played.reply.status else f"the answer became {played.reply.status}"


def _not_helpful(call: CatalogueCall, scope: str) -> str:
    """Whether the scopes that are named are the fewest with which the call would pass."""
    named = frozenset(scope.split(" "))
    closed = [each for each in call.operations if not is_open(call.held, each)]
    fewest = sum(min(len(one - call.held) for one in full_lists(each)) for each in closed)
    if named & call.held or len(named) > fewest:
        return f"it names {scope}, which is too much"
    if not all(is_open(call.held | named, each) for each in closed):
        return f"it names {scope}, which is not enough"
    return ""


@pytest.mark.rule("FA-01")
@pytest.mark.rule("FA-10")
@pytest.mark.parametrize(
    "name",
    [
        "api",
        pytest.param("front", marks=pytest.mark.slow),
        pytest.param("jira-cloud", marks=pytest.mark.slow),
        "wiki",
        pytest.param("wiki-cloud", marks=pytest.mark.slow),
    ],
)
@pytest.mark.feature(41)
@pytest.mark.feature(42)
@pytest.mark.trap(5)
def test_each_operation_passes_with_a_full_list_and_not_with_a_scope_less(
    yard: Yard, name: str
) -> None:
    catalogue, kind = load_catalogue(), yard.stands[name].shape.kind
    operations = catalogue.operations.of_kind(kind).operations
    calls = list(catalogue_calls(operations, catalogue.scopes.of_kind(kind)))
    assert {each for call in calls for each in call.operations} == set(operations)
    assert (
        min(sum(call.opens for call in calls), sum(not call.opens for call in calls))
        > len(operations) * 0.8
    )
    played = play(yard, yard.stands[name], calls)
    wrong = [f"{each.call}: {complaint(each)}" for each in played if complaint(each)]
    assert wrong == [], f"{len(wrong)} of {len(calls)}, the first: " + "\n".join(wrong[:20])
    assert len({each.reply.headers["x-decision-id"] for each in played}) == len(calls)


def test_an_outcome_that_is_the_other_way_round_is_complained_about(yard: Yard) -> None:
    operations = load_catalogue().operations.of_kind(ResourceKind.JIRA_DC).operations
    scopes = load_catalogue().scopes.of_kind(ResourceKind.JIRA_DC)
    calls = list(catalogue_calls(operations, scopes))[::50]
    played = play(yard, yard.stands["api"], calls)
    assert not any(map(complaint, played))
    turned = [replace(each, call=replace(each.call, opens=not each.call.opens)) for each in played]
    assert all(map(complaint, turned))
